import Coordination
import FailoverCore
import Logging
import Probing

/// Writes notices to the log: constant messages, the group and its members as metadata.
///
/// What is said again and again, or of one group after the other, is bounded: see `LineBudget`.
struct NoticeLog: Sendable {
    let logger: Logger
    private let budget = Locked(LineBudget())
    /// How often it is looked for lines that were left out.
    private static let interval: Duration = .seconds(1)

    init(logger: Logger) {
        self.logger = logger
    }

    /// One line, before it is known whether it is written.
    private struct Line {
        var level: Logger.Level
        var message: String
        var metadata: Logger.Metadata = [:]
        /// What it is about, besides the group.
        var member: String?
        /// What lines that differ in names only have in common; nil: the message.
        var kind: String?
        /// Whether the cause lies with all groups: the API server, the supervisor itself.
        var isOfAll = false
        /// Whether it is always written: it stands for a decision.
        var isEssential = false

        init(_ level: Logger.Level, _ message: String, _ metadata: [String: String] = [:]) {
            self.level = level
            self.message = message
            self.metadata = metadata.mapValues { "\($0)" }
        }
    }

    func write(_ notice: GroupNotice) {
        let line = line(for: notice.content)
        guard line.level >= logger.logLevel, line.isEssential || isAdmitted(line, notice.group) else { return }
        let group: Logger.Metadata = ["group.name": "\(notice.group)", "group.namespace": "\(notice.namespace)"]
        logger.log(level: line.level, "\(line.message)", metadata: group.merging(line.metadata) { $1 })
    }

    private func isAdmitted(_ line: Line, _ group: String) -> Bool {
        let subject = LineBudget.Subject(
            group: line.isOfAll ? nil : group,
            message: line.kind ?? line.message,
            member: line.member
        )
        let cause = (line.metadata["cause"] ?? line.metadata["error"]).map { "\($0)" } ?? ""
        return budget.withLock { $0.admits(subject, group: group, cause: cause, now: .now) }
    }

    /// Tells from time to time what was left out, until the task is cancelled.
    func run() async {
        while (try? await Task.sleep(for: Self.interval)) != nil { tellOmissions() }
        tellOmissions(isLast: true)
    }

    func tellOmissions(now: ContinuousClock.Instant = .now, isLast: Bool = false) {
        for omission in budget.withLock({ $0.omissions(now: now, isLast: isLast) }) {
            var metadata: Logger.Metadata = ["line": "\(omission.subject.message)", "lines": "\(omission.lines)"]
            if !omission.cause.isEmpty { metadata["cause"] = "\(omission.cause)" }
            metadata["member.name"] = omission.subject.member.map { "\($0)" }
            if let group = omission.subject.group {
                metadata["group.name"] = "\(group)"
                logger.notice("the same was left out", metadata: metadata)
            } else {
                metadata["groups"] = "\(omission.groups.joined(separator: ","))"
                logger.notice("the same was left out of more groups", metadata: metadata)
            }
        }
    }

    // MARK: Lines

    private func line(for content: GroupNotice.Content) -> Line {
        switch content {
        case .waiting(let problem): line(ofAll: Line(.error, "group waits", ["cause": problem]))
        case .leavesBehind(let fenced, let isPaused):
            Line(
                .warning,
                "the group ends, and what operators asked of it with it",
                ["cause": GroupNotice.words(ofFenced: fenced, isPaused: isPaused)]
            )
        case .ignored(let problem): Line(.warning, "left out of account", ["cause": problem])
        case .resumed: line(ofAll: Line(.info, "group resumes"))
        case .probe(let report): line(for: report)
        case .report(let report): line(for: report)
        }
    }

    private func line(ofAll line: Line) -> Line {
        var line = line
        line.isOfAll = true
        return line
    }

    private func line(essential line: Line) -> Line {
        var line = line
        line.isEssential = true
        return line
    }

    private func line(for report: ProbeReport) -> Line {
        let metadata = [
            "member.name": report.pod, "member.health": report.health.rawValue, "probe.result": report.detail,
        ]
        var line =
            report.isChange
            ? Line(.notice, "member's health changed", metadata)
            : Line(.info, "member's probe result changed", metadata)
        line.member = report.pod
        return line
    }

    private func line(for report: Report) -> Line {
        switch report {
        case .adopted(let member, let epoch):
            line(
                essential: Line(
                    .notice,
                    "active member is on record",
                    ["member.name": member.name, "epoch": "\(epoch)"]
                )
            )
        case .moveStarted(let from, let target, let cause, let trace):
            line(
                essential: Line(
                    .notice,
                    "move begins",
                    [
                        "from": from.joined(separator: ","), "to": target ?? "nobody", "cause": "\(cause)",
                        "members": "\(trace)",
                    ]
                )
            )
        case .withheld(let target, let cause, let trace):
            Line(
                .notice,
                "move withheld, the group is paused",
                ["to": target ?? "nobody", "cause": "\(cause)", "members": "\(trace)"]
            )
        // The line of the complete move says who was and who is active.
        case .promoted(let member, _): Line(.debug, "member promoted", ["member.name": member.name])
        case .demoted(let member, _): Line(.debug, "member demoted", ["member.name": member.name])
        case .joined(let member): Line(.debug, "member is passive", ["member.name": member.name])
        case .departed(let member):
            Line(.notice, "member left the group and is passive now", ["member.name": member.name])
        case .moveWithdrawn(let target, let reason):
            Line(.warning, "move withdrawn", ["to": target ?? "nobody", "error": reason])
        case .switchWaits(let member, let target, let failure):
            Line(
                .warning,
                "switch waits for a pod that cannot be written",
                ["to": target ?? "nobody", "member.name": member.name, "error": "\(failure)"]
            )
        case .moved(let move): line(essential: line(for: move))
        case .found(.suspended(let reason), let trace):
            line(ofAll: Line(.warning, "\(Decision.Finding.suspended(reason))", ["members": "\(trace)"]))
        case .found(let finding, let trace): line(Line(.warning, "\(finding)", ["members": "\(trace)"]), of: finding)
        case .findingEnded(.suspended(let reason)):
            line(ofAll: Line(.notice, "no longer: \(Decision.Finding.suspended(reason))"))
        case .findingEnded(let finding): line(Line(.notice, "no longer: \(finding)"), of: finding)
        // Whoever may annotate the Lease can order again and again; the moves that follow are always told of.
        case .answered(let order, let answer):
            Line(
                .notice,
                answer.outcome == .refused ? "order refused" : "order answered",
                ["order": order.id, "outcome": answer.outcome.rawValue, "answer": answer.explanation]
            )
        case .pauseEnded: Line(.notice, "pause is over")
        case .steppedBack: Line(.notice, "another supervisor acted, reading its record")
        case .operationFailed(let action, let failure):
            line(ofAll: Line(.warning, "operation failed, trying again", ["operation": action, "error": "\(failure)"]))
        }
    }

    /// Whoever may label pods chooses which names a finding has.
    private func line(_ line: Line, of finding: Decision.Finding) -> Line {
        let name: String? =
            switch finding {
            case .multipleActive: "active together"
            case .activeNotReady: "the active pod is not Ready"
            case .noHealthyCandidate, .flapping, .suspended, .drift: nil
            }
        var line = line
        line.kind = name.map { line.level == .warning ? $0 : "no longer: \($0)" }
        return line
    }

    private func line(for move: CompletedMove) -> Line {
        var metadata = [
            "from": move.from.map(\.name).joined(separator: ","), "to": move.target?.name ?? "nobody",
            "cause": "\(move.cause)", "epoch": "\(move.epoch)", "duration": "\(move.duration)",
        ]
        if let gap = move.gap { metadata["gap"] = "\(gap)" }
        return Line(.notice, "move complete", metadata)
    }
}
