/// The lines that a process has printed, and whoever waits for one.
package actor ProcessLog {
    package private(set) var lines: [String] = []
    /// Whether the process prints nothing more, for it has ended.
    package private(set) var isFinished = false
    private var partial: [UInt8] = []
    private var followers: [AsyncStream<String>.Continuation] = []

    func add(_ bytes: [UInt8]) {
        partial += bytes
        while let end = partial.firstIndex(of: UInt8(ascii: "\n")) {
            let line = String(decoding: partial[..<end], as: UTF8.self)
            partial.removeSubrange(...end)
            lines.append(line)
            for follower in followers { follower.yield(line) }
        }
    }

    func finish() {
        isFinished = true
        for follower in followers { follower.finish() }
        followers = []
    }

    /// Waits for a line that contains every one of `parts`, among those after the first `count`; lines that were printed
    /// already count.
    ///
    /// - Returns: nil if the process ended without such a line.
    package func wait(after count: Int = 0, for parts: String...) async -> String? {
        await wait(after: count, parts: parts)
    }

    /// The same with a list.
    package func wait(after count: Int = 0, parts: [String]) async -> String? {
        let isWanted = { (line: String) in parts.allSatisfy(line.contains) }
        if let line = lines.dropFirst(count).first(where: isWanted) { return line }
        if isFinished { return nil }
        let (stream, continuation) = AsyncStream.makeStream(of: String.self)
        followers.append(continuation)
        for await line in stream where isWanted(line) { return line }
        return nil
    }

    package var text: String { lines.joined(separator: "\n") }
}
