import NIOHTTP1
import Testing

@testable import Operations

@Suite struct RequestPolicyTests {
    private static func refusal(
        _ path: String,
        _ headers: HTTPHeaders,
        from peer: String? = "127.0.0.1",
        reloadFrom: [String] = []
    ) -> String? {
        let head = HTTPRequestHead(version: .http1_1, method: .POST, uri: path, headers: headers)
        return RequestPolicy(reloadFrom: reloadFrom.compactMap(AddressBlock.init)).refusal(
            of: head,
            path: path,
            from: peer
        )
    }

    @Test(arguments: ["/livez", "/readyz", "/metrics"])
    func letsAnybodyAskForHealthAndMetrics(path: String) {
        #expect(Self.refusal(path, ["host": "evil.example", "origin": "http://other"], from: "192.0.2.1") == nil)
        #expect(Self.refusal(path, [:], from: nil) == nil)
    }

    @Test(arguments: ["/-/reload", "/", "/anything"])
    func refusesPagesOfOtherServers(path: String) {
        let host = "127.0.0.1:8080"
        #expect(Self.refusal(path, ["host": host]) == nil)
        #expect(Self.refusal(path, ["host": host, "origin": "http://127.0.0.1:8080"]) == nil)
        #expect(Self.refusal(path, ["host": host, "sec-fetch-site": "same-origin"]) == nil)
        for foreign in ["http://evil.example", "null", "http://127.0.0.1:9", "https://127.0.0.1", ""] {
            #expect(Self.refusal(path, ["host": host, "origin": foreign]) != nil, "\(foreign)")
        }
        #expect(Self.refusal(path, ["host": host, "sec-fetch-site": "cross-site"]) != nil)
        let twice = HTTPHeaders([("host", host), ("origin", "http://\(host)"), ("origin", "http://evil.example")])
        #expect(Self.refusal(path, twice) != nil)
    }

    /// They come through an API server, whose name is anybody's; no script in a browser can give this header.
    @Test func answersOurOwnCommandsUnderAnyName() {
        let headers: HTTPHeaders = ["host": "cluster.example", "sec-kube-standby": "1"]
        #expect(Self.refusal("/api/v1/groups", headers) == nil)
        #expect(Self.refusal("/api/v1/groups", ["host": "cluster.example"]) != nil)
        #expect(Self.refusal("/-/reload", headers) != nil)
    }

    @Test(arguments: [
        "localhost", "LOCALHOST:1", "127.0.0.1", "[::1]:8080", "10.1.2.3:80", "standby.ops.svc",
        "standby.ops.svc.cluster.local:8080", "standby.ops.svc:65535", "[::FFFF:127.0.0.1]", "127.0.0.1:1",
    ])
    func takesNamesThatNoStrangerOwns(host: String) {
        #expect(Self.refusal("/-/reload", ["host": host]) == nil)
    }

    /// A page whose own name leads to us is of the same origin (DNS rebinding).
    @Test(arguments: [
        "[::1].evil.example", "[::1]evil.example:80", "[::1", "::1", "[127.0.0.1]", "[localhost]", "[::1]:", "[::1]:0",
        "[::1]:80:80", "[fe80::/10]", "localhost:evil.example", "localhost:", "localhost:0", "localhost:65536",
        "localhost:+80", "localhost:80:80", "localhost.", "127.0.0.1.", "10.0.0.0/8", "evil@localhost",
        "localhost@evil.example", "evil.example/.svc", "evil.example?.svc", "evil.example:80/.svc", ".svc", "a..svc",
        "-.svc", "a.svc.", " localhost", "evil.example, localhost", "evil.example", "127.0.0.1.evil.example:8080",
        "localhost.evil.example", "a.svc.evil.example", "",
    ])
    func refusesNamesThatStrangersOwn(host: String) {
        #expect(Self.refusal("/-/reload", ["host": host, "origin": "http://\(host)"]) != nil)
        #expect(Self.refusal("/-/reload", ["host": host]) != nil)
    }

    @Test func refusesARequestThatNamesTwoHostsOrNone() {
        #expect(Self.refusal("/-/reload", HTTPHeaders([("host", "localhost"), ("host", "evil.example")])) != nil)
        #expect(Self.refusal("/-/reload", [:]) != nil)
    }

    @Test func reloadsForThisMachineAndWhomTheOperatorNames() {
        let host: HTTPHeaders = ["host": "10.0.0.7:8080"]
        for own in ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"] {
            #expect(Self.refusal("/-/reload", host, from: own) == nil, "\(own)")
        }
        for other in ["10.0.0.8", "::ffff:10.0.0.8", "fd00::8", nil] {
            #expect(Self.refusal("/-/reload", host, from: other) != nil, "\(other ?? "nobody")")
        }
        let blocks = ["10.0.0.0/29", "fd00::/16"]
        #expect(Self.refusal("/-/reload", host, from: "10.0.0.7", reloadFrom: blocks) == nil)
        #expect(Self.refusal("/-/reload", host, from: "::ffff:10.0.0.7", reloadFrom: blocks) == nil)
        #expect(Self.refusal("/-/reload", host, from: "10.0.0.8", reloadFrom: blocks) != nil)
        #expect(Self.refusal("/-/reload", host, from: "fd00:1::1", reloadFrom: blocks) == nil)
        #expect(Self.refusal("/-/reload", host, from: "fd01::1", reloadFrom: blocks) != nil)
    }

    @Test(arguments: ["", "10.0.0.0/33", "10.0.0/8", "fd00::/129", "10.0.0.0/-1", "10.0.0.0/", "name", "10.0.0.0/8/8"])
    func refusesWhatIsNoBlock(text: String) {
        #expect(AddressBlock(text) == nil)
    }
}
