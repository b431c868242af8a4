import Testing
import Transport

@testable import Sandbox

@Suite(.timeLimit(.minutes(5))) struct AdminTests {
    @Test(arguments: [
        ("/pods/a/b/healthy", AdminAction.setApplication(namespace: "a", pod: "b", .healthy)),
        ("/pods/a/b/status/503", .setApplication(namespace: "a", pod: "b", .status(503))),
        ("/pods/a/b/redirect/503", .setApplication(namespace: "a", pod: "b", .redirecting(503))),
        ("/pods/a/b/slow/1.5", .setApplication(namespace: "a", pod: "b", .slow(.milliseconds(1500)))),
        ("/nodes/n/dead", .failNode("n", .dead)), ("/nodes/n/partitioned", .failNode("n", .partitioned)),
        ("/nodes/n/recover", .recoverNode("n")), ("/server/stop", .stopServer(seconds: 4)),
        ("/server/restore", .restartServer(resetsRevisions: true)), ("/server/cut-watches", .cutWatches),
        ("/server/slice-lag/250", .delaySlices(.milliseconds(250))), ("/server/slice-lag/0", .delaySlices(.zero)),
        ("/server/slice-update/5", .slowSlices(.milliseconds(5))),
        ("/server/slice-rate/20", .limitSlices(perSecond: 20)),
    ])
    func readsActions(path: String, expected: AdminAction) throws {
        #expect(try AdminAction(path: path, seconds: "4") == expected)
    }

    @Test(arguments: [
        "/", "/pods/a/b", "/pods/a/b/ill", "/pods/a/b/status", "/nodes/n/ill", "/server/explode", "/server",
        "/server/slice-lag", "/server/slice-speed/1",
    ])
    func refusesWhatIsNoAction(path: String) {
        #expect(throws: AdminAction.Mistake.unknown) { try AdminAction(path: path) }
    }

    /// Numbers that would end the process, or say nothing.
    private static let hostile = ["-1", "9223372036854775807", "9223372036854775808", "1e400", "nan", "inf", "x", ""]

    @Test(arguments: hostile) func refusesNumbersThatSayNothing(number: String) {
        let words = "found \(number), allowed is a whole number 0…86400"
        #expect(throws: AdminAction.Mistake.number("seconds: \(words)")) {
            try AdminAction(path: "/server/stop", seconds: number)
        }
        guard !number.isEmpty else { return }
        for path in ["status", "redirect", "slow"].map({ "/pods/a/b/\($0)/" })
            + ["lag", "update", "rate"].map({ "/server/slice-\($0)/" })
        {
            let error = #expect(throws: AdminAction.Mistake.self) { try AdminAction(path: path + number) }
            guard case .number(let words) = error else {
                Issue.record("\(path): \(String(describing: error))")
                continue
            }
            #expect(words.contains("found \(number), allowed is a "))
        }
    }

    private static let numbers: [(effect: String, key: String)] = [
        ("refuse", "code"), ("refuse", "retryAfter"), ("deny", "code"), ("delay", "seconds"), ("truncate", "bytes"),
        ("drop", "count"), ("capacity", "writesPerSecond"), ("capacity", "milliseconds"), ("capacity", "queueLength"),
    ]

    @Test(arguments: numbers)
    func refusesFaultsWhoseNumbersSayNothing(effect: String, key: String) throws {
        let found = [
            "-1", "-9223372036854775808", "9223372036854775807", "9223372036854775808", "1e300", "0.5", #""5""#,
        ]
        for number in found {
            let rate = effect == "capacity" && key != "writesPerSecond" ? #", "writesPerSecond": 9"# : ""
            let json = try #require(
                JSONValue(json: Array(#"{"effect": "\#(effect)", "\#(key)": \#(number)\#(rate)}"#.utf8))
            )
            let error = #expect(throws: Fault.ParsingError.self) { try Fault(json, now: StoreView(revision: 1)) }
            #expect(
                error?.description.hasPrefix("\"\(key)\": found ") == true,
                "\(number): \(error?.description ?? "")"
            )
        }
    }

    @Test func readsFaultsAndNamesWhatIsWrong() throws {
        let view = StoreView(revision: 1)
        let fault = try Fault(
            ["effect": "refuse", "code": 429, "retryAfter": 3, "verb": "patch", "resource": "leases", "count": 2],
            now: view
        )
        #expect(fault.verb == "patch" && fault.kind == .leases && fault.count == 2)
        if case .refuse(429, 3) = fault.effect {} else { Issue.record("\(fault.effect)") }
        let denials: [(JSONValue, Denial)] = [
            ([:], Denial()), (["code": 422], Denial(by: .webhook(code: 422))), (["by": "policy"], Denial(by: .policy)),
            (["by": "unreachable"], Denial(by: .unreachableWebhook)),
            (["dryRun": "unsupported"], Denial(by: .webhookWithoutDryRun(code: 403))),
        ]
        for (json, expected) in denials {
            guard case .deny(expected) = try Fault(json.with("effect", "deny"), now: view).effect else {
                Issue.record("\(json)")
                continue
            }
        }
        let capacity = try Fault(["effect": "capacity", "writesPerSecond": 300, "milliseconds": 5], now: view)
        if case .capacity = capacity.effect {} else { Issue.record("\(capacity.effect)") }
        let wrong: [(JSONValue, String)] = [
            (["effect": "capacity"], "\"writesPerSecond\" is missing"),
            (
                ["effect": "capacity", "writesPerSecond": 0],
                "\"writesPerSecond\": found 0, allowed is a whole number 1…1000000"
            ),
            (["effect": "deny", "by": "nobody"], "\"by\" is webhook, unreachable or policy"),
            (["effect": "deny", "by": "policy", "dryRun": "unsupported"], "\"by\" is webhook, unreachable or policy"),
            (["effect": "explode"], "\"effect\" is missing or unknown"),
            (["effect": "drop", "resource": "nothings"], "no resource \"nothings\""),
            (["effect": "drop", "cuont": 1], "unknown key \"cuont\""),
        ]
        for (json, message) in wrong {
            let error = #expect(throws: Fault.ParsingError.self) { try Fault(json, now: view) }
            #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
        }
    }

    @Test func breaksAndMendsOverHTTP() async throws {
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        try await Sandbox.run { sandbox in
            try await sandbox.apply(
                "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: b}]}}"
            )
            try await sandbox.wait(for: "the pod") { store in
                await store.list(.pods, namespace: "default").first?["status"]["podIP"].string != nil
            }
            let (urls, input) = AsyncStream.makeStream(of: String.self)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await AdminServer(sandbox, port: 0).run { input.yield($0) } }
                var iterator = urls.makeAsyncIterator()
                let url = try #require(await iterator.next(isolation: #isolation))
                func send(_ method: String, _ path: String, _ body: String? = nil) async throws -> (Int, String) {
                    var request = HTTPRequest(method, url + path)
                    request.body = body.map { Array($0.utf8) } ?? (method == "POST" ? [] : nil)
                    request.timeout = .seconds(60)
                    let response = try await loop.response(to: request)
                    return (response.head.status, String(decoding: response.body, as: UTF8.self))
                }
                let address = try #require(await sandbox.applications.address(pod: "a", namespace: "default"))
                func application() async throws -> Int {
                    var request = HTTPRequest("GET", "http://\(address):8080/")
                    request.timeout = .seconds(60)
                    return try await loop.response(to: request).head.status
                }
                let pods = try await send("GET", "/pods")
                #expect(pods.1 == "default/a \(address)\n")
                let broken = try await send("POST", "/pods/default/a/status/503")
                let status = try await application()
                #expect(broken.0 == 200 && status == 503)
                let unknown = try await send("POST", "/pods/default/b/healthy")
                let node = try await send("POST", "/nodes/other/dead")
                let action = try await send("POST", "/server/explode")
                #expect(
                    unknown.0 == 404 && node.1.contains("there are sandbox-node-1") && action.1.contains("POST /nodes/")
                )
                let fault = try await send("POST", "/server/faults", #"{"effect": "refuse", "code": 503, "count": 1}"#)
                let bad = try await send("POST", "/server/faults", "{}")
                #expect(fault.0 == 200 && bad.0 == 400)
                let endless = #"{"effect": "delay", "seconds": 9223372036854775807}"#
                let delay = try await send("POST", "/server/faults", endless)
                #expect(delay.0 == 400 && delay.1.contains("allowed is a whole number 0…86400"))
                let stop = try await send("POST", "/server/stop?seconds=9223372036854775807")
                #expect(stop.0 == 400 && stop.1.hasPrefix("seconds: found 9223372036854775807"))
                func isUp() async throws -> Bool {
                    var request = HTTPRequest("GET", await sandbox.url + "/livez")
                    request.tls.authority = .pem(Array(sandbox.authority.utf8))
                    request.timeout = .seconds(60)
                    return (try? await loop.response(to: request).head.status) == 200
                }
                for (action, expected) in [("stop", false), ("start", true), ("restart", true), ("restore", true)] {
                    let answer = try await send("POST", "/server/\(action)")
                    let isReached = try await isUp()
                    #expect(answer.0 == 200 && isReached == expected, "\(action)")
                }
                group.cancelAll()
            }
        }
    }
}
