import Foundation
import Glibc

/// Where the log's lines go: a bounded buffer, and a thread that writes it to a descriptor.
///
/// Whoever logs waits for nothing. What finds the buffer full, because a pipe's reader has stopped, or cannot be written, because
/// the disk is full or the pipe is closed, is dropped and counted; as soon as something can be written again, a line says how
/// much is missing.
final class LogSink: Sendable {
    /// Bytes that wait to be written at most.
    static let capacity = 1 << 20
    /// How long the end waits for what is left, in seconds.
    private static let patience = 1.0

    private struct State {
        var waiting: [UInt8] = []
        /// Lines that were dropped since the start.
        var dropped = 0
        /// Those of them that no line has reported.
        var untold = 0
        var isWriting = false
        var isClosed = false

        mutating func drop(_ lines: Int) {
            dropped += lines
            untold += lines
        }
    }

    private let descriptor: Int32
    private let capacity: Int
    private let gap: @Sendable (Int) -> String
    private let condition = NSCondition()
    // Touched under the condition's lock only.
    private nonisolated(unsafe) var state = State()

    /// `gap`: the line, without its end, that says how many lines are missing.
    init(descriptor: Int32, capacity: Int = capacity, gap: @escaping @Sendable (Int) -> String) {
        self.descriptor = descriptor
        self.capacity = capacity
        self.gap = gap
        let thread = Thread { [self] in run() }
        thread.name = "log"
        thread.start()
    }

    /// Leaves a line, which has no line end yet, to be written.
    func write(_ line: String) {
        condition.withLock {
            if unsafe state.isClosed || state.waiting.count + line.utf8.count >= capacity {
                unsafe state.drop(1)
            } else {
                unsafe state.waiting += line.utf8
                unsafe state.waiting.append(UInt8(ascii: "\n"))
                condition.signal()
            }
        }
    }

    /// Lines that were dropped since the start.
    var dropped: Int { condition.withLock { unsafe state.dropped } }

    /// Whether lines wait to be written.
    var isBehind: Bool { condition.withLock { unsafe state.isWriting || !state.waiting.isEmpty } }

    /// Waits, for a second at most, until everything is written; later lines are dropped.
    func close() {
        condition.withLock {
            let deadline = Date(timeIntervalSinceNow: Self.patience)
            while unsafe state.isWriting || !state.waiting.isEmpty {
                if !condition.wait(until: deadline) { break }
            }
            unsafe state.isClosed = true
            condition.broadcast()
        }
    }

    // MARK: The thread

    private func run() {
        var isMidLine = false
        while let (lines, untold) = takeAll() {
            // Of an earlier write the beginning of a line may have come through.
            var batch: [UInt8] = isMidLine ? [UInt8(ascii: "\n")] : []
            if untold > 0 { batch += Array((gap(untold) + "\n").utf8) }
            let told = batch.count
            batch += lines
            let written = DescriptorWriter.write(batch, to: descriptor) { [self] in
                condition.withLock { unsafe state.isClosed }
            }
            if written.count > 0 { isMidLine = batch[written.count - 1] != UInt8(ascii: "\n") }
            let lost = batch[max(written.count, told)...].count { $0 == UInt8(ascii: "\n") }
            finished(dropping: lost, untold: written.count < told ? untold : 0)
        }
    }

    /// Waits for lines; nil at the end.
    private func takeAll() -> (lines: [UInt8], untold: Int)? {
        condition.withLock {
            while unsafe state.waiting.isEmpty {
                if unsafe state.isClosed { return nil }
                condition.wait()
            }
            unsafe state.isWriting = true
            defer {
                unsafe state.waiting = []
                unsafe state.untold = 0
            }
            return unsafe (state.waiting, state.untold)
        }
    }

    private func finished(dropping lost: Int, untold: Int) {
        condition.withLock {
            unsafe state.drop(lost)
            unsafe state.untold += untold
            unsafe state.isWriting = false
            condition.broadcast()
        }
    }
}
