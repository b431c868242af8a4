import FailoverCore
import Logging
import Probing

/// All that is said of one notice: its line of the log, its Event and its line of the demo.
///
/// The words stand here, in `NoticeDescription+Reports.swift` and in `NoticeDescription+Findings.swift`; `NoticeLog`, `NoticeEvents` and the demo only render them.
struct NoticeDescription: Sendable {
    /// A line of the log, before it is known whether it is written.
    struct LogLine: Sendable {
        /// Which lines count as the same when repetitions are left out; see `LineBudget`.
        enum Repetition: Sendable {
            /// It stands for a decision: only those of many groups at once are.
            case ofMany
            /// Those of one group, and those of many groups at once.
            case ofGroup
            /// Those of all groups: the cause is the API server, or the supervisor itself.
            case ofAll
        }

        /// How urgent it is.
        var level: Logger.Level
        /// The same for each such line, but for what `kind` names.
        var message: String
        /// Beside the group's name and namespace.
        var metadata: [String: String]
        /// How it is bounded.
        var repetition: Repetition
        /// The member that it is about; nil: the group.
        var member: String?
        /// What lines that differ in names only have in common; nil: the message.
        var kind: String?

        /// Bounded by group, unless said otherwise.
        init(
            _ level: Logger.Level,
            _ message: String,
            _ metadata: [String: String] = [:],
            _ repetition: Repetition = .ofGroup,
            member: String? = nil,
            kind: String? = nil
        ) {
            self.level = level
            self.message = message
            self.metadata = metadata
            self.repetition = repetition
            self.member = member
            self.kind = kind
        }
    }

    /// What an Event says; its type, action and kind of object follow from its reason.
    struct EventNote: Sendable, Hashable {
        /// The Event's reason.
        var reason: EventReason
        /// The Event's note.
        var text: String
        /// The pod that it is about; nil: the group's Service.
        var member: Member?

        /// `member`: nil: on the group's Service.
        init(_ reason: EventReason, _ text: String, about member: Member? = nil) {
            self.reason = reason
            self.text = text
            self.member = member
        }
    }

    /// Always there; its level decides whether it is written.
    var log: LogLine
    /// Nil: nothing that belongs on an object of the cluster.
    var event: EventNote?
    /// Nil: nothing that a spectator of the demo needs to know.
    var demo: String?

    /// Nil: neither an Event nor a line of the demo.
    init(_ log: LogLine, event: EventNote? = nil, demo: String? = nil) {
        self.log = log
        self.event = event
        self.demo = demo
    }
}

extension GroupNotice {
    /// The words for a spectator, without the group; nil: nothing that one needs to know.
    package var summary: String? { NoticeDescription(content).demo }
}

extension NoticeDescription {
    /// Says what a notice is about.
    init(_ content: GroupNotice.Content) {
        self =
            switch content {
            case .report(let report): Self(report)
            case .probe(let report): Self(report)
            case .withheld(let target, let cause, let trace, let reason):
                .withheld(target, cause, trace, "move withheld, the group is only observed", waiting: reason)
            case .waiting(let problem):
                Self(.init(.error, "group waits", ["cause": problem], .ofAll), demo: "waits: \(problem)")
            case .ignored(let problem):
                Self(
                    .init(.warning, "left out of account", ["cause": problem]),
                    demo: "left out of account: \(problem)"
                )
            case .resumed:
                Self(.init(.info, "group resumes", [:], .ofAll), demo: "goes on: the API server answers again")
            case .paused:
                Self(
                    .init(.notice, "the group is paused"),
                    event: .init(.paused, "automatic moves are suspended"),
                    demo: "paused"
                )
            case .unpaused:
                Self(
                    .init(.notice, "the group is paused no more"),
                    event: .init(.resumed, "automatic moves are made again"),
                    demo: "paused no more"
                )
            case .leavesBehind(let fenced, let isPaused): .leavesBehind(fenced, isPaused: isPaused)
            case .endpointFollowed(let pod, let time, let wasLate): .endpointFollowed(pod, time, wasLate: wasLate)
            case .endpointLags(let pod): .endpointLags(pod)
            case .endpointDropped(let pod): .endpointDropped(pod)
            }
    }

    private static func leavesBehind(_ fenced: [String], isPaused: Bool) -> Self {
        let fences = fenced.isEmpty ? nil : "the fences of \(fenced.joined(separator: ", "))"
        let parts = [fences, isPaused ? "a pause" : nil].compactMap(\.self).joined(separator: " and ")
        let words = "\(parts) stay on its Lease and hold for no group of another name"
        return Self(
            .init(.warning, "the group ends, and what operators asked of it with it", ["cause": words]),
            event: .init(.requestsLeftBehind, "ends; \(words)"),
            demo: words
        )
    }

    private init(_ report: ProbeReport) {
        let metadata = [
            "member.name": report.pod, "member.health": report.health.rawValue, "probe.result": report.detail,
        ]
        if report.isChange {
            let line = LogLine(.notice, "member's health changed", metadata, member: report.pod)
            self.init(line, demo: "\(report.pod) is \(report.health.rawValue) (\(report.detail))")
        } else {
            let line = LogLine(.info, "member's probe result changed", metadata, member: report.pod)
            let isFailure = report.verdict == .failure
            self.init(line, demo: isFailure ? "\(report.pod) fails a probe (\(report.detail))" : nil)
        }
    }
}

extension Duration {
    /// Like `13 ms`, rounded, for people.
    package var wholeMilliseconds: String { "\(Int64((self / .milliseconds(1)).rounded(.toNearestOrEven))) ms" }
}
