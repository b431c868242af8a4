import FailoverCore
import Foundation
import KubernetesClient
import StandbyConfiguration

extension GroupSupervisor {
    /// Where the group stands now; `wallTime`: the time by the wall clock.
    func status(wallTime: Date = Date(), withTimeline: Bool = false) -> GroupStatus {
        let now = surroundings.clock.now()
        var assessment = machine.assessment(at: now)
        if endpoints.awaited?.isLate ?? false { assessment.conditions.insert(.endpointsLag) }
        if waitingFor != nil { assessment.conditions.insert(.waiting) }
        // Without the Service nobody knows what its slices say.
        if waitingFor != nil, ownsEndpoints { assessment.conditions.remove(.available) }
        let hold = GroupHold(assessment, of: machine, at: now)
        let calendar = surroundings.calendar.relation(at: now, wallTime)
        return GroupStatus(
            name: configuration.name,
            namespace: namespace,
            service: configuration.service,
            mode: configuration.mode.rawValue,
            standing: GroupStatus.Standing(standing),
            state: GroupStateWords(assessment, waitingFor: waitingFor, hold: hold).text,
            conditions: assessment.conditions.map(\.rawValue).sorted(),
            epoch: assessment.epoch?.number,
            active: assessment.actives,
            activeSince: assessment.lastMove.flatMap(GroupStatus.end),
            next: assessment.next?.name,
            moves: Dictionary(counts.moves.map { ($0.key.rawValue, $0.value) }) { $0 + $1 },
            unavailableSeconds: counts.unavailable.inSeconds,
            switch: assessment.progress.map { GroupStatus.Switch($0, calendar) },
            following: assessment.following.map { GroupStatus.Following($0, calendar) },
            scheduled: scheduled.first { !$0.isForgotten(now: wallTime) },
            members: assessment.lines.map { GroupStatus.Member($0, calendar) },
            timeline: withTimeline ? GroupStatus.Timeline(timeline, at: now, calendar) : nil
        )
    }
}

extension GroupStatus {
    /// When a move was complete; nil: not known.
    fileprivate static func end(of move: MoveEntry) -> MicroTime? {
        guard let start = move.startedAt else { return nil }
        let microseconds = (move.duration?.inSeconds ?? 0) * 1e6
        return MicroTime(microseconds: start.addingReportingOverflow(Int64(microseconds)).partialValue)
    }
}

extension GroupStatus.Standing {
    fileprivate init(_ standing: GroupStanding) {
        switch standing {
        case .leading: self = .leading
        case .inDoubt: self = .inDoubt
        case .standby: self = .standby
        }
    }
}

extension GroupStatus.Switch {
    fileprivate init(_ progress: GroupAssessment.Progress, _ calendar: WallCalendar.Relation) {
        let obstacle = progress.obstacle.map { name in "\(name): " + (progress.refusal.map { "\($0)" } ?? "denied") }
        self.init(
            to: progress.target,
            cause: progress.cause.rawValue,
            epoch: progress.epoch.number,
            startedAt: calendar.date(of: progress.startedAt),
            step: progress.step,
            waitsFor: obstacle
        )
    }
}

extension GroupStatus.Following {
    fileprivate init(_ following: GroupAssessment.Following, _ calendar: WallCalendar.Relation) {
        let wish = following.wish
        self.init(
            group: wish.group,
            node: wish.node,
            zone: wish.zone,
            waitsFor: following.obstacle?.description,
            until: following.until.map(calendar.date)
        )
    }
}

extension GroupStatus.Member {
    fileprivate init(_ line: GroupAssessment.Line, _ calendar: WallCalendar.Relation) {
        let (member, evidence) = (line.member, line.evidence)
        let refusal: Candidacy.Refusal? = if case .refused(let refusal) = line.candidacy { refusal } else { nil }
        self.init(
            name: member.name,
            uid: member.id.uid,
            role: member.role?.rawValue,
            health: line.health.rawValue,
            healthSince: (evidence?.healthSince).map(calendar.date),
            lastSuccess: (evidence?.lastSuccess).map(calendar.date),
            failingSince: (evidence?.failingSince).map(calendar.date),
            noResult: member.lifecycle == .finished ? nil : evidence?.noResult,
            noResultSince: member.isProbed ? (evidence?.noResultSince).map(calendar.date) : nil,
            isCandidate: refusal == nil,
            refusal: refusal?.description,
            score: line.score?.number,
            noScore: line.score?.reason,
            company: line.company.isEmpty ? nil : line.company.map(\.description),
            isReady: member.isReady,
            priority: member.priority,
            node: member.node,
            zone: member.zone,
            epoch: member.epoch?.number
        )
    }
}

extension GroupStatus.Timeline {
    fileprivate init(_ timeline: GroupTimeline, at now: MonotonicTime, _ calendar: WallCalendar.Relation) {
        since = timeline.reach(at: now).map(calendar.date)
        changes = timeline.entries(at: now).map { Change($0.change, at: calendar.date(of: $0.time)) }
    }
}

extension GroupStatus.Timeline.Change {
    fileprivate init(_ change: GroupTimeline.Change, at time: MicroTime) {
        at = time
        switch change {
        case .health(let name, let old, let new):
            (kind, member, from, to) = ("health", name, old.rawValue, new.rawValue)
        case .role(let name, let old, let new): (kind, member, from, to) = ("role", name, old?.rawValue, new?.rawValue)
        case .joined(let name): (kind, member) = ("joined", name)
        case .left(let name): (kind, member) = ("left", name)
        case .moved(let old, let new, let why):
            (kind, from, to) = ("moved", old.isEmpty ? nil : old.joined(separator: ", "), new)
            cause = why.rawValue
        }
    }
}

extension Member {
    /// Whether there is something to be asked, so that a probe without a result says that something is wrong.
    fileprivate var isProbed: Bool { lifecycle != .finished && hasAddress && isProbeable }
}
