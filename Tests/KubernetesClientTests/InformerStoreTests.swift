import Coordination
import Repeatable
import Synchronization
import Testing

@testable import KubernetesClient

/// Who hears of what, and that the index finds no others than a look at every subscriber would.
@Suite struct InformerStoreTests {
    /// What one subscriber heard last.
    private final class Ear: Sendable {
        private let heard = Mutex<(names: [String], times: Int)>(([], 0))

        var names: [String] { heard.withLock { $0.names } }
        var times: Int { heard.withLock { $0.times } }

        func hear(_ event: InformerEvent<Pod>) {
            guard case .snapshot(let snapshot) = event else { return }
            heard.withLock { $0 = (snapshot.objects.compactMap(\.metadata.name), $0.times + 1) }
        }
    }

    private static func pod(_ name: String, _ labels: [String: String], version: Int) -> Pod {
        var metadata = ObjectMeta(name: name, namespace: "default")
        metadata.labels = labels
        metadata.uid = name
        metadata.resourceVersion = "\(version)"
        return Pod(metadata: metadata)
    }

    @Test func onlyThoseConcernedHear() {
        var store = InformerStore<Pod>()
        let (one, two) = (Ear(), Ear())
        for (ear, instance) in [(one, "a"), (two, "b")] {
            let scope = InformerScope.labels(["name": "db", "instance": instance])
            _ = store.subscribe(.init(scope: scope, selects: { _ in true }, receive: ear.hear))
        }
        store.replace(with: [Self.pod("x", ["name": "db", "instance": "a"], version: 1)], resourceVersion: "1")
        #expect(one.names == ["x"] && two.names == [])
        store.put(Self.pod("y", ["name": "db", "instance": "b"], version: 2))
        #expect(one.times == 1 && two.times == 2 && two.names == ["y"])
        // It goes over from one to the other.
        store.put(Self.pod("x", ["name": "db", "instance": "b"], version: 3))
        #expect(one.names == [] && two.names == ["x", "y"])
        // It has one of the labels only.
        store.put(Self.pod("x", ["instance": "b"], version: 4))
        #expect(two.names == ["y"])
    }

    /// Whoever comes while the watch fails must not take an old view for a new one.
    @Test func whoComesWhileTheCollectionCannotBeFollowedLearnsThatBehindTheSnapshot() {
        let heard = Mutex<[String]>([])
        func subscriber(_ name: String, _ app: String) -> InformerStore<Pod>.Subscriber {
            .init(scope: .labels(["app": app])) { event in
                let words =
                    switch event {
                    case .snapshot(let snapshot): "\(snapshot.objects.count)"
                    case .failing: "failing"
                    case .recovered: "recovered"
                    }
                heard.withLock { $0.append("\(name) \(words)") }
            }
        }
        func news() -> [String] {
            heard.withLock { lines in
                defer { lines = [] }
                return lines
            }
        }
        var store = InformerStore<Pod>()
        let refusal = KubernetesError(
            .init(verb: "list", resource: Pod.resource),
            .status(code: 403, nil, retryAfter: .zero)
        )
        store.failed(refusal)
        let early = store.subscribe(subscriber("early", "x"))
        #expect(news() == ["early failing"], "there is no list at all")
        store.unsubscribe(early)
        store.recovered()
        _ = store.subscribe(subscriber("a", "x"))
        store.replace(with: [Self.pod("x", ["app": "x"], version: 1)], resourceVersion: "1")
        #expect(news() == ["a 1"])
        let error = KubernetesError(
            .init(verb: "watch", resource: Pod.resource),
            .status(code: 403, nil, retryAfter: .zero)
        )
        store.failed(error)
        store.failed(error)
        #expect(news() == ["a failing"])
        _ = store.subscribe(subscriber("b", "x"))
        #expect(news() == ["b 1", "b failing"], "what it selects is here")
        let late = store.subscribe(subscriber("c", "y"))
        #expect(news().isEmpty, "what it selects is not")
        store.replace(with: [], resourceVersion: "2", for: late, isAddition: true)
        #expect(Set(news()) == ["a 0", "b 0", "c 0", "c failing"])
        store.recovered()
        store.recovered()
        #expect(Set(news()) == ["a recovered", "b recovered", "c recovered"])
        _ = store.subscribe(subscriber("d", "x"))
        #expect(news() == ["d 0"])
    }

    /// What one subscriber hears, in words.
    private static func ear(_ app: String) -> (InformerStore<Pod>.Subscriber, heard: @Sendable () -> [String]) {
        let heard = Locked<[String]>([])
        let subscriber = InformerStore<Pod>.Subscriber(scope: .labels(["app": app])) { event in
            let words =
                switch event {
                case .snapshot(let snapshot): "\(snapshot.objects.count)"
                case .failing: "failing"
                case .recovered: "recovered"
                }
            heard.withLock { $0.append(words) }
        }
        return (subscriber, { heard.withLock { $0 } })
    }

    private static let refusal = KubernetesError(
        .init(verb: "list", resource: Pod.resource),
        .status(code: 403, nil, retryAfter: .zero)
    )

    /// The watch of the others may open meanwhile: that is no end of its failure.
    @Test func whoseListFailedIsToldTheEndOfThatOnceTheListIsIn() {
        var store = InformerStore<Pod>()
        let (served, late, other) = (Self.ear("x"), Self.ear("y"), Self.ear("z"))
        _ = store.subscribe(served.0)
        store.replace(with: [], resourceVersion: "1")
        store.failed(Self.refusal)
        let id = store.subscribe(late.0)
        store.listFailed(Self.refusal)
        store.recovered()
        #expect(served.heard() == ["0", "failing", "recovered"])
        #expect(late.heard() == ["failing"])
        _ = store.subscribe(other.0)
        store.replace(with: [], resourceVersion: "2", for: id, isAddition: true)
        #expect(late.heard() == ["failing", "0", "recovered"])
        #expect(served.heard().count == 3 && other.heard().isEmpty)
    }

    /// A subscriber that takes another's place is told the end of what that one was told, and of nothing else.
    @Test func whoTakesAnothersPlaceIsToldTheEndOfItsFailures() {
        var store = InformerStore<Pod>()
        let ears = ["x", "y", "x", "x", "x"].map(Self.ear)
        _ = store.subscribe(ears[0].0)
        store.replace(with: [], resourceVersion: "1")
        let id = store.subscribe(ears[1].0)
        store.listFailed(Self.refusal)
        // What it selects is there.
        let next = store.subscribe(ears[2].0, replacing: id)
        #expect(ears[2].heard() == ["0", "recovered"])
        _ = store.subscribe(ears[3].0, replacing: next)
        #expect(ears[3].heard() == ["0"])
        store.failed(Self.refusal)
        store.recovered()
        #expect(ears[1].heard() == ["failing"] && ears[2].heard().count == 2)
        #expect(ears[3].heard() == ["0", "failing", "recovered"])
    }

    /// Random pods come, change their labels and go; random subscribers come and go; each has heard what a look at all
    /// pods finds.
    @Test(arguments: 0..<20) func theIndexFindsWhatALookAtEverythingFinds(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var store = InformerStore<Pod>(keepsAll: true)
        var ears: [Int: (InformerScope, Ear)] = [:]
        var version = 1
        store.replace(with: [], resourceVersion: "1")
        for _ in 0..<400 {
            version += 1
            let name = "pod-\(Int.random(in: 0..<8, using: &random))"
            switch Int.random(in: 0..<10, using: &random) {
            case 0:
                let (scope, ear) = (Self.scope(&random), Ear())
                ears[store.subscribe(.init(scope: scope, selects: { _ in true }, receive: ear.hear))] = (scope, ear)
            case 1:
                guard let id = ears.keys.sorted().randomElement(using: &random) else { continue }
                store.unsubscribe(id)
                ears[id] = nil
            case 2: store.remove(Self.pod(name, [:], version: version))
            case 3:
                let kept = store.objects.values.filter { _ in Bool.random(using: &random) }
                store.replace(with: kept, resourceVersion: "\(version)")
            default: store.put(Self.pod(name, Self.labels(&random), version: version))
            }
            for (scope, ear) in ears.values {
                let expected = store.objects.values.filter { scope.contains($0.metadata) }.compactMap(\.metadata.name)
                #expect(ear.names == expected.sorted())
            }
        }
    }

    /// A server's pods come, change and go; the store learns of them by lists and events.
    ///
    /// Whoever was told anything was told what the server had, whole; and what nobody selects is not kept.
    @Test(arguments: 0..<20) func nobodyHearsOfAPartAndNothingForeignIsKept(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var store = InformerStore<Pod>()
        var server: [String: Pod] = [:]
        var ears: [Int: (InformerScope, Ear)] = [:]
        var listed = 0
        for version in 1...600 {
            let name = "pod-\(Int.random(in: 0..<8, using: &random))"
            switch Int.random(in: 0..<12, using: &random) {
            case 0, 1:
                let (scope, ear) = (Self.scope(&random), Ear())
                ears[store.subscribe(.init(scope: scope, receive: ear.hear))] = (scope, ear)
            case 2:
                guard let id = ears.keys.sorted().randomElement(using: &random) else { continue }
                store.unsubscribe(id)
                ears[id] = nil
            case 3:
                // A list is looked through by what is of interest then; the last may have come too late for it.
                let newest = store.lastSubscriber - Int.random(in: 0...1, using: &random)
                let found = server.values.filter { store.concerns(Self.head($0)) }
                store.replace(
                    with: found,
                    resourceVersion: "\(version)",
                    for: newest,
                    isAddition: .random(using: &random)
                )
                listed = max(listed, newest)
            case 4, 5:
                guard let pod = server.removeValue(forKey: name), store.resourceVersion != nil else { continue }
                var gone = pod
                gone.metadata.resourceVersion = "\(version)"
                if store.concerns(Self.head(gone)) { store.remove(gone) } else { store.advance(to: "\(version)") }
            default:
                let pod = Self.pod(name, Self.labels(&random), version: version)
                server[name] = pod
                guard store.resourceVersion != nil else { continue }
                if store.concerns(Self.head(pod)) { store.put(pod) } else { store.advance(to: "\(version)") }
            }
            for (id, (scope, ear)) in ears where ear.times > 0 || id <= listed {
                let expected = server.values.filter { scope.contains($0.metadata) }.compactMap(\.metadata.name)
                #expect(ear.names == expected.sorted() && ear.times > 0)
            }
            #expect(store.objects.values.allSatisfy { pod in ears.values.contains { $0.0.contains(pod.metadata) } })
        }
    }

    private static func head(_ pod: Pod) -> ObjectHead {
        ObjectHead(name: pod.metadata.name ?? "", resourceVersion: nil, labels: pod.metadata.labels ?? [:])
    }

    private static func labels(_ random: inout SeededGenerator) -> [String: String] {
        var labels: [String: String] = [:]
        for key in ["name", "instance", "role"] where Int.random(in: 0..<4, using: &random) > 0 {
            labels[key] = "\(Int.random(in: 0..<3, using: &random))"
        }
        return labels
    }

    private static func scope(_ random: inout SeededGenerator) -> InformerScope {
        Int.random(in: 0..<3, using: &random) == 0
            ? .name("pod-\(Int.random(in: 0..<8, using: &random))") : .labels(labels(&random))
    }
}
