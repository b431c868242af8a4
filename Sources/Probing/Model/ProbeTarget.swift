package import FailoverCore
package import StandbyConfiguration

/// One member to be probed, and how.
package struct ProbeTarget: Sendable, Hashable {
    /// Tells a target from all others: groups that share a pod probe it each for itself.
    package struct Key: Sendable, Hashable {
        package var group: String
        /// The pod's uid.
        package var member: Member.ID

        package init(group: String, member: Member.ID) {
            self.group = group
            self.member = member
        }
    }

    /// The pod's uid.
    package var id: Member.ID
    package var group: String
    package var pod: String
    package var namespace: String
    /// The pod's IP.
    package var address: String
    package var role: Role?
    /// The node that the pod runs on; nil if it is not known.
    package var node: String?
    /// Changes whenever a container of the pod is another one than before; what was known is void then.
    package var incarnation: String
    /// The pod's named container ports.
    package var ports: [String: Int]
    /// Where commands run whose probe names no container; nil: the pod has one only.
    package var defaultContainer: String?
    package var probe: ProbeConfiguration
    /// How long the container's start still keeps probes away.
    package var initialWait: Duration

    package init(
        id: Member.ID,
        group: String,
        pod: String,
        namespace: String,
        address: String,
        role: Role?,
        node: String? = nil,
        incarnation: String,
        ports: [String: Int],
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
        self.incarnation = incarnation
        self.ports = ports
        self.defaultContainer = defaultContainer
        self.probe = probe
        self.initialWait = initialWait
    }

    package var key: Key { Key(group: group, member: id) }

    /// The number of a port; nil if no container has a port of that name.
    func number(of port: PortReference) -> Int? {
        switch port {
        case .number(let number): number
        case .named(let name): ports[name]
        }
    }
}
