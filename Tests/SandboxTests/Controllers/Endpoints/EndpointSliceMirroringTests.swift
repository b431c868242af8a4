import Testing

@testable import Sandbox

@Suite(.timeLimit(.minutes(5))) struct EndpointSliceMirroringTests {
    private static let manager = "endpointslicemirroring-controller.k8s.io"

    private static let service = """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec: {ports: [{name: http, port: 80}]}
        """

    private static let endpoints = """
        apiVersion: v1
        kind: Endpoints
        metadata:
          name: web
          labels: {team: a}
          annotations: {note: x, endpoints.kubernetes.io/last-change-trigger-time: '2026-01-02T03:04:05Z'}
        subsets:
        - addresses: [{ip: 10.1.2.3, hostname: web-0, nodeName: node-1}, {ip: 'fd00::3'}]
          notReadyAddresses: [{ip: 10.1.2.4}]
          ports: [{name: http, port: 8080}]
        """

    private static func wait(_ count: Int, _ sandbox: Sandbox) async throws -> [JSONValue] {
        try await sandbox.wait(for: "\(count) copies") { await ServiceScene.slices($0, by: manager).count == count }
        return await ServiceScene.slices(sandbox.store, by: manager)
    }

    @Test func copiesEndpointsOfAServiceWithoutSelector() async throws {
        try await ServiceScene.run { sandbox in
            try await sandbox.apply(Self.service + "\n---\n" + Self.endpoints)
            let copies = try await Self.wait(2, sandbox)
            let first = try #require(copies.first { $0["addressType"] == "IPv4" })
            #expect(
                first["endpoints"] == [
                    [
                        "addresses": ["10.1.2.3"], "conditions": ["ready": true], "hostname": "web-0",
                        "nodeName": "node-1",
                    ], ["addresses": ["10.1.2.4"], "conditions": ["ready": false]],
                ]
            )
            #expect(first["ports"] == [["name": "http", "port": 8080, "protocol": "TCP"]])
            #expect(first["metadata"]["labels"]["team"] == "a" && first["metadata"]["annotations"] == ["note": "x"])
            #expect(first.controller?["kind"] == "Endpoints")
            try await sandbox.store.modify(ServiceScene.endpoints) { (old) throws(APIFailure) in
                old.with("subsets", [["addresses": [["ip": "10.1.2.5"]]]])
            }
            let moved = try await Self.wait(1, sandbox)
            #expect(moved.first?["endpoints"].array?.first?["addresses"] == ["10.1.2.5"])
            #expect(moved.first?["metadata"]["uid"] == first["metadata"]["uid"], "a slice that is there is changed")
        }
    }

    @Test func copiesNothingThatIsMarked() async throws {
        try await ServiceScene.run { sandbox in
            try await sandbox.apply(Self.service + "\n---\n" + Self.endpoints)
            _ = try await Self.wait(2, sandbox)
            try await sandbox.store.modify(ServiceScene.endpoints) { (old) throws(APIFailure) in
                var new = old
                new["metadata"]["labels"]["endpointslice.kubernetes.io/skip-mirror"] = "true"
                return new
            }
            _ = try await Self.wait(0, sandbox)
        }
    }

    @Test func copiesGoWhenASelectorOrTheirEndIsThere() async throws {
        try await ServiceScene.run { sandbox in
            try await sandbox.apply(Self.service + "\n---\n" + Self.endpoints)
            _ = try await Self.wait(2, sandbox)
            try await sandbox.apply("{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {a: b}}}")
            _ = try await Self.wait(0, sandbox)
            try await ServiceScene.takeSelector(sandbox)
            let copies = try await Self.wait(2, sandbox)
            // One that somebody else deletes comes back.
            let name = copies.first?["metadata"]["name"].string ?? ""
            try await sandbox.store.delete(ObjectKey(.endpointSlices, namespace: "default", name: name))
            try await sandbox.wait(for: "another copy") { store in
                let names = await ServiceScene.slices(store, by: Self.manager).map { $0["metadata"]["name"] }
                return names.count == 2 && !names.contains(.string(name))
            }
            try await sandbox.store.delete(ServiceScene.endpoints)
            _ = try await Self.wait(0, sandbox)
        }
    }
}
