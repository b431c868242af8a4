import Coordination
import FailoverCore
import KubernetesClient
import StandbyConfiguration

/// How a registry learns what its `RivalIndex` has to know of a namespace.
///
/// Of records and pods only those are followed on which somebody's verdict rests, so that it costs nothing where no two
/// groups mean the same pods.
extension ClaimRegistry {
    /// What was seen.
    private enum Look: Sendable {
        /// The namespace has these Services, and no others.
        case services([Service])
        /// Whether a group has a record.
        case record(String, Bool)
        /// The labels of each pod that a group's Service selects.
        case pods(String, [[String: String]])
        /// Something else is to be known than before.
        case needs

        /// Of looks at one thing the last one says all.
        enum Key: Hashable, Sendable {
            /// Of `Look.services`.
            case services
            /// Of `Look.record`.
            case record(String)
            /// Of `Look.pods`.
            case pods(String)
            /// Of `Look.needs`.
            case needs
        }

        /// Under which it waits to be read.
        var key: Key {
            switch self {
            case .services: .services
            case .record(let group, _): .record(group)
            case .pods(let group, _): .pods(group)
            case .needs: .needs
            }
        }
    }

    private typealias Looks = CoalescingMailbox<Look.Key, Look>

    /// The subscriptions for one group; the selector is that of its pods.
    private struct Watch {
        var record: Int?
        var pods: (selector: LabelSelector, id: Int)?
    }

    /// Follows a namespace until the task is cancelled.
    nonisolated func follow(_ informers: SupervisedGroups.NamespaceInformers, in namespace: String) async {
        let looks = Looks()
        let number = await begin(namespace) { looks.post(.needs, for: .needs) }
        let subscription = await informers.services.subscribe(to: .labels([:])) { event in
            if case .snapshot(let snapshot) = event { looks.post(.services(snapshot.objects), for: .services) }
        }
        var watches: [String: Watch] = [:]
        for await batch in looks.batches {
            for look in batch { await take(look, in: namespace, for: number) }
            await subscribe(&watches, informers, looks, in: namespace, for: number)
        }
        await informers.services.unsubscribe(subscription)
        for watch in watches.values {
            if let id = watch.record { await informers.leases.unsubscribe(id) }
            if let pods = watch.pods { await informers.pods.unsubscribe(pods.id) }
        }
        await end(namespace, number)
    }

    private func take(_ look: Look, in namespace: String, for number: Int) {
        // A namespace that the file has no more, or that somebody else follows by now, does not come back by a late look.
        guard isFollowed(namespace, by: number) else { return }
        switch look {
        case .services(let services): servicesSeen(services, in: namespace)
        // Neither does what was let go, and may be another by the time that it is to be known again.
        case .record(let group, let isThere):
            if needs(in: namespace).records.contains(group) { recordSeen(isThere, of: group) }
        case .pods(let group, let labels):
            if needs(in: namespace).pods[group] != nil { podsSeen(labels, of: group) }
        case .needs: break
        }
    }

    /// Something is not followed any more.
    private func letGo(_ key: Look.Key, in namespace: String, for number: Int) {
        guard isFollowed(namespace, by: number) else { return }
        switch key {
        case .record(let group): recordSeen(nil, of: group)
        case .pods(let group): podsSeen(nil, of: group)
        case .services, .needs: break
        }
    }

    /// Follows what is to be known now, and nothing else any more.
    private nonisolated func subscribe(
        _ watches: inout [String: Watch],
        _ informers: SupervisedGroups.NamespaceInformers,
        _ looks: Looks,
        in namespace: String,
        for number: Int
    ) async {
        let needs = await self.needs(in: namespace)
        for (group, watch) in watches {
            if let id = watch.record, !needs.records.contains(group) {
                await informers.leases.unsubscribe(id)
                watches[group]?.record = nil
                await letGo(.record(group), in: namespace, for: number)
            }
            if let pods = watch.pods, needs.pods[group] != pods.selector {
                await informers.pods.unsubscribe(pods.id)
                watches[group]?.pods = nil
                await letGo(.pods(group), in: namespace, for: number)
            }
        }
        for group in needs.records where watches[group]?.record == nil {
            let id = await informers.leases.subscribe(to: .name(RecordMapping.name(of: group))) { event in
                guard case .snapshot(let snapshot) = event else { return }
                let look = Look.record(group, !snapshot.objects.isEmpty)
                looks.post(look, for: look.key)
            }
            watches[group, default: Watch()].record = id
        }
        for (group, selector) in needs.pods where watches[group]?.pods == nil {
            let id = await informers.pods.subscribe(to: .labels(selector.matchLabels), selecting: selector) { event in
                guard case .snapshot(let snapshot) = event else { return }
                let look = Look.pods(group, snapshot.objects.map { $0.metadata.labels ?? [:] })
                looks.post(look, for: look.key)
            }
            watches[group, default: Watch()].pods = (selector, id)
        }
    }
}

extension ObjectSource<Pod> {
    /// Subscribes to the pods of a scope that a selector selects, which has these labels.
    fileprivate func subscribe(
        to scope: InformerScope,
        selecting selector: LabelSelector,
        _ receive: @escaping @Sendable (InformerEvent<Pod>) -> Void
    ) async -> Int {
        let matches: @Sendable (Pod) -> Bool = { selector.matches($0.metadata.labels ?? [:]) }
        return await subscribe(
            to: scope,
            where: selector.matchExpressions.isEmpty ? nil : matches,
            replacing: nil,
            receive
        )
    }
}
