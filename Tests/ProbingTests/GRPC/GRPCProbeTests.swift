import FailoverCore
import StandbyConfiguration
import Testing
import Transport

@testable import Probing

@Suite(.timeLimit(.minutes(5))) struct GRPCProbeTests {
    private func target(_ port: Int, _ service: String, timeout: Duration = .seconds(20)) -> ProbeTarget {
        .sample(.grpc(GRPCProbe(port: port, service: service))) { $0.timeout = timeout }
    }

    @Test func tellsTheAnswersOfARealServerApart() async throws {
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        try await GRPCServer.run { server in
            let transcript = { (port: Int, service: String) in
                await ProbeOnce(target(port, service), on: loop).run()
            }
            for service in ["", "up"] {
                let up = await transcript(server.port, service)
                #expect(up.verdict == .success && up.detail == "SERVING")
            }
            let expected = [
                (server.port, "down", "NOT_SERVING"), (server.port, "other", "SERVICE_UNKNOWN"),
                (server.port, "gone", "UNAVAILABLE: not today"), (server.barePort, "", "UNIMPLEMENTED"),
                (1, "", "connection refused"),
            ]
            for (port, service, words) in expected {
                let transcript = await transcript(port, service)
                #expect(
                    transcript.verdict == .failure && transcript.detail.hasPrefix(words),
                    "\(service): \(transcript.detail)"
                )
            }
        }
    }

    @Test func waitsNoLongerThanItsTimeout() async throws {
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        try await GRPCServer.run { server in
            let transcript = await ProbeOnce(target(server.port, "slow", timeout: .milliseconds(300)), on: loop).run()
            #expect(transcript.verdict == .failure)
            #expect(
                transcript.detail.hasPrefix("no answer in time") || transcript.detail.hasPrefix("DEADLINE_EXCEEDED")
            )
        }
    }

    @Test func theEngineProbesByGRPC() async throws {
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        let engine = ProbeEngine(loop: loop)
        try await GRPCServer.run { server in
            let (reports, input) = AsyncStream.makeStream(of: ProbeReport.self)
            var target = target(server.port, "up")
            target.probe.timing.period = .milliseconds(100)
            target.probe.timing.fastPeriod = .milliseconds(100)
            await engine.setTargets([target], of: "g") { input.yield($0) }
            for await report in reports where report.health == .healthy {
                #expect(report.detail == "SERVING")
                break
            }
            await engine.remove(group: "g")
        }
    }

    @Test func takesNoOtherAnswerForHealth() {
        let probe = GRPCProbe(port: 1, service: "")
        func outcome(_ status: Int, _ headers: [String: String], _ body: [UInt8]) -> ProbeOutcome {
            let head = HTTPHead(status: status, headers: headers.map { .init($0.key, $0.value) })
            return probe.outcome(of: HTTPResponse(head: head, body: body))
        }
        let serving: [UInt8] = [0, 0, 0, 0, 2, 8, 1]
        #expect(outcome(200, ["grpc-status": "0"], serving).verdict == .success)
        // Another field first, of each wire type.
        let others: [UInt8] = [0x10, 7, 0x1A, 2, 1, 2, 0x25, 1, 2, 3, 4, 0x29, 1, 2, 3, 4, 5, 6, 7, 8, 8, 1]
        #expect(outcome(200, ["grpc-status": "0"], [0, 0, 0, 0, UInt8(others.count)] + others).verdict == .success)
        #expect(outcome(200, [:], serving).verdict == .failure)
        #expect(outcome(404, ["grpc-status": "0"], serving).detail == "HTTP 404 instead of gRPC")
        for body: [UInt8] in [
            [], [0, 0, 0, 0, 3, 8, 1], [1, 0, 0, 0, 2, 8, 1], [0, 0, 0, 0, 2, 8, 0x81], [0, 0, 0, 0, 2, 8, 9],
        ] {
            #expect(outcome(200, ["grpc-status": "0"], body).verdict == .failure, "\(body)")
        }
        #expect(outcome(200, ["grpc-status": "0"], [0, 0, 0, 0, 0]).detail == "UNKNOWN")
    }
}
