import Coordination
import FailoverCore
import Logging

/// Writes the lines of notices to the log, the group and its namespace as metadata.
///
/// What is said again and again, or of one group after the other, is bounded: see `LineBudget`.
struct NoticeLog: Sendable {
    /// Where the lines go.
    let logger: Logger
    private let budget = Locked(LineBudget())
    /// How often it is looked for lines that were left out.
    private static let interval: Duration = .seconds(1)

    /// `logger`: where the lines go.
    init(logger: Logger) {
        self.logger = logger
    }

    /// Writes the line, or counts it if there were too many like it.
    func write(_ notice: GroupNotice) {
        let line = NoticeDescription(notice.content).log
        guard line.level >= logger.logLevel, isAdmitted(line, notice.group) else { return }
        let group: Logger.Metadata = ["group.name": "\(notice.group)", "group.namespace": "\(notice.namespace)"]
        let metadata = group.merging(line.metadata.mapValues { "\($0)" }) { $1 }
        logger.log(level: line.level, "\(line.message)", metadata: metadata)
    }

    private func isAdmitted(_ line: NoticeDescription.LogLine, _ group: String) -> Bool {
        let message = line.kind ?? line.message
        let ofMany = LineBudget.Subject(message: message, isOfMany: true)
        let subjects: [LineBudget.Subject] =
            switch line.repetition {
            case .ofMany: [ofMany]
            case .ofGroup: [.init(group: group, message: message, member: line.member), ofMany]
            case .ofAll: [.init(message: message, member: line.member)]
            }
        let cause = line.metadata["cause"] ?? line.metadata["error"] ?? ""
        return budget.withLock { budget in
            subjects.allSatisfy { budget.admits($0, group: group, cause: cause, now: .now) }
        }
    }

    /// Tells from time to time what was left out, until the task is cancelled.
    func run() async {
        while (try? await Task.sleep(for: Self.interval)) != nil { writeOmissions() }
        writeOmissions(isLast: true)
    }

    /// Reports the lines that were left out until `now`; `isLast`: those of open windows, too.
    func writeOmissions(now: ContinuousClock.Instant = .now, isLast: Bool = false) {
        let omissions = budget.withLock { $0.omissions(now: now, isLast: isLast) }
        writeSummary(omissions.filter(\.subject.isOfMany))
        for omission in omissions where !omission.subject.isOfMany {
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

    /// One line says what many groups had to say of themselves, and how often.
    private func writeSummary(_ omissions: [LineBudget.Omission]) {
        guard let most = omissions.max(by: { $0.lines < $1.lines }) else { return }
        let counts = omissions.map { "\($0.subject.message): \($0.lines)" }.sorted()
        logger.notice(
            "many groups at once, lines were left out",
            metadata: [
                "lines": "\(omissions.reduce(0) { $0 + $1.lines })", "counts": "\(counts.joined(separator: ", "))",
                "groups": "\(most.groups.joined(separator: ","))",
            ]
        )
    }
}
