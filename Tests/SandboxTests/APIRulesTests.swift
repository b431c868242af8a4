import Foundation
import Testing
import Transport

@testable import Sandbox

/// The rules of a real API server that the supervisor relies on, to the status code.
@Suite(.timeLimit(.minutes(5))) struct APIRulesTests {
    /// Speaks plain HTTP to the sandbox, without the client whose mistakes it would share.
    private struct Speaker: Sendable {
        let sandbox: Sandbox
        let loop: EventLoop

        func ask(
            _ method: String,
            _ path: String,
            _ body: JSONValue? = nil,
            type: String = "application/json",
            token: String = Sandbox.adminToken
        ) async throws -> (code: Int, body: JSONValue) {
            var request = HTTPRequest(method, await sandbox.url + path)
            request.headers = [.init("Authorization", "Bearer \(token)"), .init("Content-Type", type)]
            request.body = body?.json
            request.tls.authority = .pem(Array(sandbox.authority.utf8))
            request.timeout = .seconds(10)
            let response = try await loop.response(to: request)
            return (response.head.status, JSONValue(json: response.body) ?? .null)
        }
    }

    private static let pods = "/api/v1/namespaces/default/pods"
    private static let leases = "/apis/coordination.k8s.io/v1/namespaces/default/leases"
    private static let merge = "application/merge-patch+json"

    private func run(_ body: @Sendable @escaping (Speaker) async throws -> Void) async throws {
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        try await Sandbox.run { sandbox in try await body(Speaker(sandbox: sandbox, loop: loop)) }
    }

    private static func pod(_ name: String) -> JSONValue {
        [
            "metadata": [
                "name": .string(name), "labels": ["app": "x"],
                "annotations": ["sandbox.kube-standby.io/unmanaged": "1"],
            ],
            "spec": ["containers": [["name": "a", "image": "b"]]],
        ]
    }

    @Test func createsReadsAndDeletes() async throws {
        try await run { api in
            let created = try await api.ask("POST", Self.pods, Self.pod("p"))
            #expect(created.code == 201 && created.body["metadata"]["uid"].string != nil)
            #expect(try await api.ask("POST", Self.pods, Self.pod("p")).body["reason"] == "AlreadyExists")
            #expect(try await api.ask("GET", Self.pods + "/p").code == 200)
            #expect(try await api.ask("GET", Self.pods + "/q").body["message"] == "pods \"q\" not found")
            #expect(try await api.ask("DELETE", Self.pods + "/p").code == 200)
            #expect(try await api.ask("GET", Self.pods + "/p").code == 404)
            #expect(try await api.ask("POST", "/api/v1/namespaces/none/pods", Self.pod("p")).code == 404)
        }
    }

    @Test func answersPatchesByTheirConditions() async throws {
        try await run { api in
            let pod = try await api.ask("POST", Self.pods, Self.pod("p")).body["metadata"]
            func patch(_ metadata: JSONValue) async throws -> (code: Int, body: JSONValue) {
                try await api.ask("PATCH", Self.pods + "/p", ["metadata": metadata], type: Self.merge)
            }
            let other = try await patch(["uid": "x", "labels": ["role": "active"]])
            #expect(other.code == 422 && other.body["details"]["causes"].array?.first?["field"] == "metadata.uid")
            #expect(try await patch(["resourceVersion": "1", "labels": ["role": "active"]]).code == 409)
            let stale = try await patch(["uid": "x", "resourceVersion": "1"])
            #expect(stale.code == 409, "the version is compared before the uid")
            let done = try await patch([
                "uid": pod["uid"], "resourceVersion": pod["resourceVersion"], "labels": ["role": "active"],
            ])
            #expect(done.code == 200 && done.body["metadata"]["labels"] == ["app": "x", "role": "active"])
            let same = try await patch(["labels": ["role": "active"]])
            #expect(same.body["metadata"]["resourceVersion"] == done.body["metadata"]["resourceVersion"])
            #expect(try await api.ask("PATCH", Self.pods + "/q", [:], type: Self.merge).code == 404)
            #expect(try await api.ask("PATCH", Self.pods + "/p", [:], type: "text/plain").code == 415)
        }
    }

    @Test func answersJSONPatches() async throws {
        try await run { api in
            _ = try await api.ask("POST", Self.pods, Self.pod("p"))
            let type = "application/json-patch+json"
            let failing: JSONValue = [["op": "test", "path": "/metadata/labels/app", "value": "y"]]
            let refused = try await api.ask("PATCH", Self.pods + "/p", failing, type: type)
            #expect(refused.code == 422 && refused.body["details"] == .null)
            let fine: JSONValue = [["op": "add", "path": "/metadata/labels/a.b~1c", "value": "d"]]
            #expect(
                try await api.ask("PATCH", Self.pods + "/p", fine, type: type).body["metadata"]["labels"]["a.b/c"]
                    == "d"
            )
        }
    }

    @Test func keepsTheRulesOfLeases() async throws {
        try await run { api in
            func lease(_ metadata: JSONValue, _ spec: JSONValue = ["holderIdentity": "a"]) -> JSONValue {
                ["metadata": metadata, "spec": spec]
            }
            let path = Self.leases + "/l"
            #expect(try await api.ask("PUT", path, lease(["name": "l", "uid": "gone"])).code == 409)
            let created = try await api.ask("PUT", path, lease(["name": "l", "resourceVersion": "5"]))
            #expect(created.code == 201)
            let meta = created.body["metadata"]
            #expect(try await api.ask("PUT", path, lease(["name": "l"])).code == 422)
            #expect(try await api.ask("PUT", path, lease(["name": "l", "resourceVersion": "5"])).code == 409)
            #expect(
                try await api.ask(
                    "PUT",
                    path,
                    lease(["name": "l", "uid": "x", "resourceVersion": meta["resourceVersion"]])
                ).code == 409
            )
            #expect(
                try await api.ask(
                    "PUT",
                    path,
                    lease(["name": "l", "uid": meta["uid"], "resourceVersion": meta["resourceVersion"]])
                ).code == 200
            )
            #expect(
                try await api.ask("POST", Self.leases, lease(["name": "t"], ["acquireTime": "2026-01-02T03:04:05Z"]))
                    .code == 400
            )
            #expect(
                try await api.ask("POST", Self.leases, lease(["name": "t"], ["leaseDurationSeconds": 0])).code == 422
            )
        }
    }

    @Test func deletesWithGraceAndPreconditions() async throws {
        try await run { api in
            var pod = Self.pod("p")
            pod["spec"]["nodeName"] = "n"
            let created = try await api.ask("POST", Self.pods, pod).body["metadata"]
            let wrong: JSONValue = ["preconditions": ["uid": "x"]]
            #expect(try await api.ask("DELETE", Self.pods + "/p", wrong).code == 409)
            let marked = try await api.ask("DELETE", Self.pods + "/p", ["preconditions": ["uid": created["uid"]]])
            #expect(marked.code == 200 && marked.body["metadata"]["deletionGracePeriodSeconds"] == 30)
            #expect(marked.body["metadata"]["deletionTimestamp"].string != nil)
            #expect(try await api.ask("DELETE", Self.pods + "/p", ["gracePeriodSeconds": 0]).code == 200)
        }
    }

    @Test func pagesListsOfOneRevision() async throws {
        try await run { api in
            for index in 0..<5 { _ = try await api.ask("POST", Self.pods, Self.pod("p\(index)")) }
            let first = try await api.ask("GET", Self.pods + "?limit=2&labelSelector=app%3Dx").body
            _ = try await api.ask("POST", Self.pods, Self.pod("late"))
            let token = first["metadata"]["continue"].string ?? ""
            let query = token.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
            let second = try await api.ask("GET", Self.pods + "?limit=2&labelSelector=app%3Dx&continue=\(query)").body
            #expect(first["metadata"]["remainingItemCount"] == 3)
            #expect(second["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"])
            #expect(second["items"].array?.map { $0["metadata"]["name"] } == ["p2", "p3"])
            #expect(second["items"].array?.first?["kind"] == .null)
            await api.sandbox.compact()
            #expect(try await api.ask("GET", Self.pods + "?limit=2&continue=\(query)").code == 410)
        }
    }

    @Test func refusesWhoMayNot() async throws {
        try await run { api in
            #expect(try await api.ask("GET", Self.pods, token: "nobody").code == 401)
            await api.sandbox.access.admit(token: "few", user: "joe", rules: [])
            let refused = try await api.ask("GET", Self.pods, token: "few")
            #expect(refused.code == 403)
            #expect(
                refused.body["message"]
                    == "pods is forbidden: User \"joe\" cannot list resource \"pods\" in API group \"\" in the namespace \"default\""
            )
        }
    }

    @Test func watchesWithSelectorsAndForgets() async throws {
        try await run { api in
            let version =
                try await api.ask("POST", Self.pods, Self.pod("p")).body["metadata"]["resourceVersion"].string ?? ""
            var request = HTTPRequest(
                "GET",
                await api.sandbox.url + Self.pods + "?watch=true&labelSelector=app%3Dx&resourceVersion=\(version)"
            )
            request.headers = [.init("Authorization", "Bearer \(Sandbox.adminToken)")]
            request.tls.authority = .pem(Array(api.sandbox.authority.utf8))
            request.headTimeout = .seconds(10)
            let stream = try await api.loop.stream(request)
            _ = try await api.ask("PATCH", Self.pods + "/p", ["metadata": ["labels": ["app": "y"]]], type: Self.merge)
            var iterator = stream.body.makeAsyncIterator()
            let event = JSONValue(json: try await iterator.next() ?? []) ?? .null
            #expect(event["type"] == "DELETED" && event["object"]["metadata"]["labels"]["app"] == "x")
            #expect(event["object"]["metadata"]["resourceVersion"] != .string(version))
            await api.sandbox.compact()
            let late = try await api.loop.stream(request)
            var lateIterator = late.body.makeAsyncIterator()
            let error = JSONValue(json: try await lateIterator.next() ?? []) ?? .null
            #expect(late.head.status == 200 && error["type"] == "ERROR" && error["object"]["code"] == 410)
        }
    }

    @Test(arguments: [
        ("a=b", ["a": "b"], true), ("a==b", ["a": "c"], false), ("a!=b", [:], true), ("a in (b, c)", ["a": "c"], true),
        ("a notin (b)", [:], true), ("a", ["a": ""], true), ("!a", ["a": ""], false), ("a=b,c", ["a": "b"], false),
    ])
    func selectsByLabels(text: String, labels: [String: String], expected: Bool) throws {
        #expect(try #require(Selector(text)).matches(labels) == expected)
    }
}
