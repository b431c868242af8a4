import Coordination
import FailoverCore
import Foundation
import KubernetesClient
import Probing
import StandbyConfiguration
import Transport

/// Reads what matters to a group from its pods.
struct PodMapping: Sendable {
    /// The annotation that carried the epoch of whatever group wrote a pod last; older versions wrote it.
    private static let sharedEpochAnnotation = "kube-standby.io/epoch"
    /// The labels by which a StatefulSet and a Deployment tell a pod's revision.
    private static let revisionLabels = ["controller-revision-hash", "pod-template-hash"]
    /// The label that says in which zone a pod runs, where the API server gives it one (PodTopologyLabelsAdmission).
    ///
    /// https://kubernetes.io/docs/reference/labels-annotations-taints/#topologykubernetesiozone
    static let zoneLabel = "topology.kubernetes.io/zone"
    /// How the keys of the annotations begin that carry groups' epochs.
    static let epochAnnotationPrefix = "epoch.kube-standby.io/"
    /// The annotation by which an operator takes a pod out of the choice.
    static let excludeAnnotation = "kube-standby.io/exclude"
    /// The annotation by which an operator gives a pod another priority than the file does.
    static let priorityAnnotation = "kube-standby.io/priority"
    /// The label by which a StatefulSet tells a pod's ordinal.
    private static let ordinalLabel = "apps.kubernetes.io/pod-index"

    /// As of the last reload.
    @Boxed var group: GroupConfiguration
    /// How roles are read and written.
    @Boxed var labelling: RoleLabelling
    /// The first family of the Service, without whose address a member of mode EndpointSlice cannot be published.
    var family: AddressFamily

    /// `labelling`: nil: by the label that the group names, with no change under way.
    init(group: GroupConfiguration, labelling: RoleLabelling? = nil, family: AddressFamily = .ipv4) {
        self.group = group
        self.family = family
        self.labelling = labelling ?? RoleLabelling(group.roleLabel)
    }

    /// The member that a pod is; nil if it has no identity yet.
    ///
    /// In mode EndpointSlice its labels say nothing of its role, and its annotations nothing of an epoch.
    func member(_ pod: Pod) -> Member? {
        let metadata = pod.metadata
        guard let uid = metadata.uid, let name = metadata.name, ObjectName.isValid(name),
            let version = metadata.resourceVersion
        else { return nil }
        let labels = metadata.labels ?? [:]
        let isLabelled = group.mode == .label
        let role = isLabelled ? labelling.role(of: labels) : nil
        return Member(
            id: Member.ID(uid),
            name: name,
            version: ObjectVersion(version),
            role: role,
            isRelabelDue: labelling.isRelabelDue(labels, role: role),
            deletionCost: deletionCost(metadata.annotations ?? [:], as: role),
            epoch: isLabelled ? epoch(metadata.annotations ?? [:]) : nil,
            lifecycle: lifecycle(pod),
            hasStopped: isAwaited && hasStopped(pod),
            hasAddress: (isLabelled ? address(pod) : pod.address(of: family)) != nil,
            isReady: pod.isReady,
            hasReadinessProbe: ProbedContainer(of: pod).isProbedByKubelet(for: group.probe.handler),
            isProbeable: isProbeable(pod),
            revision: labels[Self.revisionLabels[0]] ?? labels[Self.revisionLabels[1]],
            node: pod.spec?.nodeName,
            zone: labels[Self.zoneLabel],
            priority: priority(pod) ?? group.priorities.priority(name: name, labels: labels),
            isExcluded: metadata.annotations?[Self.excludeAnnotation].flatMap(AnnotatedBool.init) == .yes,
            isSelected: group.selector?.matches(labels) ?? true,
            ordinal: ordinal(pod, labels),
            createdAt: metadata.creationTimestamp.flatMap { MicroTime($0) }?.seconds ?? 0
        )
    }

    /// The annotation that carries the epoch of the group's last switch that wrote a pod; each group has its own, so that
    /// groups may share pods.
    var epochAnnotation: String { Self.epochAnnotationPrefix + group.name }

    /// Where an epoch of the group may stand.
    private var epochAnnotations: [String] { [epochAnnotation, Self.sharedEpochAnnotation] }

    /// The highest epoch that a pod is known to carry: what an older version wrote counts as a lower bound.
    private func epoch(_ annotations: [String: String]) -> Epoch? {
        let own = annotations[epochAnnotation].flatMap(Epoch.init(annotation:))
        let shared = annotations[Self.sharedEpochAnnotation].flatMap(Epoch.init(annotation:))
        // What no switch can have led to does not hide what we wrote.
        if let own, let shared, shared > own.highestBelievable { return own }
        return [own, shared].compactMap(\.self).max()
    }

    /// Whether a pod has what the group's probes ask; whatever its role, both will be asked of it.
    private func isProbeable(_ pod: Pod) -> Bool {
        let container = ProbedContainer(of: pod)
        return [group.probe, group.passiveProbe].compactMap(\.self).allSatisfy {
            container.problem(of: $0.handler) == nil
        }
    }

    /// How a pod is to be probed; nil if it cannot be.
    ///
    /// `role`: of a member of mode EndpointSlice, where its labels say none.
    func target(_ pod: Pod, as role: Role? = nil, now: Date) -> ProbeTarget? {
        guard var member = member(pod), member.lifecycle != .finished, let address = address(pod) else { return nil }
        member.role = member.role ?? role
        let container = ProbedContainer(of: pod)
        let probe = probe(of: member, in: container)
        let status = container.status(for: probe.wrappedValue.handler)
        let named = if case .named = probe.wrappedValue.handler.port { true } else { false }
        var target = ProbeTarget(
            id: member.id,
            group: group.name,
            pod: member.name,
            namespace: pod.metadata.namespace ?? "",
            address: address,
            role: member.role,
            node: pod.spec?.nodeName,
            isReady: member.isReady,
            incarnation: incarnation(status),
            ports: named ? container.ports(for: probe.wrappedValue.handler) : [:],
            portProblem: container.problem(of: probe.wrappedValue.handler).map { "\($0)" },
            defaultContainer: container.defaultName,
            probe: probe.wrappedValue,
            // A failing active member must not be shielded while another could take over.
            initialWait: member.role == .active ? .zero : initialWait(status, probe.wrappedValue.timing, now: now)
        )
        target.$probe = probe
        return target
    }

    /// What is asked of a member; the same place for all whom the same is asked.
    private func probe(of member: Member, in container: ProbedContainer) -> Boxed<ProbeConfiguration> {
        let passive = member.role == .active ? nil : group.passiveProbe
        let plain = passive.map { Boxed(wrappedValue: $0) } ?? group.$probe
        var own = plain.wrappedValue
        own.handler = CommandExpansion.expanded(own.handler) {
            container.environment(of: $0.container ?? container.defaultName)
        }
        return own.handler == plain.wrappedValue.handler ? plain : Boxed(wrappedValue: own)
    }

    /// The priority that an annotation gives; nil if there is none, or none that can be read.
    private func priority(_ pod: Pod) -> Int? {
        pod.metadata.annotations?[Self.priorityAnnotation].flatMap { Int($0) }.flatMap {
            PriorityRule.bounds.contains($0) ? $0 : nil
        }
    }

    /// The address of a pod; nil if there is none, or a text that is no IP address.
    private func address(_ pod: Pod) -> String? {
        pod.status?.podIP.flatMap { SocketAddress(host: $0, port: 0) == nil ? nil : $0 }
    }

    /// What a pod says that cannot be read, and so is left out of account.
    func oddities(_ pod: Pod) -> [String] {
        let name = "pod \((pod.metadata.name ?? "").prefix(253))"
        let annotations = pod.metadata.annotations ?? [:]
        var found: [String] = []
        if let name = pod.metadata.name, !ObjectName.isValid(name) { found.append("a pod has a name that is none") }
        if let text = pod.status?.podIP, !text.isEmpty, address(pod) == nil {
            found.append("\(name): podIP \"\(text.prefix(60))\" is no IP address")
        }
        if let text = annotations[Self.priorityAnnotation], priority(pod) == nil {
            let bounds = PriorityRule.bounds
            found.append(
                "\(name): annotation \(Self.priorityAnnotation) is \"\(text.prefix(60))\"; expected is an integer "
                    + "\(bounds.lowerBound)...\(bounds.upperBound); the configuration's priority holds"
            )
        }
        if let text = annotations[Self.excludeAnnotation], AnnotatedBool(text) == nil {
            found.append(
                "\(name): annotation \(Self.excludeAnnotation) is \"\(text.prefix(60))\"; expected is true or false; the pod is not "
                    + "excluded"
            )
        }
        for key in epochAnnotations {
            guard let text = annotations[key], Epoch(annotation: text) == nil else { continue }
            found.append("\(name): annotation \(key) is \"\(text.prefix(60))\"; an epoch is an integer \(Epoch.bounds)")
        }
        return found
    }

    private func lifecycle(_ pod: Pod) -> Member.Lifecycle {
        if pod.hasFinished { return .finished }
        return pod.metadata.deletionTimestamp == nil ? .running : .terminating
    }

    /// Whether promotions wait for pods that may still act as active: then it counts when they stop.
    private var isAwaited: Bool {
        group.failover.promotionGate != nil || group.hooks.onDemote?.isRequired ?? false
    }

    /// Whether each container of a pod was seen terminated, and none will run again.
    ///
    /// Only the kubelet says so: a pod that is made Failed because its node is gone has containers that run, for all that is known.
    private func hasStopped(_ pod: Pod) -> Bool {
        if lifecycle(pod) == .running { return false }
        if pod.spec?.nodeName == nil { return true }
        let statuses = (pod.status?.containerStatuses ?? []) + (pod.status?.initContainerStatuses ?? [])
        return pod.lastingContainers.allSatisfy { container in
            statuses.contains { $0.name == container.name && $0.state?.terminated != nil }
        }
    }

    /// Those of pods that are gone of which that was seen before; none where nobody asks.
    func stopped(_ gone: [Pod]) -> [Member.ID] {
        if !isAwaited { return [] }
        return gone.filter(hasStopped).compactMap { $0.metadata.uid.map { Member.ID($0) } }
    }

    /// The ordinal that a StatefulSet gave; older clusters have no label for it, but the name ends with it.
    private func ordinal(_ pod: Pod, _ labels: [String: String]) -> Int? {
        if let number = labels[Self.ordinalLabel].flatMap({ Int($0) }) { return number }
        let isOwned = pod.metadata.ownerReferences?.contains { $0.kind == "StatefulSet" } ?? false
        guard isOwned, let suffix = pod.metadata.name?.split(separator: "-").last else { return nil }
        return Int(suffix)
    }

    /// Tells one run of the probed container from the next.
    private func incarnation(_ status: Pod.ContainerStatus?) -> String {
        status.map { "\($0.name)/\($0.restartCount ?? 0)/\($0.containerID ?? "")" } ?? ""
    }

    /// How long the start of the probed container still keeps probes away.
    private func initialWait(_ status: Pod.ContainerStatus?, _ timing: ProbeTiming, now: Date) -> Duration {
        guard timing.initialDelay > .zero else { return .zero }
        guard let start = status?.state?.running?.startedAt.flatMap({ MicroTime($0) })?.microseconds else {
            return timing.initialDelay
        }
        let age = Duration.microseconds(MicroTime(now).microseconds - start)
        return min(max(.zero, timing.initialDelay - age), timing.initialDelay)
    }
}
