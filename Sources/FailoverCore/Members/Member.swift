/// One pod of a group, as far as decisions depend on it.
package struct Member: Sendable, Hashable, Identifiable {
    /// What a workload's controller is told of whom to delete last.
    package enum DeletionCost: Sendable, Hashable {
        /// Nothing is to be told.
        case unasked
        /// The pod says what its role asks for.
        case told
        /// The pod says nothing, or something else than its role asks for.
        case due
    }

    /// The pod's uid: a pod that is recreated under the same name is another member.
    package struct ID: Sendable, Hashable, CustomStringConvertible {
        /// `metadata.uid`.
        package var uid: String

        /// Empty for a pod that is known by its name only.
        package init(_ uid: String) {
            self.uid = uid
        }

        package var description: String { uid }
    }

    /// How far the pod is in its life.
    package enum Lifecycle: Sendable, Hashable {
        /// Pending or Running.
        case running
        /// Its deletion was requested (`metadata.deletionTimestamp` is set).
        case terminating
        /// Failed or Succeeded: its containers will not run again.
        case finished
    }

    /// The same for as long as the pod exists.
    package var id: ID
    /// `metadata.name`.
    package var name: String
    /// `metadata.resourceVersion` of the object this was read from.
    package var version: ObjectVersion
    /// What the role label says; nil for no label or another value than the group's two.
    package var role: Role?
    /// Whether its labels do not say the role in full, because the group's label is being changed.
    package var isRelabelDue: Bool
    /// Whether the pod says that the active member is to be deleted last.
    package var deletionCost: DeletionCost
    /// The epoch of the last switch that wrote this pod; nil if none did.
    package var epoch: Epoch?
    /// Rule 1 refuses all but `.running`.
    package var lifecycle: Lifecycle
    /// Whether each of its containers was seen terminated, and none will run again.
    package var hasStopped: Bool
    /// Whether the pod has an IP, and so can be probed and reached.
    package var hasAddress: Bool
    /// The pod condition Ready.
    package var isReady: Bool
    /// Whether the kubelet probes its application, so that Ready says something of it.
    package var hasReadinessProbe: Bool
    /// Whether it has what its probe needs: the port, the container.
    package var isProbeable: Bool
    /// The workload's revision that it is of (`controller-revision-hash`, `pod-template-hash`); nil if it has none.
    package var revision: String?
    /// The node that it runs on; nil if it is not known.
    package var node: String?
    /// The zone of that node, as the pod's own label says; nil if it does not.
    package var zone: String?
    /// 0...1000, higher wins, 0 means never promote.
    package var priority: Int
    /// Whether an operator took it out of the choice.
    package var isExcluded: Bool
    /// Whether the group's own selector, which narrows the choice, matches it.
    package var isSelected: Bool
    /// The StatefulSet ordinal; nil for pods without one.
    package var ordinal: Int?
    /// `metadata.creationTimestamp`, seconds since 1970, only to tell older from younger.
    package var createdAt: Int64

    /// By default a running, reachable and Ready pod of priority 100, without a role or an epoch.
    package init(
        id: ID,
        name: String,
        version: ObjectVersion,
        role: Role? = nil,
        isRelabelDue: Bool = false,
        deletionCost: DeletionCost = .unasked,
        epoch: Epoch? = nil,
        lifecycle: Lifecycle = .running,
        hasStopped: Bool = false,
        hasAddress: Bool = true,
        isReady: Bool = true,
        hasReadinessProbe: Bool = false,
        isProbeable: Bool = true,
        revision: String? = nil,
        node: String? = nil,
        zone: String? = nil,
        priority: Int = 100,
        isExcluded: Bool = false,
        isSelected: Bool = true,
        ordinal: Int? = nil,
        createdAt: Int64 = 0
    ) {
        self.id = id
        self.name = name
        self.version = version
        self.role = role
        self.isRelabelDue = isRelabelDue
        self.deletionCost = deletionCost
        self.epoch = epoch
        self.lifecycle = lifecycle
        self.hasStopped = hasStopped
        self.hasAddress = hasAddress
        self.isReady = isReady
        self.hasReadinessProbe = hasReadinessProbe
        self.isProbeable = isProbeable
        self.revision = revision
        self.node = node
        self.zone = zone
        self.priority = priority
        self.isExcluded = isExcluded
        self.isSelected = isSelected
        self.ordinal = ordinal
        self.createdAt = createdAt
    }
}

/// The two roles of a group, as the role label expresses them.
package enum Role: String, Sendable, Hashable {
    /// Gets the Service's traffic.
    case active
    /// Gets none, and may be promoted.
    case passive
}
