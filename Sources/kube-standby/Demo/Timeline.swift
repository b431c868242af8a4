import FailoverCore
import Foundation
import Probing
import Supervision

/// Prints what happens, line by line, with the seconds since the start, and lets the story wait for it.
struct Timeline: Sendable {
    private let start = ContinuousClock.now
    private let notices: AsyncStream<(GroupNotice, ContinuousClock.Instant)>
    private let input: AsyncStream<(GroupNotice, ContinuousClock.Instant)>.Continuation

    init() {
        (notices, input) = AsyncStream.makeStream()
    }

    /// Waits for a notice that comes after `start`; those before it are not seen again.
    func wait(since start: ContinuousClock.Instant, for isAwaited: (GroupNotice) -> Bool) async {
        for await (notice, time) in notices where time > start && isAwaited(notice) { return }
    }

    /// A line of the story's own.
    func tell(_ text: String) {
        StandardOutput.print("\n\(clock)  \(text)")
    }

    /// What a group tells; results that change nothing of importance are left out.
    func show(_ notice: GroupNotice) {
        input.yield((notice, .now))
        guard let text = words(of: notice.content) else { return }
        StandardOutput.print("\(clock)    \(notice.group.padded(to: 8))\(text)")
    }

    private var clock: String {
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        return String(format: "%6.2f s", seconds)
    }

    private func words(of content: GroupNotice.Content) -> String? {
        switch content {
        case .waiting(let problem): "waits: \(problem)"
        case .leavesBehind(let fenced, let isPaused): GroupNotice.words(ofFenced: fenced, isPaused: isPaused)
        case .ignored(let problem): "left out of account: \(problem)"
        case .resumed: "goes on: the API server answers again"
        case .probe(let report): words(of: report)
        case .report(let report): words(of: report)
        }
    }

    private func words(of report: ProbeReport) -> String? {
        if report.isChange { return "\(report.pod) is \(report.health.rawValue) (\(report.detail))" }
        return report.verdict == .failure ? "\(report.pod) fails a probe (\(report.detail))" : nil
    }

    private func words(of report: Report) -> String? {
        switch report {
        case .adopted(let member, let epoch): "adopted: \(member.name) is active, and stays; epoch \(epoch)"
        case .moveStarted(_, let target, let cause, let trace): "decided: to \(target ?? "nobody"), \(cause) [\(trace)]"
        case .withheld(let target, let cause, _): "withheld: to \(target ?? "nobody"), \(cause)"
        case .moved(let move): words(of: move)
        case .found(let finding, let trace): "found: \(finding) [\(trace)]"
        case .findingEnded(let finding): "over: \(finding)"
        case .steppedBack: "another supervisor acted"
        case .operationFailed(let action, _): "cannot act now (\(action)), will try again"
        case .answered(_, let answer): "order: \(answer.explanation)"
        case .pauseEnded: "pause is over"
        case .moveWithdrawn(let target, let reason): "withdrawn: not to \(target ?? "nobody"), \(reason)"
        case .switchWaits(let member, _, let failure): "waits for \(member.name), which cannot be written: \(failure)"
        case .departed(let member): "\(member.name) left, and is passive"
        case .promoted, .demoted, .joined: nil
        }
    }

    private func words(of move: CompletedMove) -> String {
        let gap = move.gap.map { ", nobody labelled for \(StoryTable.milliseconds($0))" } ?? ""
        return
            "ACTIVE: \(move.target?.name ?? "nobody"), epoch \(move.epoch), in \(StoryTable.milliseconds(move.duration))\(gap)"
    }
}

extension String {
    /// At least `width` characters, blanks added.
    func padded(to width: Int) -> String {
        count >= width ? self : self + String(repeating: " ", count: width - count)
    }
}
