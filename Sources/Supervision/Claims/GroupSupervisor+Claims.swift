import FailoverCore
import KubernetesClient
import StandbyConfiguration

/// How a group claims its pods, and lets them go.
extension GroupSupervisor {
    /// Without a Service the group writes nothing, and lets its pods go to whoever means them; a switch that is on its way
    /// is finished first.
    func abstain() async {
        guard !machine.isSwitching else { return }
        dropEndpoint()
        await surroundings.claims.abstain(claimant)
        wish = nil
        claim = .pending
    }

    /// Lets the pods go that were kept for a switch only.
    func abstainIfDue() async {
        guard !machine.isSwitching else { return }
        if case .unusable = service, wish != nil { await abstain() }
        guard keepsPods else { return }
        keepsPods = false
        dropEndpoint()
        await surroundings.claims.letGo(claimant)
    }

    /// Claims the group's pods, unless they and their labels are those that it holds; while another group writes the role
    /// of one of them, this one waits.
    @inline(never)
    func claimPods(_ pods: [Pod]) async {
        guard configuration.writtenLabel != nil else {
            // Whoever writes no label is in nobody's way.
            if wish != nil { await abstain() }
            return
        }
        // It has let them go, and news of them is no reason to take them back.
        if case .unusable = service { return }
        let scopes = mapping.labelling.keys.map { RoleClaims.Scope(namespace: namespace, key: $0) }
        let next = RoleClaims.Wish(
            scopes: Set(scopes),
            pods: Set(pods.compactMap { $0.metadata.uid.map(Member.ID.init) })
        )
        // Labels may have changed, and what groups of other shards select.
        if next == wish, claim == .granted, !surroundings.claims.spansShards { return }
        wish = next
        // Whoever is in the middle of a switch finishes it with the pods that it has.
        let isSwitching = machine.isSwitching
        let verdict = await surroundings.claims.claim(next, pods, for: claimant, keepsPods: isSwitching) { [self] in
            post(.claimsChanged)
        }
        keepsPods = isSwitching && verdict.isContested
        if verdict == claim { return }
        claim = verdict
        retryRefused()
        if case .contested(let id, let other) = verdict {
            let pod = pods.first { $0.metadata.uid == id.uid }?.metadata.name ?? id.uid
            dropEndpoint()
            let finding = ClusterFinding.podOfAnotherGroup(pod: pod, group: other, key: configuration.roleLabel.key)
            // Where the label is decoration, the pods go without.
            if ownsEndpoints { notify(.ignored("\(finding)")) } else { wait(for: "\(finding)") }
        } else {
            resume()
        }
        applyPolicy()
    }

    /// Whether the group means a pod.
    func isMember(_ pod: Member.ID) -> Bool { wish?.pods.contains(pod) ?? true }

    /// Why a role is not written: another group gives the pod its role, here or elsewhere; nil: none does.
    ///
    /// `isMember`: a pod of both is written once the other lets go of it, and whoever cannot go on without it waits; one that
    /// left is the other's affair.
    nonisolated static func obstacle(
        to member: Member,
        isMember: Bool,
        in scopes: Set<RoleClaims.Scope>,
        for claimant: RoleClaims.Claimant,
        _ claims: ClaimRegistry,
        _ api: any GroupAPI
    ) async -> RoleWriteOutcome? {
        let words = "another group writes the role of pod \(member.name)"
        let taken: RoleWriteOutcome = isMember ? .refused(OperationFailure(words, isLasting: true)) : .gone
        if await claims.isHeld(member.id, in: scopes, byOthersThan: claimant) { return taken }
        guard claims.spansShards else { return nil }
        // Which groups of other shards mean it, its labels tell.
        switch await api.readLabels(member.name) {
        case .found(let labels):
            let isTaken = await claims.isMeant(labels, in: scopes, byOthersThan: claimant, whoComeFirst: isMember)
            return isTaken ? taken : nil
        case .gone: return .gone
        case .failed(let failure): return .failed(failure)
        }
    }
}

/// What a pod's labels are, read from no cache.
enum LabelsReadOutcome: Sendable {
    /// They are these.
    case found([String: String])
    /// There is no such pod.
    case gone
    /// It is not known.
    case failed(OperationFailure)
}

extension KubernetesGroupAPI {
    /// Reads one pod's labels once.
    func readLabels(_ name: String) async -> LabelsReadOutcome {
        switch await get(Pod.self, name) {
        case .success(let pod): return .found(pod.metadata.labels ?? [:])
        case .failure(let error): return error.isAbsence ? .gone : .failed(OperationFailure(error))
        case nil: return .failed(Self.noTurn)
        }
    }
}
