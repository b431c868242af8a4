import Testing

@testable import Sandbox

@Suite(.timeLimit(.minutes(5))) struct EndpointSliceControllerTests {
    private static let manager = "endpointslice-controller.k8s.io"

    private static func waitForSlice(of pods: [String], _ sandbox: Sandbox) async throws -> JSONValue {
        try await sandbox.wait(for: "a slice of \(pods)") { store in
            ServiceScene.pods(await ServiceScene.slices(store, by: manager)) == pods
        }
        return try #require(await ServiceScene.slices(sandbox.store, by: manager).first)
    }

    @Test func saysOfAnEndpointAllThatIsKnown() async throws {
        try await ServiceScene.run { sandbox in
            for node in await sandbox.store.list(.nodes, namespace: nil) {
                let key = ObjectKey(.nodes, namespace: "", name: node["metadata"]["name"].string ?? "")
                try await sandbox.store.modify(key) { (old) throws(APIFailure) in
                    var new = old
                    new["metadata"]["labels"]["topology.kubernetes.io/zone"] = "zone-a"
                    return new
                }
            }
            try await sandbox.apply(ServiceScene.service + "\n---\n" + ServiceScene.pod("web-0"))
            let slice = try await Self.waitForSlice(of: ["web-0"], sandbox)
            let endpoint = try #require(slice["endpoints"].array?.first)
            #expect(endpoint["hostname"] == "web-0" && endpoint["nodeName"].string?.hasPrefix("sandbox-node") == true)
            #expect(slice["ports"] == [["name": "http", "protocol": "TCP", "port": 8080]])
            #expect(slice["metadata"]["labels"]["team"] == "a", "the Service's labels are the slice's, too")
            let nodes = await sandbox.store.list(.nodes, namespace: nil)
            let hasZone = nodes.contains {
                $0["metadata"]["name"] == endpoint["nodeName"]
                    && $0["metadata"]["labels"]["topology.kubernetes.io/zone"] == "zone-a"
            }
            #expect((endpoint["zone"] == "zone-a") == hasZone)
        }
    }

    @Test func leavesItsSliceWhenTheSelectorGoes() async throws {
        try await ServiceScene.run { sandbox in
            try await sandbox.apply(ServiceScene.service + "\n---\n" + ServiceScene.pod("web-0"))
            let slice = try await Self.waitForSlice(of: ["web-0"], sandbox)
            try await ServiceScene.takeSelector(sandbox)
            // What the controller does of another Service tells that it has seen all that was before.
            try await sandbox.apply(ServiceScene.pod("web-1"))
            try await sandbox.apply(
                "{apiVersion: v1, kind: Service, metadata: {name: other}, spec: {selector: {app: web}, ports: [{port: 80}]}}"
            )
            try await sandbox.waitForEndpoints(["web-0", "web-1"], of: "other")
            #expect(await ServiceScene.slices(sandbox.store, by: Self.manager) == [slice])
            try await sandbox.apply(ServiceScene.service)
            let again = try await Self.waitForSlice(of: ["web-0", "web-1"], sandbox)
            #expect(again["metadata"]["uid"] == slice["metadata"]["uid"])
        }
    }

    @Test func leavesSlicesOfOthersAlone() async throws {
        try await ServiceScene.run { sandbox in
            try await sandbox.apply(ServiceScene.service)
            let own: JSONValue = [
                "metadata": [
                    "name": "own",
                    "labels": [
                        "kubernetes.io/service-name": "web",
                        "endpointslice.kubernetes.io/managed-by": "kube-standby.io",
                    ],
                ], "addressType": "IPv4", "endpoints": [["addresses": ["10.1.2.3"]]],
            ]
            let stored = try await sandbox.store.create(.endpointSlices, namespace: "default", own)
            try await sandbox.apply(ServiceScene.pod("web-0"))
            _ = try await Self.waitForSlice(of: ["web-0"], sandbox)
            #expect(await ServiceScene.slices(sandbox.store, by: "kube-standby.io") == [stored])
        }
    }

    @Test func makesASliceAgainThatWasDeleted() async throws {
        try await ServiceScene.run { sandbox in
            try await sandbox.apply(ServiceScene.service + "\n---\n" + ServiceScene.pod("web-0"))
            let slice = try await Self.waitForSlice(of: ["web-0"], sandbox)
            let name = slice["metadata"]["name"].string ?? ""
            try await sandbox.store.delete(ObjectKey(.endpointSlices, namespace: "default", name: name))
            let again = try await Self.waitForSlice(of: ["web-0"], sandbox)
            #expect(again["metadata"]["uid"] != slice["metadata"]["uid"])
        }
    }

    @Test func slicesGoWithTheirService() async throws {
        try await ServiceScene.run { sandbox in
            try await sandbox.apply(ServiceScene.service + "\n---\n" + ServiceScene.pod("web-0"))
            _ = try await Self.waitForSlice(of: ["web-0"], sandbox)
            let service = try await sandbox.store.get(ServiceScene.key)
            func create(_ name: String) async throws {
                let metadata: JSONValue = [
                    "name": .string(name), "labels": ["kubernetes.io/service-name": "web"],
                ]
                let slice: JSONValue = ["metadata": metadata, "addressType": "IPv4"]
                try await sandbox.store.create(.endpointSlices, namespace: "default", slice)
            }
            func own(_ name: String) async throws(APIFailure) {
                let key = ObjectKey(.endpointSlices, namespace: "default", name: name)
                let owner: JSONValue = [
                    "apiVersion": "v1", "kind": "Service", "name": "web", "uid": service["metadata"]["uid"],
                ]
                try await sandbox.store.modify(key) { (old) throws(APIFailure) in
                    old.with("metadata", old["metadata"].with("ownerReferences", [owner]))
                }
            }
            try await create("owned")
            try await create("nobodys")
            // An owner that comes later counts as well.
            try await own("owned")
            try await sandbox.store.delete(ServiceScene.key)
            try await sandbox.wait(for: "the slices to go") { store in
                await store.list(.endpointSlices, namespace: "default").count == 1
            }
            let left = await sandbox.store.list(.endpointSlices, namespace: "default")
            #expect(left.first?["metadata"]["name"] == "nobodys")
        }
    }

    @Test func writesASliceForEachFamily() async throws {
        try await ServiceScene.run(isDualStack: true) { sandbox in
            try await sandbox.apply(
                ServiceScene.service.replacing("spec: {", with: "spec: {ipFamilyPolicy: PreferDualStack, ")
                    + "\n---\n" + ServiceScene.pod("web-0")
            )
            try await sandbox.wait(for: "two slices") { store in
                ServiceScene.pods(await ServiceScene.slices(store, by: Self.manager)) == ["web-0", "web-0"]
            }
            let pod = try await sandbox.store.get(ObjectKey(.pods, namespace: "default", name: "web-0"))
            let addresses = (pod["status"]["podIPs"].array ?? []).map { $0["ip"] }
            #expect(addresses.count == 2 && addresses.first == pod["status"]["podIP"])
            #expect(addresses.last?.string?.hasPrefix("fd00::7f") == true)
            let slices = await ServiceScene.slices(sandbox.store, by: Self.manager)
            let byFamily = Dictionary(grouping: slices) { $0["addressType"].string ?? "" }
            for (family, address) in zip(["IPv4", "IPv6"], addresses) {
                #expect(byFamily[family]?.first?["endpoints"].array?.first?["addresses"] == [address])
            }
            try await sandbox.store.modify(ServiceScene.key) { (old) throws(APIFailure) in
                old.with("spec", old["spec"].with("ipFamilyPolicy", "SingleStack"))
            }
            try await sandbox.wait(for: "one slice") { store in
                await ServiceScene.slices(store, by: Self.manager).map { $0["addressType"] } == ["IPv4"]
            }
        }
    }
}
