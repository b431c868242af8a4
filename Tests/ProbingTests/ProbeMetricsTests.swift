import FailoverCore
import MetricsTestKit
import StandbyConfiguration
import Testing
import Transport

@testable import Probing

/// What is counted and timed of probes.
@Suite(.timeLimit(.minutes(5))) struct ProbeMetricsTests {
    /// One of each type that has no application to ask, and one whose port is not known.
    @Test func countsAndTimesProbesByTheirType() async throws {
        let test = TestMetrics()
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        let engine = ProbeEngine(loop: loop, metrics: test)
        let (reports, input) = AsyncStream.makeStream(of: ProbeReport.self)
        // Nobody listens at the port of discarding there.
        let handlers: [(String, ProbeConfiguration.Handler)] = [
            ("http", .httpGet(HTTPProbe(port: .number(9)))), ("tcp", .tcpSocket(TCPProbe(port: .number(9)))),
            ("none", .tcpSocket(TCPProbe(port: .named("nowhere")))),
        ]
        let targets = handlers.map { name, handler in
            ProbeTarget.sample(handler, pod: name) { $0.period = .seconds(3600) }
        }
        await engine.setTargets(targets, of: "g") { input.yield($0) }
        var iterator = reports.makeAsyncIterator()
        for target in targets {
            await engine.probeNow(target.key, unlessSucceededSince: .init(nanoseconds: 0))
            while let report = await iterator.next(isolation: #isolation), report.pod != target.pod {}
        }
        await engine.remove(group: "g")
        func count(_ type: String, _ result: String) throws -> Int64 {
            try test.expectCounter("kube_standby_probes_total", [("type", type), ("result", result)]).totalValue
        }
        #expect(try count("http", "failure") >= 1 && count("tcp", "failure") >= 1 && count("tcp", "none") >= 1)
        #expect(try count("http", "success") == 0 && count("grpc", "none") == 0 && count("exec", "failure") == 0)
        let timer = try test.expectTimer("kube_standby_probe_duration_seconds", [("type", "tcp")])
        #expect(try timer.values.count == count("tcp", "failure") && timer.values.allSatisfy { $0 > 0 })
    }
}
