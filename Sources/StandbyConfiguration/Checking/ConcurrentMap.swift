import Dispatch

/// Work on the parts of a long list, on all cores.
enum ConcurrentMap {
    /// A part is worth a thread of its own from this many elements on.
    private static let smallestPart = 500
    private static let mostParts = 64

    /// The results for consecutive parts of `0..<count`, in order; one part if there is little to do.
    static func parts<Result: Sendable>(of count: Int, _ work: @Sendable (Range<Int>) -> Result) -> [Result] {
        let parts = min(mostParts, count / smallestPart)
        guard parts > 1 else { return [work(0..<count)] }
        return unsafe Array(unsafeUninitializedCapacity: parts) { buffer, initializedCount in
            // Each part writes its own place and no other.
            nonisolated(unsafe) let results = unsafe buffer
            DispatchQueue.concurrentPerform(iterations: parts) { part in
                let result = work(count * part / parts..<count * (part + 1) / parts)
                unsafe results.initializeElement(at: part, to: result)
            }
            initializedCount = parts
        }
    }
}
