/// Which faults of this machine were reported, so that each is reported once for as long as it lasts.
struct OwnFaults {
    /// A fault that was not seen for this long is over, ns.
    private static let memory: UInt64 = 60_000_000_000
    /// Faults that are remembered; there are a handful of errors that the kernel has for it.
    private static let capacity = 16

    /// When each was seen last, monotonic nanoseconds.
    private var seen: [String: UInt64] = [:]

    /// Takes a fault in.
    ///
    /// - Returns: whether it is to be reported.
    mutating func isNews(_ fault: String, at now: UInt64) -> Bool {
        if let last = seen[fault], now - min(now, last) <= Self.memory {
            seen[fault] = now
            return false
        }
        if seen.count >= Self.capacity { seen = seen.filter { now - min(now, $0.value) <= Self.memory } }
        guard seen.count < Self.capacity else { return false }
        seen[fault] = now
        return true
    }
}
