import FailoverCore
import Testing

@testable import StandbyConfiguration

/// Shapes of probes that public charts have, and what the kubelet understands by them.
@Suite struct PastedProbeTests {
    /// A probe as a chart renders it, and what it comes to.
    struct Shape: Sendable, CustomTestStringConvertible {
        var name: String
        var lines: String
        var handler: ProbeConfiguration.Handler
        var timing = ProbeTiming()
        /// Words that each warning has, in order.
        var warnings: [String] = []

        var testDescription: String { name }

        init(
            _ name: String,
            _ lines: String,
            _ handler: ProbeConfiguration.Handler,
            warnings: [String] = [],
            _ change: (inout ProbeTiming) -> Void = { _ in }
        ) {
            (self.name, self.lines, self.handler, self.warnings) = (name, lines, handler, warnings)
            change(&timing)
        }
    }

    private static func http(
        _ port: PortReference,
        _ change: (inout HTTPProbe) -> Void = { _ in }
    )
        -> ProbeConfiguration.Handler
    {
        var probe = HTTPProbe(port: port)
        change(&probe)
        return .httpGet(probe)
    }

    static let shapes = [
        Shape("named port only", "httpGet: { path: /, port: http }", http(.named("http"))),
        Shape(
            "number of a port",
            "httpGet: { path: /healthz, port: 8080 }",
            http(.number(8080)) { $0.path = "/healthz" }
        ),
        Shape(
            "path without a slash",
            "httpGet: { path: actuator/health, port: 8080 }",
            http(.number(8080)) { $0.path = "/actuator/health" }
        ),
        Shape("empty path", "httpGet: { path: \"\", port: 8080 }", http(.number(8080))),
        Shape(
            "query",
            "httpGet: { path: \"/api/health?full=1&x=%20\", port: http }",
            http(.named("http")) { $0.path = "/api/health?full=1&x=%20" }
        ),
        Shape(
            "HTTPS with headers",
            "httpGet: { path: /, port: https, scheme: HTTPS, httpHeaders: [{ name: Host, value: a.example }] }",
            http(.named("https")) {
                $0.scheme = .https
                $0.headers = [.init(name: "Host", value: "a.example")]
            }
        ),
        Shape(
            "empty and missing header values",
            "httpGet: { port: 1, httpHeaders: [{ name: Accept, value: \"\" }, { name: X }, { name: Y, value: }] }",
            http(.number(1)) {
                $0.headers = [
                    .init(name: "Accept", value: ""), .init(name: "X", value: ""), .init(name: "Y", value: ""),
                ]
            }
        ),
        Shape(
            "timeout above a period that is not written",
            "httpGet: { port: 80 }, timeoutSeconds: 5, failureThreshold: 6, successThreshold: 1",
            http(.number(80)),
            warnings: ["not less than periodSeconds (2)"]
        ) {
            $0.timeout = .seconds(5)
            $0.thresholds = HealthThresholds(failure: 6, success: 1)
        },
        Shape(
            "timeout above the period",
            "httpGet: { port: 80 }, periodSeconds: 5, timeoutSeconds: 30, initialDelaySeconds: 120",
            http(.number(80)),
            warnings: ["after at most 7 s here, after 15 s for the kubelet", "not less than periodSeconds (5)"]
        ) {
            $0.timeout = .seconds(30)
            $0.period = .seconds(5)
            $0.initialDelay = .seconds(120)
        },
        Shape(
            "every timing",
            "tcpSocket: { port: redis }, initialDelaySeconds: 20, periodSeconds: 10, timeoutSeconds: 1,"
                + " failureThreshold: 3, successThreshold: 1",
            .tcpSocket(TCPProbe(port: .named("redis"))),
            warnings: ["after at most 12 s here, after 30 s for the kubelet"]
        ) {
            $0.initialDelay = .seconds(20)
            $0.period = .seconds(10)
            $0.thresholds.success = 1
        },
        Shape(
            "one failure",
            "tcpSocket: { port: 5432 }, periodSeconds: 10, failureThreshold: 1",
            .tcpSocket(TCPProbe(port: .number(5432)))
        ) {
            $0.period = .seconds(10)
            $0.thresholds.failure = 1
        },
        Shape(
            "blank values",
            "httpGet: { path: , port: 80, scheme: , host: ~, httpHeaders: null }, periodSeconds: , timeoutSeconds: null,"
                + " initialDelaySeconds: ~, failureThreshold: , exec: , tcpSocket: ",
            http(.number(80))
        ),
        Shape(
            "empty values",
            "httpGet: { path: \"\", port: 80, scheme: \"\", host: \"\", container: \"\" }",
            http(.number(80))
        ),
        Shape(
            "empty host of a socket",
            "tcpSocket: { port: 80, host: '' }",
            .tcpSocket(TCPProbe(port: .number(80)))
        ),
        Shape(
            "grace period",
            "tcpSocket: { port: 1 }, terminationGracePeriodSeconds: 60",
            .tcpSocket(TCPProbe(port: .number(1))),
            warnings: ["has no meaning here"]
        ),
        Shape("gRPC without a service", "grpc: { port: 9090 }", .grpc(GRPCProbe(port: 9090))),
        Shape("gRPC with an empty service", "grpc: { port: 9090, service: \"\" }", .grpc(GRPCProbe(port: 9090))),
        Shape("gRPC with a blank service", "grpc: { port: 9090, service: }", .grpc(GRPCProbe(port: 9090))),
        Shape(
            "shell",
            "exec: { command: [sh, -c, \"exec pg_isready -U $(POSTGRES_USER) -h 127.0.0.1\"] }",
            .exec(ExecProbe(command: ["sh", "-c", "exec pg_isready -U $(POSTGRES_USER) -h 127.0.0.1"]))
        ),
        Shape(
            "script of several lines",
            "exec: { command: [/bin/sh, -ec, \"a\\nb\\n\"] }",
            .exec(ExecProbe(command: ["/bin/sh", "-ec", "a\nb\n"]))
        ),
    ]

    @Test(arguments: shapes) func meansWhatTheKubeletMeans(shape: Shape) throws {
        let reading = Fixture.group("probe: { \(shape.lines) }")
        let group = try #require(reading.configuration?.groups.first, "\(reading.errors.map(\.text))")
        #expect(group.probe.handler == shape.handler)
        #expect(group.probe.timing == shape.timing)
        let warnings = reading.diagnostics.map(\.text)
        #expect(warnings.count == shape.warnings.count, "\(warnings)")
        for (warning, words) in zip(warnings, shape.warnings) { #expect(warning.contains(words)) }
    }

    /// A chart renders `successThreshold: 1` beside what the kubelet forbids for other probes; these are mistakes there, too.
    @Test(arguments: [
        ("httpGet: { port: \"80\" }", "write the number without quotes"),
        ("httpGet: { port: http, host: \"http://my app\" }", "an IP address or a DNS name"),
        ("httpGet: { port: 80, scheme: http }", "HTTP or HTTPS"),
        ("httpGet: { path: /a }", "required key \"port\" is missing"),
        ("httpGet: { path: /a, port: }", "required key \"port\" is missing"),
        ("exec: { command: }", "required key \"command\" is missing"),
        ("grpc: { port: grpc }", "a port number 1…65535"),
        ("tcpSocket: { port: 1 }, failureThreshold: 0", "a whole number 1…100"),
    ])
    func saysWhyAProbeCannotBeTaken(lines: String, words: String) throws {
        let reading = Fixture.group("probe: { \(lines) }")
        #expect(reading.errors.contains { $0.text.contains(words) }, "\(reading.errors.map(\.text))")
    }

    @Test func fastPeriodIsTheSmallerOfOneAndThePeriod() throws {
        for (period, fast) in [("0.4", 400), ("1", 1000), ("30", 1000)] {
            let group = try #require(
                Fixture.group("probe: { tcpSocket: { port: 1 }, periodSeconds: \(period) }").configuration?.groups.first
            )
            #expect(group.probe.timing.fastPeriod == .milliseconds(fast) && group.probe.timing.timeout == .seconds(1))
        }
    }

    @Test func verdictWindowCountsTimeoutsThatAreLongerThanThePeriod() {
        var timing = ProbeTiming()
        #expect(timing.verdictWindow == .seconds(3 * 2 + 1))
        timing.timeout = .seconds(5)
        #expect(timing.verdictWindow == .seconds(3 * 5 + 5))
    }

    @Test(arguments: [
        ("10.0.0.1", true), ("::1", true), ("fd00::a:1", true), ("::ffff:10.0.0.1", true), ("1:2:3:4:5:6:7:8", true),
        ("localhost", true), ("a_b.example.com.", true), ("A.example", true), ("x1", true), ("", false), (".", false),
        ("my app", false), ("http://a", false), ("a:80", false), ("[::1]", false), ("10.0.0", false),
        ("10.0.0.256", false), ("010.0.0.1", false), ("1:2:3:4:5:6:7:8:9", false), ("1::2::3", false), ("a..b", false),
        ("-a", false), ("a-", false), ("a/b", false), ("a@b", false), ("12345::", false), ("::10.0.0.1.2", false),
        (":", false), (":::", false), (String(repeating: "a", count: 64), false),
    ])
    func tellsHostsApart(text: String, isHost: Bool) {
        #expect(StringFormat.host.accepts(text) == isHost)
    }

    @Test(arguments: [
        ("http://a", true), ("https://a.example:8443/b?c#d", true), ("http://[::1]:80/", true), ("http://u:p@a/", true),
        ("http://10.0.0.1", true), ("http://", false), ("http:///a", false), ("http://:80", false),
        ("http://a:0", false),
        ("http://a:x", false), ("http://::1/", false), ("http://[a]/", false), ("http://[::1", false),
        ("http://my app", false), ("ftp://a", false), ("http://a b@c", false),
    ])
    func tellsURLsApart(text: String, isURL: Bool) {
        #expect(StringFormat.url.accepts(text) == isURL)
    }
}
