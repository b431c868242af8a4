import KubernetesClient
import Logging
import Sandbox
import Testing
import Transport

/// What goes wrong when it is asked to, as a client sees it.
@Suite(.timeLimit(.minutes(5))) struct FaultTests {
    /// A sandbox, a loop, and a request to it.
    private struct Asker: Sendable {
        let sandbox: Sandbox
        let loop: EventLoop

        func request(_ method: String = "GET", _ path: String, token: String = Sandbox.adminToken) async -> HTTPRequest
        {
            var request = HTTPRequest(method, await sandbox.url + path)
            request.version = .http2
            request.headers = [.init("Authorization", "Bearer \(token)"), .init("Content-Type", "application/json")]
            request.tls.authority = .pem(Array(sandbox.authority.utf8))
            request.timeout = .seconds(60)
            return request
        }

        func ask(
            _ method: String = "GET",
            _ path: String,
            _ body: JSONValue? = nil
        ) async throws -> (
            code: Int, body: JSONValue, headers: HTTPHead
        ) {
            var request = await request(method, path)
            request.body = body?.json
            let response = try await loop.response(to: request)
            return (response.head.status, JSONValue(json: response.body) ?? .null, response.head)
        }

        /// What a change of the Lease `l` is answered with while it is denied.
        func deniedChange(_ denial: Denial, _ query: String = "") async throws -> JSONValue {
            await sandbox.control.removeFaults()
            _ = try await ask("POST", FaultTests.leases, FaultTests.lease)
            await sandbox.control.add(Fault(.deny(denial), kind: .leases, name: "l"))
            let path = FaultTests.leases + "/l"
            let stored = try await ask("GET", path).body
            var changed = stored
            changed["spec"] = ["holderIdentity": "b"]
            let answer = try await ask("PUT", path + query, changed)
            #expect(try await ask("GET", path).body == stored)
            #expect(answer.body["code"].int == answer.code)
            return answer.body
        }
    }

    fileprivate static let leases = "/apis/coordination.k8s.io/v1/namespaces/default/leases"
    fileprivate static let lease: JSONValue = ["metadata": ["name": "l"], "spec": ["holderIdentity": "a"]]

    private func run(_ body: @Sendable @escaping (Asker) async throws -> Void) async throws {
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        try await Sandbox.run { sandbox in try await body(Asker(sandbox: sandbox, loop: loop)) }
    }

    @Test func refusesByVerbResourceNameAndCaller() async throws {
        try await run { api in
            let control = api.sandbox.control
            await control.add(
                Fault(.refuse(code: 503, retryAfter: 7), verb: "get", kind: .leases, name: "l", user: "joe")
            )
            _ = try await api.ask("POST", Self.leases, Self.lease)
            #expect(try await api.ask("GET", Self.leases + "/l").code == 200, "another caller")
            try await api.sandbox.admit(token: "joe", user: "joe", rules: [.all])
            let refused = try await api.loop.response(to: await api.request("GET", Self.leases + "/l", token: "joe"))
            #expect(refused.head.status == 503 && refused.head["retry-after"] == "7")
            let listed = try await api.loop.response(to: await api.request("GET", Self.leases, token: "joe"))
            #expect(listed.head.status == 200, "another verb")
            await control.removeFaults()
            let healed = try await api.loop.response(to: await api.request("GET", Self.leases + "/l", token: "joe"))
            #expect(healed.head.status == 200)
        }
    }

    @Test func losesTheAnswerAfterTheWrite() async throws {
        try await run { api in
            await api.sandbox.control.add(Fault(.loseAnswer, verb: "create", count: 1))
            await #expect(throws: TransportError.self) { try await api.ask("POST", Self.leases, Self.lease) }
            let written = try await api.ask("GET", Self.leases + "/l").code
            #expect(written == 200, "it was written")
            await api.sandbox.control.add(Fault(.drop, verb: "delete", count: 1))
            await #expect(throws: TransportError.self) { try await api.ask("DELETE", Self.leases + "/l") }
            let kept = try await api.ask("GET", Self.leases + "/l").code
            #expect(kept == 200, "it was not deleted")
        }
    }

    @Test func deniesChangesAsAWebhookDoes() async throws {
        try await run { api in
            let answer = try await api.deniedChange(Denial())
            #expect(
                answer == [
                    "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure",
                    "message": .string(Self.deniedByWebhook), "reason": "Forbidden", "code": 403,
                ]
            )
            // A webhook that gives no code of its own has 400 there, and no reason.
            let careless = try await api.deniedChange(Denial(by: .webhook(code: 400)))
            #expect(careless["code"] == 400 && careless["reason"] == .null)
            #expect(careless["message"] == .string(Self.deniedByWebhook))
        }
    }

    @Test func deniesChangesAsAPolicyDoes() async throws {
        try await run { api in
            let why =
                "ValidatingAdmissionPolicy 'guard' with binding 'guard-binding' denied request: the sandbox was asked to deny it"
            let details: JSONValue = [
                "name": "l", "group": "coordination.k8s.io", "kind": "leases", "causes": [["message": .string(why)]],
            ]
            let answer = try await api.deniedChange(Denial(by: .policy))
            #expect(
                answer == [
                    "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure",
                    "message": .string("leases.coordination.k8s.io \"l\" is forbidden: \(why)"), "reason": "Invalid",
                    "code": 422, "details": details,
                ]
            )
        }
    }

    @Test func aWebhookThatKnowsNoDryRunIsNotAskedWithIt() async throws {
        try await run { api in
            let denial = Denial(by: .webhookWithoutDryRun(code: 403))
            let trial = try await api.deniedChange(denial, "?dryRun=All")
            #expect(trial["code"] == 400 && trial["reason"] == "BadRequest")
            #expect(trial["message"] == "admission webhook \"guard.sandbox.example.com\" does not support dry run")
            #expect(try await api.deniedChange(denial)["code"] == 403)
            #expect(try await api.deniedChange(Denial(), "?dryRun=All")["code"] == 403)
        }
    }

    private static let deniedByWebhook =
        "admission webhook \"guard.sandbox.example.com\" denied the request: the sandbox was asked to deny it"

    /// Whatever is wrong with a change is said first; what changes nothing is denied, too, and reading is not.
    @Test func admissionIsAskedLast() async throws {
        try await run { api in
            var stored = try await api.ask("POST", Self.leases, Self.lease).body
            await api.sandbox.control.add(Fault(.deny(Denial()), kind: .leases))
            #expect(try await api.ask("GET", Self.leases + "/l").code == 200)
            #expect(try await api.ask("PUT", Self.leases + "/l", stored).code == 403)
            stored["metadata"]["resourceVersion"] = "1"
            #expect(try await api.ask("PUT", Self.leases + "/l", stored).code == 409)
            #expect(try await api.ask("DELETE", Self.leases + "/l").code == 200)
        }
    }

    @Test func endsABodyTooEarlyAndSendsItByteByByte() async throws {
        try await run { api in
            _ = try await api.ask("POST", Self.leases, Self.lease)
            await api.sandbox.control.add(Fault(.truncate(after: 20), verb: "get", count: 1))
            await #expect(throws: TransportError.self) { try await api.ask("GET", Self.leases + "/l") }
            await api.sandbox.control.add(Fault(.trickle, verb: "get", count: 1))
            #expect(try await api.ask("GET", Self.leases + "/l").body["spec"]["holderIdentity"] == "a")
        }
    }

    @Test func hangsUntilTheCallerGivesUp() async throws {
        try await run { api in
            // Not once only: a caller that gives up before its request has arrived would leave the fault to the next one.
            await api.sandbox.control.add(Fault(.hang, verb: "list"))
            var request = await api.request("GET", Self.leases)
            request.timeout = .milliseconds(200)
            let failure = await #expect(throws: TransportError.self) { try await api.loop.response(to: request) }
            #expect(failure?.kind == .timedOut)
            await api.sandbox.control.removeFaults()
            let answered = try await api.ask("GET", Self.leases).code
            #expect(answered == 200)
        }
    }

    @Test func showsReadersThePast() async throws {
        try await run { api in
            _ = try await api.ask("POST", Self.leases, Self.lease)
            await api.sandbox.control.add(Fault(.stale(await api.sandbox.store.view), verb: "get", count: 2))
            await api.sandbox.control.add(Fault(.stale(await api.sandbox.store.view), verb: "list", count: 1))
            _ = try await api.ask("DELETE", Self.leases + "/l")
            #expect(try await api.ask("GET", Self.leases + "/l").code == 200)
            #expect(try await api.ask("GET", Self.leases).body["items"].array?.count == 1)
            #expect(try await api.ask("GET", Self.leases + "/m").code == 404)
            #expect(try await api.ask("GET", Self.leases + "/l").code == 404, "the fault has ended")
        }
    }

    @Test func silencesAWatch() async throws {
        try await run { api in
            await api.sandbox.control.add(Fault(.silence, verb: "watch", count: 1))
            var request = await api.request(
                "GET",
                Self.leases + "?watch=true&resourceVersion=\(await api.sandbox.store.revision)"
            )
            request.timeout = nil
            request.idleTimeout = .milliseconds(300)
            let stream = try await api.loop.stream(request)
            _ = try await api.ask("POST", Self.leases, Self.lease)
            var iterator = stream.body.makeAsyncIterator()
            let failure = await #expect(throws: TransportError.self) { try await iterator.next(isolation: #isolation) }
            #expect(failure?.kind == .idle)
        }
    }

    @Test func restartsWithEverythingKeptAndWithVersionsThatBeginAnew() async throws {
        try await run { api in
            _ = try await api.ask("POST", Self.leases, Self.lease)
            let before = try await api.ask("GET", Self.leases + "/l").body["metadata"]
            try await api.sandbox.perform(.restartServer(resetsRevisions: false))
            #expect(try await api.ask("GET", Self.leases + "/l").body["metadata"] == before)
            try await api.sandbox.perform(.restartServer(resetsRevisions: true))
            let after = try await api.ask("GET", Self.leases + "/l").body["metadata"]
            #expect(after["uid"] == before["uid"])
            let versions = [before, after].compactMap { $0["resourceVersion"].string.flatMap { Int($0) } }
            #expect(versions.count == 2 && versions[1] < versions[0], "\(versions)")
            let old = Self.leases + "?resourceVersion=\(versions[0] + 100_000)"
            #expect(try await api.ask("GET", old).code == 504, "the past is the future now")
        }
    }

    @Test func expiresContinueTokensAndOldVersions() async throws {
        try await run { api in
            for name in ["a", "b", "c"] {
                _ = try await api.ask("POST", Self.leases, ["metadata": ["name": .string(name)]])
            }
            let first = try await api.ask("GET", Self.leases + "?limit=1").body["metadata"]
            let version = first["resourceVersion"].string ?? ""
            _ = try await api.ask("DELETE", Self.leases + "/c")
            await api.sandbox.compact()
            let next = Self.leases + "?limit=5&continue=\(first["continue"].string ?? "")"
            let expired = try await api.ask("GET", next)
            #expect(expired.code == 410 && expired.body["reason"] == "Expired")
            let rest = Self.leases + "?limit=5&continue=\(expired.body["metadata"]["continue"].string ?? "")"
            let items = try await api.ask("GET", rest).body["items"].array
            #expect(items?.map { $0["metadata"]["name"] } == ["b"], "the rest as it is now")
            let exact = Self.leases + "?resourceVersion=\(version)&resourceVersionMatch=Exact"
            #expect(try await api.ask("GET", exact).code == 410)
        }
    }

    @Test func endsATokenByItself() async throws {
        try await run { api in
            let path = "/api/v1/namespaces/default/serviceaccounts/default/token"
            try await api.sandbox.wait(for: "the ServiceAccount") {
                await !$0.list(.serviceAccounts, namespace: "default").isEmpty
            }
            let answer = try await api.ask("POST", path, ["spec": ["expirationSeconds": 600]])
            let token = answer.body["status"]["token"].string ?? ""
            let known = try await api.loop.response(to: await api.request("GET", Self.leases, token: token))
            #expect(answer.code == 201 && known.head.status == 403)
            await api.sandbox.authentication.expire(token: token)
            let expired = try await api.loop.response(to: await api.request("GET", Self.leases, token: token))
            #expect(expired.head.status == 401)
        }
    }
}
