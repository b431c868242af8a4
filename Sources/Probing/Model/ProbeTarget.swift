package import Coordination
package import FailoverCore
package import StandbyConfiguration

/// One member to be probed, and how.
package struct ProbeTarget: Sendable, Hashable {
    /// Tells a target from all others: groups that share a pod probe it each for itself.
    package struct Key: Sendable, Hashable {
        /// The group that probes it.
        package var group: String
        /// The pod's uid.
        package var member: Member.ID

        /// The key of a group's member.
        package init(group: String, member: Member.ID) {
            self.group = group
            self.member = member
        }
    }

    /// The pod's uid.
    package var id: Member.ID
    /// The group that it is a member of.
    package var group: String
    /// The pod's name.
    package var pod: String
    /// The pod's namespace.
    package var namespace: String
    /// The pod's IP.
    package var address: String
    /// By its label; nil: it has none.
    package var role: Role?
    /// The node that the pod runs on; nil if it is not known.
    package var node: String?
    /// The pod condition Ready; false where a command cannot be delivered means that the node is gone, not only the way to it.
    package var isReady: Bool
    /// Changes whenever the probed container is another one than before; what was known is void then.
    package var incarnation: String
    /// The pod's named container ports, those that the probe may mean.
    package var ports: [String: Int]
    /// Why the probe's port, or its container, is not found; nil if it is, or if that is not known.
    package var portProblem: String?
    /// Where commands run whose probe names no container; nil: the pod has one only.
    package var defaultContainer: String?
    /// What is asked, how often, and how it is counted.
    @Boxed package var probe: ProbeConfiguration
    /// How long the probed container's start still keeps probes away; 0 for an active member.
    package var initialWait: Duration

    /// A target; the parameters are the properties.
    package init(
        id: Member.ID,
        group: String,
        pod: String,
        namespace: String,
        address: String,
        role: Role?,
        node: String? = nil,
        isReady: Bool = true,
        incarnation: String,
        ports: [String: Int],
        portProblem: String? = nil,
        defaultContainer: String? = nil,
        probe: ProbeConfiguration,
        initialWait: Duration
    ) {
        self.id = id
        self.group = group
        self.pod = pod
        self.namespace = namespace
        self.address = address
        self.role = role
        self.node = node
        self.isReady = isReady
        self.incarnation = incarnation
        self.ports = ports
        self.portProblem = portProblem
        self.defaultContainer = defaultContainer
        self.probe = probe
        self.initialWait = initialWait
    }

    /// What tells it from all others.
    package var key: Key { Key(group: group, member: id) }

    /// In words, why there is nothing to ask.
    var missingPort: String { portProblem ?? "no container has the port that the probe names" }

    /// The number of a port; nil if no container has a port of that name.
    func number(of port: PortReference) -> Int? {
        switch port {
        case .number(let number): number
        case .named(let name): ports[name]
        }
    }
}
