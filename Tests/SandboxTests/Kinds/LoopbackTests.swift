import Testing

@testable import Sandbox

/// The sandbox's pods live on loopback: their addresses, and no others of it, may be published.
@Suite(.timeLimit(.minutes(5))) struct LoopbackTests {
    private static func slice(_ name: String, _ address: String) -> JSONValue {
        [
            "metadata": ["name": .string(name)], "addressType": .string(address.contains(":") ? "IPv6" : "IPv4"),
            "endpoints": [["addresses": [.string(address)]]],
        ]
    }

    private static func endpoints(_ name: String, _ address: String) -> JSONValue {
        ["metadata": ["name": .string(name)], "subsets": [["addresses": [["ip": .string(address)]]]]]
    }

    @Test func anybodyMayPublishAPod() async throws {
        try await ServiceScene.run { sandbox in
            try await sandbox.apply(ServiceScene.pod("web-0"))
            try await sandbox.wait(for: "an address") { store in
                await store.list(.pods, namespace: "default").contains { $0["status"]["podIP"] != .null }
            }
            let pod = try await sandbox.store.get(ObjectKey(.pods, namespace: "default", name: "web-0"))
            let address = try #require(pod["status"]["podIP"].string)
            #expect(address.hasPrefix("127."))
            try await sandbox.store.create(.endpointSlices, namespace: "default", Self.slice("a", address))
            try await sandbox.store.create(.endpoints, namespace: "default", Self.endpoints("a", address))
            // Whoever has not seen yet that the pod is gone is not refused, as nobody would be elsewhere.
            try await sandbox.deletePod("web-0")
            try await sandbox.wait(for: "the pod to go") { await $0.list(.pods, namespace: "default").isEmpty }
            try await sandbox.store.create(.endpointSlices, namespace: "default", Self.slice("b", address))
        }
    }

    @Test(arguments: ["127.0.0.1", "127.255.0.1", "::1"]) func nobodyMayPublishAnythingElse(
        address: String
    ) async throws {
        let store = ObjectStore()
        try await store.create(.namespaces, namespace: "", ["metadata": ["name": "default"]])
        let why = "may not be in the loopback range (127.0.0.0/8, ::1/128)"
        for (kind, object) in [
            (Kind.endpointSlices, Self.slice("a", address)), (.endpoints, Self.endpoints("a", address)),
        ] {
            do throws(APIFailure) {
                try await store.create(kind, namespace: "default", object)
                Issue.record("\(kind.plural) took \(address)")
            } catch {
                #expect(error.code == 422 && error.message.hasSuffix(why), "\(error.message)")
            }
        }
    }
}
