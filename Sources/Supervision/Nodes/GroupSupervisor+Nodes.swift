import FailoverCore
import KubernetesClient
import StandbyConfiguration

/// How a group follows nodes: one that leaves those which are being drained, and one that belongs with others and has to know zones.
extension GroupSupervisor {
    /// What is heard of nodes; `of`: the number of the view that it is for.
    enum NodeNews: Sendable {
        /// These are not as they should be, and no others.
        case shown(NodeConditions, of: Int)
        /// They can be followed, or cannot be any more.
        case readable(Bool, of: Int)

        /// News of one kind replace each other while they are unread.
        enum Kind: Hashable, Sendable {
            /// Of `NodeNews.shown`.
            case shown
            /// Of `NodeNews.readable`.
            case readable
        }

        /// Of the news.
        var kind: Kind {
            switch self {
            case .shown: .shown
            case .readable: .readable
            }
        }
    }

    /// Which nodes a group has to know of.
    struct NodeInterest: Sendable, Equatable {
        /// Whether it leaves those that are not as they should be.
        var inUnfit = false
        /// Of which it has to know the zone.
        var inZones: Set<String> = []

        /// Whether it has to know of any.
        var isNone: Bool { !inUnfit && inZones.isEmpty }
    }

    /// What a group knows of nodes; while they cannot be followed that is nothing.
    struct NodeView: Sendable {
        /// Names the subscription; nil: there is none.
        var subscription: Int?
        /// What it is for.
        var interest = NodeInterest()
        /// News of an earlier subscription are none.
        private(set) var number = 0
        private var shown = NodeConditions()
        private var isReadable = true

        /// What is known of them.
        var conditions: NodeConditions { isReadable ? shown : NodeConditions() }

        /// They are followed from now on, or not any more: nothing is known of them.
        mutating func begin() {
            self = NodeView(number: number + 1)
        }

        /// Others are followed from now on; what is known counts until there is news of them.
        mutating func renew() { number += 1 }

        /// Takes in news of them, but not of an earlier subscription.
        mutating func take(_ news: NodeNews) {
            switch news {
            case .shown(let conditions, number): shown = conditions
            case .readable(let isReadable, number): self.isReadable = isReadable
            case .shown, .readable: break
            }
        }

        /// Nothing is known yet.
        init() {}

        private init(number: Int) { self.number = number }
    }

    /// Follows the cluster's nodes if the configuration asks for that and this supervisor decides for the group.
    func followNodes() async {
        let interest = nodeInterest
        guard interest != nodes.interest, let source = surroundings.nodes else { return }
        if interest.isNone || nodes.interest.isNone {
            await leaveNodes()
            nodes.begin()
            nodesChanged()
        } else {
            nodes.renew()
        }
        nodes.interest = interest
        guard !interest.isNone else { return }
        let number = nodes.number
        // Of others that are as they should be there is nothing to know.
        let isWanted: @Sendable (Node) -> Bool = { node in
            interest.inUnfit && !node.isFit || node.metadata.name.map(interest.inZones.contains) ?? false
        }
        nodes.subscription = await source.subscribe(
            to: .labels([:]),
            where: isWanted,
            replacing: nodes.subscription
        ) { [self] event in
            switch event {
            case .snapshot(let snapshot): post(.nodes(.shown(NodeConditions(snapshot.objects), of: number)))
            case .failing: post(.nodes(.readable(false, of: number)))
            case .recovered: post(.nodes(.readable(true, of: number)))
            }
        }
    }

    private var nodeInterest: NodeInterest {
        if standing == .standby { return NodeInterest() }
        return NodeInterest(inUnfit: configuration.failover.onNodeDrain != .ignore, inZones: nodesOfPods)
    }

    /// Follows them no more.
    func leaveNodes() async {
        if let subscription = nodes.subscription { await surroundings.nodes?.unsubscribe(subscription) }
        nodes.subscription = nil
    }

    /// Takes in news of them.
    func nodesChanged(_ news: NodeNews) {
        nodes.take(news)
        nodesChanged()
    }

    /// Tells the machine what is known of them.
    private func nodesChanged() {
        let (conditions, now) = (nodes.conditions, surroundings.clock.now())
        step { $0.nodesObserved(conditions, at: now) }
    }
}

extension NodeConditions {
    /// What nodes say of themselves.
    init(_ nodes: [Node]) {
        func names(_ isMeant: (Node) -> Bool) -> Set<String> {
            Set(nodes.lazy.filter(isMeant).compactMap(\.metadata.name))
        }
        let zones = nodes.compactMap { node in node.metadata.name.flatMap { name in node.zone.map { (name, $0) } } }
        self.init(
            unschedulable: names(\.isUnschedulable),
            tainted: names(\.isBeingRemoved),
            notReady: names { !$0.isReady },
            zones: Dictionary(zones) { first, _ in first }
        )
    }
}
