#if Sandbox

import Foundation
import Supervision

/// Prints what happens, line by line, with the seconds since the start, and lets the demo wait for it.
struct Timeline: Sendable {
    private let start = ContinuousClock.now
    private let notices: AsyncStream<(GroupNotice, ContinuousClock.Instant)>
    private let input: AsyncStream<(GroupNotice, ContinuousClock.Instant)>.Continuation

    /// Begins to count seconds.
    init() {
        (notices, input) = AsyncStream.makeStream()
    }

    /// Waits for a notice that comes after `start`; those before it are not seen again.
    func wait(since start: ContinuousClock.Instant, for isAwaited: (GroupNotice) -> Bool) async {
        for await (notice, time) in notices where time > start && isAwaited(notice) { return }
    }

    /// A line about what the demo does, after a blank one.
    func announce(_ text: String) {
        StandardOutput.print("\n\(clock)  \(text)")
    }

    /// What a group reports; results that change nothing of importance are left out.
    func show(_ notice: GroupNotice) {
        input.yield((notice, .now))
        guard let text = notice.summary else { return }
        StandardOutput.print("\(clock)    \(notice.group.padded(to: 8))\(text)")
    }

    private var clock: String {
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        return String(format: "%6.2f s", seconds)
    }
}

#endif
