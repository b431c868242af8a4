import Coordination
import StandbyConfiguration
import Transport

@testable import FailoverCore
@testable import Probing
@testable import Supervision

/// A probe engine without a network: every pod is as a test says, and a first probe of each ends at once.
///
/// Who is told of what is told in the order in which it comes about, as the engine's one thread does.
final class FakeProbes: MemberProbing {
    private struct Group: Sendable {
        var targets: [ProbeTarget]
        var receive: @Sendable (ProbeReport) -> Void
        var doubt: @Sendable (Suspension) -> Void
    }

    private struct State: Sendable {
        var groups: [String: Group] = [:]
        /// By pod; healthy unless it is said otherwise.
        var health: [String: Health] = [:]
        var evidence: [ProbeTarget.Key: HealthEvidence] = [:]
        /// By pod; who has none never answers.
        var scores: [String: CandidateScore] = [:]
        var asked: [ProbeTarget] = []
    }

    private let state = Locked(State())
    private let clock: TestClock
    private let log: EventLog

    init(clock: TestClock, log: EventLog) {
        self.clock = clock
        self.log = log
    }

    /// The members of a group that are probed, by pod.
    func targets(of group: String) -> [String: ProbeTarget] {
        let targets = state.withLock { $0.groups[group]?.targets ?? [] }
        return Dictionary(uniqueKeysWithValues: targets.map { ($0.pod, $0) })
    }

    /// The probes of a pod come to a verdict, for every group that has it.
    func set(_ health: Health, _ pod: String) {
        state.withLock { state in
            state.health[pod] = health
            for group in state.groups.values {
                for target in group.targets where target.pod == pod {
                    group.receive(report(target, &state, isChange: true))
                }
            }
        }
    }

    /// A probe of a pod gives no result, for every group that has it.
    func giveNoResult(_ pod: String, because reason: String) {
        state.withLock { state in
            for group in state.groups.values {
                for target in group.targets where target.pod == pod {
                    var evidence = state.evidence[target.key] ?? HealthEvidence(since: clock.now)
                    evidence.gaveNoResult(because: reason, at: clock.now)
                    state.evidence[target.key] = evidence
                    group.receive(
                        ProbeReport(
                            member: target.id,
                            pod: target.pod,
                            evidence: evidence,
                            verdict: .noResult,
                            detail: reason,
                            isChange: true,
                            isRepetition: false
                        )
                    )
                }
            }
        }
    }

    /// What a pod answers when it is asked for its score.
    func setScore(_ score: CandidateScore, _ pod: String) { state.withLock { $0.scores[pod] = score } }

    /// Whom and how it was asked for scores, in order.
    var asked: [ProbeTarget] { state.withLock { $0.asked } }

    /// The engine doubts itself.
    func doubt(_ suspension: Suspension) {
        for group in state.withLock({ Array($0.groups.values) }) { group.doubt(suspension) }
    }

    private func report(_ target: ProbeTarget, _ state: inout State, isChange: Bool) -> ProbeReport {
        let (now, health) = (clock.now, state.health[target.pod] ?? .healthy)
        var evidence = state.evidence[target.key] ?? HealthEvidence(since: now)
        switch health {
        case .healthy: evidence.succeeded(from: now, at: now)
        case .unhealthy: evidence.failed(from: now, at: now)
        case .unknown: evidence.forgotten(at: now)
        }
        if evidence.health != health { evidence.became(health, at: now) }
        state.evidence[target.key] = evidence
        return ProbeReport(
            member: target.id,
            pod: target.pod,
            evidence: evidence,
            verdict: health == .healthy ? .success : .failure,
            detail: health.rawValue,
            isChange: isChange,
            isRepetition: !isChange
        )
    }

    // MARK: MemberProbing

    func setTargets(
        _ targets: [ProbeTarget],
        of group: String,
        renewing renewed: Set<Member.ID>,
        onDoubt: @escaping @Sendable (Suspension) -> Void,
        _ receive: @escaping @Sendable (ProbeReport) -> Void
    ) async {
        state.withLock { state in
            let known = Set((state.groups[group]?.targets ?? []).map(\.id)).subtracting(renewed)
            state.groups[group] = Group(targets: targets, receive: receive, doubt: onDoubt)
            for target in targets where renewed.contains(target.id) { state.evidence[target.key] = nil }
            for target in targets where !known.contains(target.id) {
                receive(report(target, &state, isChange: true))
            }
        }
        if !renewed.isEmpty { log.add("\(group): renews \(renewed.map(\.uid).sorted().joined(separator: ", "))") }
        log.look()
    }

    func remove(group: String) async {
        state.withLock { $0.groups[group] = nil }
        log.add("\(group): probes end")
    }

    func probeNow(_ key: ProbeTarget.Key, unlessSucceededSince since: MonotonicTime) async {
        state.withLock { state in
            guard let group = state.groups[key.group], let target = group.targets.first(where: { $0.key == key }) else {
                return
            }
            group.receive(report(target, &state, isChange: false))
        }
    }

    func score(of target: ProbeTarget, at pointer: String?) async -> CandidateScore {
        let score = state.withLock { state in
            state.asked.append(target)
            return state.scores[target.pod]
        }
        log.add("\(target.group): asks \(target.pod) for its score")
        if let score { return score }
        try? await Task.sleep(for: .seconds(3600))
        return .missing("asked in vain")
    }

    func forget(_ key: ProbeTarget.Key) async {
        state.withLock { $0.evidence[key] = nil }
        log.add("\(key.group): forgets \(key.member)")
    }
}
