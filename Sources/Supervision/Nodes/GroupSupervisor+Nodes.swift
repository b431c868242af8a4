import FailoverCore
import KubernetesClient
import StandbyConfiguration

/// How a group that leaves nodes which are being drained follows them.
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

    /// What a group knows of nodes; while they cannot be followed that is nothing.
    struct NodeView: Sendable {
        /// Names the subscription; nil: there is none.
        var subscription: Int?
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
        let isWanted = standing != .standby && configuration.failover.onNodeDrain != .ignore
        guard isWanted != (nodes.subscription != nil), let source = surroundings.nodes else { return }
        await leaveNodes()
        nodes.begin()
        nodesChanged()
        guard isWanted else { return }
        let number = nodes.number
        // Of those that are as they should be there is nothing to know.
        let isUnfit: @Sendable (Node) -> Bool = { !$0.isFit }
        nodes.subscription = await source.subscribe(to: .labels([:]), where: isUnfit, replacing: nil) { [self] event in
            switch event {
            case .snapshot(let snapshot): post(.nodes(.shown(NodeConditions(snapshot.objects), of: number)))
            case .failing: post(.nodes(.readable(false, of: number)))
            case .recovered: post(.nodes(.readable(true, of: number)))
            }
        }
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
        self.init(
            unschedulable: names(\.isUnschedulable),
            tainted: names(\.isBeingRemoved),
            notReady: names { !$0.isReady }
        )
    }
}
