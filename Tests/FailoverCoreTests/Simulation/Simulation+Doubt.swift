@testable import FailoverCore

/// How supervisors doubt their own probes.
extension Simulation {
    /// Before anything that a process hears: whether time passed as it should.
    mutating func noteTime(_ index: Int) {
        let wall = Int64(now) + wallOffset
        guard sabotage != .nobodyDoubtsHimself else { return }
        let now = time
        if let suspension = processes[index]?.doubt.beat(now: now, wall: wall) { suspend(suspension, index) }
    }

    private mutating func suspend(_ suspension: Suspension, _ index: Int) {
        tell("process \(index) doubts itself: \(suspension.reason)")
        for group in groups.indices {
            hear(index, group) { $0.automaticMovesSuspended(suspension, at: $1) }
        }
    }

    mutating func noteFailing(
        _ id: Member.ID,
        _ verdict: ProbeVerdict,
        _ target: SimulatedProcess.Target,
        in group: Int,
        of index: Int
    ) {
        if verdict == .success { processes[index]?.doubt.stoppedFailing(id, in: "\(group)") }
        guard verdict == .failure, target.isProven, target.tracker.evidence.failingSince == nil,
            sabotage != .nobodyDoubtsHimself
        else {
            return
        }
        let node = groups[group].applications[id].map { "\($0.node)" }
        let timing = groups[group].timing
        let (count, now) = (processes[index]?.provenCount ?? 0, time)
        let suspension = processes[index]?.doubt.beganToFail(
            id,
            at: .init(group: "\(group)", node: node),
            period: .nanoseconds(Int64(timing.period + timing.timeout)),
            podCount: count,
            now: now
        )
        if let suspension { suspend(suspension, index) }
    }

    mutating func confirm(_ member: Member.ID, since: MonotonicTime, in group: Int, of index: Int) {
        guard let target = processes[index]?.targets[group][member] else { return }
        if sabotage == .nobodyDoubtsHimself { return pretend(member, target.tracker.evidence, in: group, of: index) }
        if let success = target.tracker.evidence.lastSuccess, success >= since {
            return report(member, in: group, of: index)
        }
        processes[index]?.targets[group][member]?.isAwaited = true
        processes[index]?.targets[group][member]?.flight += 1
        schedule(.probe(group: group, member, flight: target.flight + 1), of: index, at: now)
    }

    /// The probe that was asked for is not made, and is said to have ended as the verdict goes.
    private mutating func pretend(_ id: Member.ID, _ known: HealthEvidence, in group: Int, of index: Int) {
        var evidence = known
        if known.health == .healthy {
            evidence.succeeded(from: time, at: time)
        } else {
            evidence.failed(from: time, at: time)
        }
        hear(index, group) { [evidence] in $0.memberProbed(id, evidence, at: $1) }
    }
}
