import FailoverCore
import Logging
import Probing

/// Writes notices to the log: constant messages, the group and its members as metadata.
struct NoticeLog: Sendable {
    let logger: Logger

    func write(_ notice: GroupNotice) {
        let group: Logger.Metadata = ["group.name": "\(notice.group)", "group.namespace": "\(notice.namespace)"]
        switch notice.content {
        case .waiting(let problem): logger.error("group waits", metadata: group.with("cause", problem))
        case .ignored(let problem): logger.warning("left out of account", metadata: group.with("cause", problem))
        case .resumed: logger.info("group resumes", metadata: group)
        case .probe(let report): write(report, group)
        case .report(let report): write(report, group)
        }
    }

    private func write(_ report: ProbeReport, _ group: Logger.Metadata) {
        let metadata = group.with("member.name", report.pod).with("member.health", report.health.rawValue)
            .with("probe.result", report.detail)
        if report.isChange {
            logger.notice("member's health changed", metadata: metadata)
        } else {
            logger.info("member's probe result changed", metadata: metadata)
        }
    }

    private func write(_ report: Report, _ group: Logger.Metadata) {
        switch report {
        case .adopted(let member, let epoch):
            logger.notice(
                "active member is on record",
                metadata: group.with("member.name", member.name).with("epoch", "\(epoch)")
            )
        case .moveStarted(let from, let target, let cause, let trace):
            logger.notice(
                "move begins",
                metadata: group.with("from", from.joined(separator: ",")).with("to", target ?? "nobody")
                    .with("cause", "\(cause)").with("members", "\(trace)")
            )
        case .withheld(let target, let cause, let trace):
            logger.notice(
                "move withheld, the group is paused",
                metadata: group.with("to", target ?? "nobody").with("cause", "\(cause)").with("members", "\(trace)")
            )
        case .promoted(let member, _):
            logger.notice("member promoted", metadata: group.with("member.name", member.name))
        case .demoted(let member, _): logger.notice("member demoted", metadata: group.with("member.name", member.name))
        case .moved(let move): write(move, group)
        case .joined(let member): logger.info("member is passive", metadata: group.with("member.name", member.name))
        case .found(let finding, let trace):
            logger.warning("\(finding)", metadata: group.with("members", "\(trace)"))
        case .findingEnded(let finding): logger.notice("no longer: \(finding)", metadata: group)
        case .answered(let order, let answer):
            logger.notice(
                "order answered",
                metadata: group.with("order", order.id).with("outcome", answer.outcome.rawValue)
                    .with("answer", answer.explanation)
            )
        case .pauseEnded: logger.notice("pause is over", metadata: group)
        case .steppedBack: logger.notice("another supervisor acted, reading its record", metadata: group)
        case .operationFailed(let action, let failure):
            logger.warning(
                "operation failed, trying again",
                metadata: group.with("operation", action).with("error", "\(failure)")
            )
        }
    }

    private func write(_ move: CompletedMove, _ group: Logger.Metadata) {
        var metadata = group.with("from", move.from.map(\.name).joined(separator: ","))
            .with("to", move.target?.name ?? "nobody").with("cause", "\(move.cause)").with("epoch", "\(move.epoch)")
            .with("duration", "\(move.duration)")
        if let gap = move.gap { metadata = metadata.with("gap", "\(gap)") }
        logger.notice("move complete", metadata: metadata)
    }
}

extension Logger.Metadata {
    fileprivate func with(_ key: String, _ value: String) -> Logger.Metadata {
        merging([key: "\(value)"]) { $1 }
    }
}
