@testable import FailoverCore

/// What standbys and kubelets say, and what may come of it.
extension Simulation {
    // MARK: The beginning

    mutating func makeStandbys(atLeast least: Int) {
        for index in 0..<Int.random(in: least...3, using: &random) { standbys.append(.init(name: "standby-\(index)")) }
        agenda.add(.kubelets, at: 0)
    }

    mutating func makeSecondOpinion() -> SecondOpinion {
        let choices: [[SecondOpinion.Source]] = [[.replica], [.replica], [.kubelet], [.kubelet, .replica]]
        var opinion = SecondOpinion(from: choices.randomElement(using: &random) ?? [.replica])
        opinion.atLeast = Int.random(in: 1...min(3, opinion.mostOpinions), using: &random)
        opinion.patience = .nanoseconds(Int64(between(Self.second, 8 * Self.second)))
        opinion.onSilence = random.once(in: 3) ? .hold : .move
        return opinion
    }

    // MARK: Faults

    mutating func sever(_ process: Int, for length: UInt64) {
        let node = Int.random(in: nodes.indices, using: &random)
        severances[process][node] = max(severances[process][node], now + length)
        tell("process \(process) is cut off from node \(node)")
    }

    mutating func mislead(for length: UInt64) {
        guard let index = standbys.indices.randomElement(using: &random) else { return }
        let behaviour = SimulatedStandby.Behaviour.allCases.randomElement(using: &random) ?? .silent
        standbys[index].behaviour = behaviour
        standbys[index].until = now + length
        tell("standby \(index) is \(behaviour)")
    }

    // MARK: Standbys

    mutating func ask(_ question: OpinionQuestion, of index: Int, group: Int) {
        // Whoever asks knows how many there are, whether his question arrives or not.
        schedule(.opinions(group: group, []), of: index, at: now)
        if now < outageUntil { return }
        for standby in standbys.indices {
            let at = now + between(Self.second / 100, Self.second)
            schedule(.opine(group: group, question, standby: standby, told: nil), of: index, at: at)
        }
    }

    /// A standby tells what it finds, if that is something else than it told before, and looks again.
    mutating func opine(_ question: OpinionQuestion, _ standby: Int, _ told: Health?, in group: Int, of index: Int) {
        guard processes[index]?.machines[group].question == question else { return }
        let behaviour = standbys[standby].behaviour(at: now)
        var health = finding(of: question.member, in: group)
        if behaviour == .wrong, health != .unknown { health = health == .healthy ? .unhealthy : .healthy }
        let isNews = health != .unknown && health != told && behaviour != .silent
        if isNews {
            let delay = behaviour == .late ? between(3 * Self.second, 20 * Self.second) : between(1_000_000, 80_000_000)
            let answer = OpinionAnswer(
                replica: standbys[standby].name,
                question: question.id,
                member: question.member,
                health: health,
                age: .zero
            )
            tell("group \(group): \(answer.replica) says \(health) of \(question.member)")
            let at = max(now + delay, outageUntil, silentUntil)
            schedule(.opinions(group: group, [answer]), of: index, at: at)
        }
        let next = SimulatedEvent.Step.opine(group: group, question, standby: standby, told: isNews ? health : told)
        schedule(next, of: index, at: now + between(Self.second / 2, Self.second))
    }

    /// What probes of a pod come to that are cut off from nothing.
    private func finding(of id: Member.ID, in group: Int) -> Health {
        guard let application = groups[group].applications[id], now > application.muteUntil else { return .unknown }
        let isCold = now < application.coldUntil && groups[group].pod(id)?.role == .active
        if isBad(application) || isCold { return .unhealthy }
        return now > application.servingSince + groups[group].timing.verdictWindow ? .healthy : .unknown
    }

    // MARK: Kubelets

    /// Pods whose applications are probed by their kubelets are Ready if these serve; a node that is down says nothing new.
    mutating func lookByKubelets() {
        for group in groups.indices {
            for pod in groups[group].pods where pod.hasReadinessProbe && pod.lifecycle == .running {
                guard let application = groups[group].applications[pod.id], now >= nodes[application.node] else {
                    continue
                }
                let isReady = application.behaviour == .serving
                if isReady == pod.isReady { continue }
                groups[group].applications[pod.id]?.lastNotReady = now
                touch(group, pod.name) { $0.isReady = isReady }
            }
        }
        agenda.add(.kubelets, at: now + between(Self.second / 2, 2 * Self.second))
    }

    // MARK: What may come of it

    /// Whether a supervisor that was cut off could not know better: somebody misled it, or nobody was there to say so.
    func isExcused(
        leaving pod: Member,
        _ application: SimulatedApplication,
        in group: SimulatedGroup,
        at leftAt: UInt64
    ) -> Bool {
        guard let opinion = group.policy.secondOpinion, leftAt < lastSevered + 90 * Self.second else { return false }
        if standbys.contains(where: { !$0.isTrusted(at: now) }) { return true }
        let disturbed = max(lastLoss, outageUntil, slowUntil, silentUntil)
        if leftAt < disturbed + 60 * Self.second, disturbed > 0, !isSevered { return true }
        let asksReplicas = opinion.sources.contains(.replica) && !standbys.isEmpty
        let asksKubelet = opinion.sources.contains(.kubelet) && pod.hasReadinessProbe
        return !asksReplicas && !asksKubelet
    }

    /// Whether opinions, or the probes of one that is cut off, may keep the role where it is.
    func mayBeHeldUp(_ group: SimulatedGroup) -> Bool {
        guard let opinion = group.policy.secondOpinion else { return false }
        if now < lastSevered + 60 * Self.second || standbys.contains(where: { !$0.isTrusted(at: now) }) { return true }
        if opinion.onSilence == .hold { return true }
        let disturbed = max(outageUntil, slowUntil, silentUntil, lastResultless ?? 0)
        if disturbed > 0, now < disturbed + 60 * Self.second { return true }
        return opinion.sources.contains(.kubelet) && group.actives.contains(where: \.hasReadinessProbe)
    }

    /// Until when some supervisor is cut off from some node, at last.
    private var lastSevered: UInt64 { severances.flatMap(\.self).max() ?? 0 }
}
