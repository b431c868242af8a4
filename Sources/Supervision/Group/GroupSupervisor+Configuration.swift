import FailoverCore
import Foundation
import KubernetesClient
import Probing
import StandbyConfiguration

/// What a group learns from its configuration and its Service.
extension GroupSupervisor {
    // MARK: The configuration

    /// Takes over what the configuration says now; what its change does not concern goes on as it is.
    func reconfigure(_ next: GroupConfiguration) async {
        retryRefused()
        let previous = mapping
        let isOtherService = next.service != configuration.service
        if next.failover.podDeletionCost, !configuration.failover.podDeletionCost { decoration.askedForMore() }
        var labelling = mapping.labelling
        labelling.labelChanged(to: next.roleLabel)
        await use(PodMapping(group: next, labelling: labelling, family: mapping.family))
        await followEndpoints()
        await followSlices()
        await followNodes()
        await followCompanions()
        if isOtherService {
            await followService()
        } else if service != .pending {
            await serviceChanged()
        }
        if let snapshot = seenPods {
            await podsChanged(snapshot, renewing: renewed(snapshot.objects, since: previous))
        }
        applyPolicy()
    }

    /// The members that are probed by another handler than before; what was known of them is void.
    private func renewed(_ pods: [Pod], since previous: PodMapping) -> Set<Member.ID> {
        let now = Date()
        let changed = pods.compactMap { pod -> Member.ID? in
            guard let before = previous.target(pod, now: now), let after = mapping.target(pod, now: now) else {
                return nil
            }
            return before.probe.handler == after.probe.handler ? nil : after.id
        }
        return Set(changed)
    }

    private func use(_ next: PodMapping) async {
        mapping = next
        await surroundings.api.use(next, importance: configuration.failover.importance)
    }

    /// Every member carries the new label; if the Service routes by it, the old one is forgotten.
    func labelsComplete() async {
        guard mapping.labelling.retiring != nil, !mapping.labelling.routesByRetiring else { return }
        mapping.labelling.completed()
        await use(mapping)
    }

    // MARK: The Service

    /// Follows the Service that the configuration names, from its beginning.
    func followService() async {
        service = .pending
        seenService = nil
        serviceSubscription = await surroundings.services.subscribe(
            to: .name(configuration.service),
            where: nil,
            replacing: serviceSubscription
        ) { [self] event in
            switch event {
            case .snapshot(let snapshot): post(.service(snapshot.objects.first))
            case .failing(let error): post(.failing(.services, "\(error)"))
            case .recovered: post(.recovered(.services))
            }
        }
    }

    /// Holds the Service as last seen against the configuration, and selects the pods that it means.
    func serviceChanged() async {
        retryRefused()
        let previous = service
        checkService()
        switch service {
        case .pending: break
        case .unusable(let problem):
            wait(for: "\(problem)")
            dropEndpoint()
            await abstain()
        case .usable(let selector, _):
            resume()
            await followRoute()
            await followFamily()
            if let snapshot = seenPods { await claimPods(snapshot.objects) }
            if case .usable(selector, _) = previous {} else { await selectPods(selector) }
            publish()
        }
        applyPolicy()
    }

    private func checkService() {
        service = ServiceCheck(seenService, of: configuration, namespace: namespace, labelling: mapping.labelling)
    }

    /// Notes by which of two labels the Service routes, while one is changed for the other.
    private func followRoute() async {
        var labelling = mapping.labelling
        labelling.routed(byRetiring: labelling.isRetiringSelector(seenService?.spec?.selector ?? [:]))
        guard labelling != mapping.labelling else { return }
        mapping.labelling = labelling
        await use(mapping)
        if let snapshot = seenPods { await podsChanged(snapshot) }
    }

    /// Notes without an address of which family nobody can be published.
    private func followFamily() async {
        guard ownsEndpoints, let family = seenService.map(AddressFamily.families)?.first, family != mapping.family
        else {
            return
        }
        mapping.family = family
        await use(mapping)
        if let snapshot = seenPods { await podsChanged(snapshot) }
    }

    private func selectPods(_ selector: LabelSelector) async {
        await surroundings.api.select(selector)
        let matches: @Sendable (Pod) -> Bool = { selector.matches($0.metadata.labels ?? [:]) }
        podSubscription = await surroundings.pods.subscribe(
            to: .labels(selector.matchLabels),
            where: selector.matchExpressions.isEmpty ? nil : matches,
            replacing: podSubscription
        ) { [self] event in
            switch event {
            case .snapshot(let snapshot): post(.pods(snapshot))
            case .failing(let error): post(.failing(.pods, "\(error)"))
            case .recovered: post(.recovered(.pods))
            }
        }
    }

    /// Tells the machine its policy; nothing moves while the Service is unusable, another group writes the role of the same
    /// pods, another supervisor leads or may lead, or the end is near.
    func applyPolicy() {
        let now = surroundings.clock.now()
        let policy = policy(at: now)
        step { $0.policyChanged(policy, at: now) }
    }

    /// The policy by what is known now.
    func policy(at now: MonotonicTime) -> GroupPolicy {
        // Where slices say who is active, another group may label the same pods.
        let isUsable = if case .usable = service { claim == .granted || ownsEndpoints } else { false }
        var policy = GroupPolicy(
            configuration,
            isObserving: isDryRun || isStopping || !isUsable || standing != .leading,
            isEnding: isStopping && !isDryRun && isUsable && standing == .leading,
            service: seenService
        )
        policy.window = window(at: now)
        policy.due = due(at: now)
        return policy
    }
}
