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

    /// Random pods come, change their labels and go; random subscribers come and go; each has heard what a look at all
    /// pods finds.
    @Test(arguments: 0..<20) func theIndexFindsWhatALookAtEverythingFinds(seed: UInt64) {
        var random = SplitMix(state: seed)
        var store = InformerStore<Pod>()
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

    private static func labels(_ random: inout SplitMix) -> [String: String] {
        var labels: [String: String] = [:]
        for key in ["name", "instance", "role"] where Int.random(in: 0..<4, using: &random) > 0 {
            labels[key] = "\(Int.random(in: 0..<3, using: &random))"
        }
        return labels
    }

    private static func scope(_ random: inout SplitMix) -> InformerScope {
        Int.random(in: 0..<3, using: &random) == 0
            ? .name("pod-\(Int.random(in: 0..<8, using: &random))") : .labels(labels(&random))
    }
}

/// A generator that repeats itself for a seed.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
