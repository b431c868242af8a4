import Repeatable
import Testing

@testable import Sandbox

/// Lists by labels, held against a look at every object.
@Suite(.timeLimit(.minutes(5))) struct StoredLabelsTests {
    private static let kinds: [Kind] = [.configMaps, .leases]
    private static let namespaces = ["m", "n"]
    private static let selectors = [
        "app=a", "app==b,role=x", "app in (a,b)", "app in (a,a,c),role in (x)", "app=a,app=b", "app=", "app=none",
        "role=x,!app",
        "app notin (a),role=y", "role!=x,app=c", "app", "!app", "app=a,role", "app in (none,b),role=x", "",
    ]

    /// A store with both namespaces and nothing in them.
    private static func store() async throws -> ObjectStore {
        let store = ObjectStore(historyLimit: 1000)
        for name in namespaces {
            try await store.create(.namespaces, namespace: "", ["metadata": ["name": .string(name)]])
        }
        return store
    }

    private static func labels(_ random: inout SeededGenerator) -> JSONValue {
        var labels: JSONValue = [:]
        for (key, values) in [("app", ["a", "b", "c", ""]), ("role", ["x", "y"])] where Bool.random(using: &random) {
            labels[key] = .string(values.randomElement(using: &random) ?? "")
        }
        return labels
    }

    /// Creates, labels anew, changes otherwise, or deletes one of few objects.
    private static func change(_ store: ObjectStore, _ random: inout SeededGenerator) async throws {
        let kind = kinds.randomElement(using: &random) ?? .leases
        let namespace = namespaces.randomElement(using: &random) ?? "n"
        let key = ObjectKey(kind, namespace: namespace, name: "o\(Int.random(in: 0..<8, using: &random))")
        let labels = labels(&random)
        guard (try? await store.get(key)) != nil else {
            let metadata: JSONValue = ["name": .string(key.name), "labels": labels]
            try await store.create(kind, namespace: namespace, ["metadata": metadata])
            return
        }
        switch Int.random(in: 0..<5, using: &random) {
        case 0: try await store.delete(key)
        case 1: await store.remove(key)
        case 2:
            try await store.modify(key) { (old) throws(APIFailure) in
                var new = old
                new["metadata"]["annotations"] = ["at": old["metadata"]["resourceVersion"]]
                return new
            }
        default:
            try await store.modify(key) { (old) throws(APIFailure) in
                var new = old
                new["metadata"]["labels"] = labels
                return new
            }
        }
    }

    /// What a view shows of a collection to whoever asks with these selectors.
    private static func shown(
        _ view: StoreView,
        _ kind: Kind,
        _ namespace: String?,
        _ filter: ObjectFilter
    ) -> [JSONValue] {
        view.list(kind, namespace: namespace).map(\.object.value).filter { filter.matches($0, of: kind) }
    }

    private static func expectTheSame(_ store: ObjectStore) async throws {
        let everything = await store.view
        for text in selectors {
            let filter = try ObjectFilter(labels: text, fields: nil, of: .leases)
            for kind in kinds {
                for namespace in namespaces.map(Optional.some) + [nil, "absent"] {
                    let view = await store.view(of: kind, namespace: namespace, for: filter)
                    let expected = shown(everything, kind, namespace, filter)
                    #expect(shown(view, kind, namespace, filter) == expected, "\(text) in \(namespace ?? "all")")
                    #expect(view.revision == everything.revision)
                }
            }
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64]) func showsWhatALookAtEveryObjectShows(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let store = try await Self.store()
        for step in 1...150 {
            try await Self.change(store, &random)
            if step % 10 == 0 { try await Self.expectTheSame(store) }
        }
        await store.resetRevisions(to: 50)
        try await Self.expectTheSame(store)
    }

    @Test func looksThroughThoseWithTheRarestLabelOnly() async throws {
        let store = try await Self.store()
        for number in 0..<50 {
            let labels: JSONValue = ["app": .string("g\(number / 2)"), "role": "x"]
            let metadata: JSONValue = ["name": .string("o\(number)"), "labels": labels]
            try await store.create(.leases, namespace: "n", ["metadata": metadata])
        }
        for (text, count) in [("role=x,app=g3", 2), ("app in (g1,g2),role=x", 4), ("app=none", 0), ("!app", 50)] {
            let filter = try ObjectFilter(labels: text, fields: nil, of: .leases)
            let view = await store.view(of: .leases, namespace: "n", for: filter)
            #expect(view.list(.leases, namespace: "n").count == count, "\(text)")
        }
    }

    @Test func forgetsWhatNobodyHasAnyMore() async throws {
        let store = try await Self.store()
        let metadata: JSONValue = ["name": "o", "labels": ["app": "a"]]
        try await store.create(.leases, namespace: "n", ["metadata": metadata])
        let key = ObjectKey(.leases, namespace: "n", name: "o")
        let filter = try ObjectFilter(labels: "app=a", fields: nil, of: .leases)
        let candidates = { await store.labels.candidates(.leases, namespace: nil, for: filter.labels) }
        #expect(await candidates() == [key])
        try await store.delete(key)
        #expect(await candidates() == [])
    }
}
