/// What does not fit between a configuration and the cluster that it is meant for.
package enum ClusterFinding: Sendable, Hashable {
    /// There is no Service of that name.
    case serviceMissing(String, namespace: String)
    /// The Service has no selector at all, in mode Label.
    case serviceWithoutSelector(String, namespace: String, label: String)
    /// The Service's selector lacks the role label or has another value.
    case selectorLacksRole(String, namespace: String, key: String, active: String, found: String?)
    /// In mode EndpointSlice the Service has a selector, so that Kubernetes writes its endpoints.
    case serviceWithSelector(String, namespace: String)
    /// Neither the Service nor the group says which pods are meant.
    case noSelector(String)
    /// The Service is a name in DNS and has no endpoints.
    case externalName(String)
    /// The Service has no port.
    case noServicePort(String)
    /// No member has the port that a port of the Service names.
    case noTargetPort(String, service: String)
    /// Another proxy than the cluster's own is to see to the Service.
    case otherProxy(String, service: String)
    /// A member has no address of a family of the Service.
    case noAddress(pod: String, family: String, service: String)
    /// In mode EndpointSlice, a slice of the Service that somebody else wrote; `publishes`: an address that gets traffic.
    case foreignSlice(String, namespace: String, manager: String?, publishes: String?)
    /// In mode EndpointSlice, an Endpoints object, from which Kubernetes makes slices.
    case leftoverEndpoints(String, namespace: String)
    /// In mode Label, a slice that a supervisor wrote in mode EndpointSlice; `publishes`: an address that gets traffic.
    case leftoverSlice(String, namespace: String, publishes: String?)
    /// A slice that a supervisor wrote of a Service that no group is of; `publishes`: an address that gets traffic.
    case abandonedSlice(String, service: String, namespace: String, publishes: String?)
    /// The group would have no member.
    case noPods(selector: String, namespace: String)
    /// The group has this pod and no other.
    case oneMember(String)
    /// The kubelet does not probe the pod's application, so that its opinion is never against a move.
    case noKubeletOpinion(pod: String)
    /// An earlier group writes the role of the same pod under the same label key.
    case podOfAnotherGroup(pod: String, group: String, key: String)
    /// No container of the pod has a port of that name; `container`: the names that there are.
    case noSuchPort(String, pod: String, container: [String])
    /// Several containers of a pod have a port of that name, with different numbers.
    case ambiguousPort(String, pod: String, containers: [String])
    /// The pod lacks the container that the probe names.
    case noSuchContainer(String, pod: String, containers: [String])
    /// The role label stands in the owner's pod template: every new pod would claim it.
    case roleInTemplate(key: String, kind: String, name: String)
    /// The role label stands in the owner's selector: a patch of it would orphan the pod.
    case roleInOwnerSelector(key: String, kind: String, name: String)
    /// The pod has several PodDisruptionBudgets, so that the API server evicts it for nobody.
    case severalBudgets(pod: String, budgets: [String])
    /// A PodDisruptionBudget that allows the eviction of no member, whoever is active.
    case insatiableBudget(String)
    /// The supervisor lacks a right; `rule` grants it.
    case missingRight(AccessRight, rule: String)
    /// Something could not be looked at.
    case notChecked(what: String, reason: String)
}

extension ClusterFinding: CustomStringConvertible {
    /// What is wrong and, where there is one, the command that mends it.
    package var description: String {
        switch self {
        case .serviceMissing(let name, let namespace):
            "Service \"\(name)\" does not exist in namespace \"\(namespace)\""
        case .serviceWithoutSelector(let name, let namespace, let label):
            "Service \"\(name)\" has no selector; mode Label needs one with \(label): kubectl edit service \(name) -n"
                + " \(namespace)"
        case .selectorLacksRole(let name, let namespace, let key, let active, let found):
            "the selector of Service \"\(name)\" \(found.map { "has \(key): \($0)" } ?? "lacks \(key)"), so that every pod"
                + " may get traffic: kubectl patch service \(name) -n \(namespace) -p"
                + " '{\"spec\":{\"selector\":{\"\(key)\":\"\(active)\"}}}'"
        case .serviceWithSelector(let name, let namespace):
            "Service \"\(name)\" has a selector, so that Kubernetes itself writes its endpoints; mode EndpointSlice needs"
                + " one without: kubectl patch service \(name) -n \(namespace) -p '{\"spec\":{\"selector\":null}}'; what"
                + " Kubernetes has written stays behind, and validate --cluster names it then"
        case .noSelector(let name):
            "Service \"\(name)\" selects by nothing but the role label; give the group a selector for its pods"
        case .externalName(let name):
            "Service \"\(name)\" is of type ExternalName, a name in DNS that has no endpoints"
        case .noServicePort(let name):
            "Service \"\(name)\" has no port, so that its endpoint has none, either: only its name leads there"
        case .noTargetPort(let port, let service):
            "no member has a port named \"\(port)\" as a targetPort of Service \"\(service)\" says, in that protocol: traffic"
                + " to that port goes nowhere"
        case .otherProxy(let proxy, let service):
            "Service \"\(service)\" has the label service.kubernetes.io/service-proxy-name: \(proxy), so that kube-proxy leaves"
                + " it alone"
        case .noAddress(let pod, let family, let service):
            "pod \"\(pod)\" has no \(family) address, which Service \"\(service)\" asks for: while it is active, nobody gets that"
                + " traffic"
        case .foreignSlice(let name, let namespace, let manager, let publishes):
            "EndpointSlice \"\(name)\" is none of the group's own\(manager.map { " but of \($0)" } ?? "")"
                + (publishes.map { " and sends traffic to \($0), too; a move waits while that is another pod's" } ?? "")
                + ": kubectl delete endpointslice \(name) -n \(namespace)"
        case .leftoverEndpoints(let name, let namespace):
            "there is an Endpoints object \"\(name)\", from which Kubernetes makes EndpointSlices of a Service without a"
                + " selector: kubectl delete endpoints \(name) -n \(namespace)"
        case .leftoverSlice(let name, let namespace, let publishes):
            "EndpointSlice \"\(name)\" is left over from mode EndpointSlice"
                + (publishes.map { " and sends traffic to \($0), whoever is active" } ?? "")
                + ": kubectl delete endpointslice \(name) -n \(namespace)"
        case .abandonedSlice(let name, let service, let namespace, let publishes):
            "EndpointSlice \"\(name)\" of Service \"\(service)\" was written by a supervisor"
                + (publishes.map { " and sends traffic to \($0) for good" } ?? "")
                + ", but no group here is of that Service; unless another supervisor's is: kubectl delete endpointslice"
                + " \(name) -n \(namespace)"
        case .noPods(let selector, let namespace):
            "no pod in namespace \"\(namespace)\" matches \(selector): kubectl get pods -n \(namespace) -l '\(selector)'"
        case .noKubeletOpinion(let pod):
            "pod \"\(pod)\" has no readinessProbe in the container that is probed: while it is Ready, its kubelet has no opinion on it"
        case .oneMember(let name): "pod \"\(name)\" is the only member: nobody could take over"
        case .podOfAnotherGroup(let pod, let group, let key):
            "pod \"\(pod)\" is a member of group \"\(group)\", too, and both would write its label \"\(key)\"; give one of them"
                + " another roleLabel.key, or selectors that no pod matches both of"
        case .noSuchPort(let port, let pod, let known):
            "no container of pod \"\(pod)\" has a port named \"\(port)\"; "
                + (known.isEmpty ? "none of its ports has a name" : "its ports are \(known.joined(separator: ", "))")
        case .ambiguousPort(let port, let pod, let containers):
            "the containers \(containers.joined(separator: ", ")) of pod \"\(pod)\" have different ports named \"\(port)\"; say"
                + " by \"container\" which is meant"
        case .noSuchContainer(let name, let pod, let known):
            "pod \"\(pod)\" has no container \"\(name)\"; its containers are \(known.joined(separator: ", "))"
        case .roleInTemplate(let key, let kind, let name):
            "the pod template of \(kind) \"\(name)\" sets the label \"\(key)\"; remove it there, or new pods claim a role"
        case .roleInOwnerSelector(let key, let kind, let name):
            "\(kind) \"\(name)\" selects its pods by the label \"\(key)\"; a change of role would orphan the pod"
        case .severalBudgets(let pod, let budgets):
            "pod \"\(pod)\" has several PodDisruptionBudgets, \(budgets.joined(separator: ", ")): the API server refuses its eviction"
                + " with 500, so that a drain of its node never ends; let their selectors match no pod both"
        case .insatiableBudget(let name):
            "PodDisruptionBudget \"\(name)\" allows the eviction of no member, whoever is active: a drain waits for ever; kube-standby"
                + " pdb prints one that a move satisfies"
        case .missingRight(let right, let rule): "the right to \(right) is missing; this rule grants it: \(rule)"
        case .notChecked(let what, let reason): "\(what) could not be checked: \(reason)"
        }
    }
}

/// One thing that a supervisor must be allowed to do.
package struct AccessRight: Sendable, Hashable {
    /// Like `get` or `patch`.
    package var verb: String
    /// Empty: the core group.
    package var apiGroup: String
    /// With a subresource: `pods/exec`.
    package var resource: String
    /// Nil: every object.
    package var name: String?
    /// Nil: cluster-wide.
    package var namespace: String?

    /// A right to one verb on one resource.
    package init(verb: String, apiGroup: String, resource: String, name: String? = nil, namespace: String?) {
        self.verb = verb
        self.apiGroup = apiGroup
        self.resource = resource
        self.name = name
        self.namespace = namespace
    }
}

extension AccessRight: CustomStringConvertible {
    /// Like `patch pods in namespace "shop"`.
    package var description: String {
        let object = name.map { " \"\($0)\"" } ?? ""
        let group = apiGroup.isEmpty ? "" : ".\(apiGroup)"
        return "\(verb) \(resource)\(group)\(object)" + (namespace.map { " in namespace \"\($0)\"" } ?? "")
    }
}
