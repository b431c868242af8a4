import Sandbox
import Testing

/// Deployments, namespaces and what belongs to nobody.
@Suite(.timeLimit(.minutes(5))) struct ControllerChainTests {
    private static func deployment(image: String) -> String {
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: api}
        spec:
          replicas: 2
          selector: {matchLabels: {app: api}}
          template: {metadata: {labels: {app: api}}, spec: {containers: [{name: a, image: \(image)}]}}
        """
    }

    private static func images(_ store: ObjectStore) async -> [JSONValue] {
        await store.list(.pods, namespace: "default").filter { $0["metadata"]["deletionTimestamp"] == .null }
            .compactMap { $0["spec"]["containers"].array?.first?["image"] }
    }

    @Test func aChangedTemplateReplacesThePods() async throws {
        try await Sandbox.run { sandbox in
            try await sandbox.apply(Self.deployment(image: "one"))
            try await sandbox.wait(for: "two pods") { await Self.images($0) == ["one", "one"] }
            try await sandbox.apply(Self.deployment(image: "two"))
            try await sandbox.wait(for: "two other pods") { await Self.images($0) == ["two", "two"] }
            let key = ObjectKey(.deployments, namespace: "default", name: "api")
            try await sandbox.wait(for: "the status") { store in
                guard let deployment = try? await store.get(key) else { return false }
                return deployment["status"]["readyReplicas"] == 2
                    && deployment["status"]["observedGeneration"] == deployment["metadata"]["generation"]
            }
        }
    }

    @Test func deletingTheOwnerDeletesWhatItOwns() async throws {
        try await Sandbox.run { sandbox in
            try await sandbox.apply(Self.deployment(image: "one"))
            try await sandbox.wait(for: "two pods") { await Self.images($0).count == 2 }
            try await sandbox.store.delete(ObjectKey(.deployments, namespace: "default", name: "api"))
            try await sandbox.wait(for: "nothing to be left") { store in
                let sets = await store.list(.replicaSets, namespace: "default")
                let pods = await store.list(.pods, namespace: "default")
                return sets.isEmpty && pods.isEmpty
            }
        }
    }

    @Test func whatNamesAnOwnerThatIsNotThereGoes() async throws {
        try await Sandbox.run { sandbox in
            try await sandbox.apply(
                """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: orphan, ownerReferences: [{apiVersion: v1, kind: Pod, name: p, uid: nobody}]}
                """
            )
            try await sandbox.wait(for: "the orphan to go") { await $0.list(.configMaps, namespace: "default").isEmpty }
        }
    }

    @Test func anEmptiedNamespaceGoesAndTakesNothingNew() async throws {
        try await Sandbox.run { sandbox in
            try await sandbox.createNamespace("shop")
            try await sandbox.wait(for: "its ServiceAccount") {
                await !$0.list(.serviceAccounts, namespace: "shop").isEmpty
            }
            try await sandbox.apply(
                """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: held, namespace: shop, finalizers: [example.com/hold]}
                """
            )
            try await sandbox.store.delete(ObjectKey(.namespaces, namespace: "", name: "shop"))
            try await sandbox.wait(for: "the ServiceAccount to go") {
                await $0.list(.serviceAccounts, namespace: "shop").isEmpty
            }
            let failure = await #expect(throws: APIFailure.self) {
                try await sandbox.apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: new, namespace: shop}}")
            }
            #expect(failure?.code == 403 && failure?.message.contains("because it is being terminated") == true)
            try await sandbox.store.modify(
                ObjectKey(.configMaps, namespace: "shop", name: "held")
            ) { (old) throws(APIFailure) in
                var new = old
                new["metadata"]["finalizers"] = .null
                return new
            }
            try await sandbox.wait(for: "the namespace to go") { store in
                (try? await store.get(ObjectKey(.namespaces, namespace: "", name: "shop"))) == nil
            }
        }
    }
}
