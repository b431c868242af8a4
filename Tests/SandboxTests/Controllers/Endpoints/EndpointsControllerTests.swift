import Testing

@testable import Sandbox

@Suite(.timeLimit(.minutes(5))) struct EndpointsControllerTests {
    private static func wait(
        for what: String,
        _ sandbox: Sandbox,
        _ isSo: @escaping @Sendable (JSONValue) -> Bool
    )
        async throws -> JSONValue
    {
        try await sandbox.wait(for: what) { store in
            (try? await store.get(ServiceScene.endpoints)).map(isSo) ?? false
        }
        return try await sandbox.store.get(ServiceScene.endpoints)
    }

    @Test func keepsEndpointsOfAServiceWithASelector() async throws {
        try await ServiceScene.run(keepsEndpoints: true) { sandbox in
            try await sandbox.apply(ServiceScene.service)
            let empty = try await Self.wait(for: "Endpoints", sandbox) { _ in true }
            #expect(empty["subsets"] == .null)
            #expect(
                empty["metadata"]["labels"]
                    == ["team": "a", "endpoints.kubernetes.io/managed-by": "endpoint-controller"]
            )
            try await sandbox.apply(ServiceScene.pod("web-0"))
            let full = try await Self.wait(for: "an address", sandbox) { ServiceScene.pods([$0]) == ["web-0"] }
            let subset = full["subsets"].array?.first ?? .null
            #expect(subset["ports"] == [["name": "http", "port": 8080, "protocol": "TCP"]])
            let address = subset["addresses"].array?.first ?? .null
            #expect(address["hostname"] == "web-0" && address["nodeName"] != .null)
            try await sandbox.store.delete(ServiceScene.key)
            try await sandbox.wait(for: "no Endpoints") { (try? await $0.get(ServiceScene.endpoints)) == nil }
        }
    }

    @Test func tellsReadyFromNotReady() async throws {
        try await ServiceScene.run(keepsEndpoints: true) { sandbox in
            let gated = ServiceScene.pod("web-1").replacing(
                "  hostname:",
                with: "  readinessGates: [{conditionType: example.com/gate}]\n  hostname:"
            )
            try await sandbox.apply(
                [ServiceScene.service, ServiceScene.pod("web-0"), gated].joined(separator: "\n---\n")
            )
            let both = try await Self.wait(for: "two addresses", sandbox) { endpoints in
                let subset = endpoints["subsets"].array?.first ?? .null
                return subset["addresses"].array?.count == 1 && subset["notReadyAddresses"].array?.count == 1
            }
            let subsets = both["subsets"].array ?? []
            #expect(subsets.count == 1, "addresses with the same ports are one subset")
            #expect(subsets.first?["notReadyAddresses"].array?.first?["targetRef"]["name"] == "web-1")
        }
    }

    @Test func leavesThemWhenTheSelectorGoes() async throws {
        try await ServiceScene.run(keepsEndpoints: true) { sandbox in
            try await sandbox.apply(ServiceScene.service + "\n---\n" + ServiceScene.pod("web-0"))
            let before = try await Self.wait(for: "an address", sandbox) { ServiceScene.pods([$0]) == ["web-0"] }
            try await ServiceScene.takeSelector(sandbox)
            // The leftover is mirrored, so that a slice of another manager joins the one that was left.
            try await sandbox.wait(for: "a copy") { store in
                let copies = await ServiceScene.slices(store, by: "endpointslicemirroring-controller.k8s.io")
                return ServiceScene.pods(copies) == ["web-0"]
            }
            try await sandbox.deletePod("web-0")
            try await sandbox.wait(for: "the pod to go") { await $0.list(.pods, namespace: "default").isEmpty }
            #expect(try await sandbox.store.get(ServiceScene.endpoints) == before)
            let left = await ServiceScene.slices(sandbox.store, by: "endpointslice-controller.k8s.io")
            #expect(ServiceScene.pods(left) == ["web-0"], "a stale address")
            // With the Endpoints the copy goes, and the slice of the other controller stays.
            try await sandbox.store.delete(ServiceScene.endpoints)
            try await sandbox.wait(for: "no copy") { store in
                await store.list(.endpointSlices, namespace: "default").count == 1
            }
        }
    }

    @Test func writesNoneUnlessItIsAskedTo() async throws {
        try await ServiceScene.run { sandbox in
            try await sandbox.apply(ServiceScene.service + "\n---\n" + ServiceScene.pod("web-0"))
            try await sandbox.waitForEndpoints(["web-0"], of: "web")
            #expect(await sandbox.store.list(.endpoints, namespace: nil).isEmpty)
        }
    }
}
