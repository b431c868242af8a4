import Testing

@testable import Sandbox

@Suite(.timeLimit(.minutes(5))) struct ObjectStoreTests {
    private static func store(_ limit: Int = 1000) async throws -> ObjectStore {
        let store = ObjectStore(historyLimit: limit)
        try await store.create(.namespaces, namespace: "", ["metadata": ["name": "n"]])
        return store
    }

    private static func key(_ name: String) -> ObjectKey { ObjectKey(.configMaps, namespace: "n", name: name) }

    private static func write(_ store: ObjectStore, _ name: String, _ value: Int) async throws {
        if (try? await store.get(key(name))) == nil {
            try await store.create(
                .configMaps,
                namespace: "n",
                ["metadata": ["name": .string(name)], "data": ["v": .int(value)]]
            )
        } else {
            try await store.modify(key(name)) { (old) throws(APIFailure) in old.with("data", ["v": .int(value)]) }
        }
    }

    @Test func showsAnyRevisionThatIsKept() async throws {
        let store = try await Self.store()
        var revisions: [Int] = []
        for value in 1...3 {
            try await Self.write(store, "a", value)
            revisions.append(await store.revision)
        }
        try await store.delete(Self.key("a"))
        for (index, revision) in revisions.enumerated() {
            let object = await store.view(at: revision)?[Self.key("a")]
            #expect(object?.value["data"]["v"] == .int(index + 1))
        }
        let now = await store.view(at: await store.revision)
        #expect(now?[Self.key("a")] == nil)
        await store.compact()
        #expect(await store.view(at: revisions[2]) == nil)
    }

    @Test func dropsTheOlderHalfOfAHistoryThatIsTooLong() async throws {
        let store = try await Self.store(20)
        for value in 1...50 { try await Self.write(store, "a", value) }
        let history = await store.history
        #expect(history.count <= 21 && history.last?.object["data"]["v"] == 50)
        #expect(await store.changes(after: 1001) == nil)
        let known = await store.changes(after: history[0].revision)
        #expect(known?.past.count == history.count - 1)
    }

    @Test func endsAFollowerThatFallsBehind() async throws {
        let store = try await Self.store(100_000)
        let slow = try #require(await store.changes(after: await store.revision))
        for value in 0...33_000 { try await Self.write(store, "a", value) }
        var count = 0
        for await _ in slow.future { count += 1 }
        #expect(count == 32_768, "it ends, and a client resumes from where it was")
    }

    @Test func writesNothingInADryRun() async throws {
        let store = try await Self.store()
        try await Self.write(store, "a", 1)
        let before = await store.revision
        try await store.create(.configMaps, namespace: "n", ["metadata": ["name": "b"]], isDryRun: true)
        try await store.modify(Self.key("a"), isDryRun: true) { (old) throws(APIFailure) in old.with("data", ["v": 2]) }
        try await store.delete(Self.key("a"), Deletion(), isDryRun: true)
        #expect(await store.revision == before)
    }

    @Test func countsTheChangesOfASpec() async throws {
        let store = try await Self.store()
        try await store.create(
            .pods,
            namespace: "n",
            ["metadata": ["name": "p"], "spec": ["containers": [["name": "a", "image": "1"]]]]
        )
        let key = ObjectKey(.pods, namespace: "n", name: "p")
        let labelled = try await store.modify(key) { (old) throws(APIFailure) in
            var new = old
            new["metadata"]["labels"]["x"] = "1"
            return new
        }
        #expect(labelled["metadata"]["generation"] == 1)
        let changed = try await store.modify(key) { (old) throws(APIFailure) in
            old.with("spec", old["spec"].with("containers", [["name": "a", "image": "2"]]))
        }
        #expect(changed["metadata"]["generation"] == 2)
    }
}
