import FailoverCore
import StandbyConfiguration
import Testing
import Transport

@testable import Probing

/// A candidate is asked by the handlers of probes, and its answer is read.
@Suite(.timeLimit(.minutes(5))) struct ScoreOnceTests {
    private func ask(
        _ handler: ProbeConfiguration.Handler,
        at pointer: String? = nil,
        timeout: Duration = .seconds(30)
    ) async -> CandidateScore {
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        let target = ProbeTarget.sample(handler) { $0.timeout = timeout }
        return await ScoreOnce(target, at: pointer, on: loop).run()
    }

    private func get(
        _ answer: String?,
        at pointer: String? = nil,
        timeout: Duration = .seconds(30)
    ) async throws -> CandidateScore {
        try await PathServer.run { path, _ in
            path == "/lag" ? answer : nil
        } _: { server in
            var probe = HTTPProbe(port: .number(server.port))
            probe.path = "/lag"
            return await ask(.httpGet(probe), at: pointer, timeout: timeout)
        }
    }

    private func answer(_ status: Int, _ body: String) -> String {
        "HTTP/1.1 \(status) X\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    @Test func readsTheBody() async throws {
        #expect(try await get(answer(200, "42\n")) == .number(42))
        #expect(try await get(answer(200, #"{"lag": {"bytes": 7}}"#), at: "/lag/bytes") == .number(7))
    }

    @Test func anotherStatusIsNoScoreWhateverTheBody() async throws {
        #expect(try await get(answer(503, "42")) == .missing("HTTP 503"))
    }

    @Test func silenceEndsWithTheTimeout() async throws {
        #expect(try await get(nil, timeout: .milliseconds(50)).number == nil)
    }

    @Test func aPortThatIsNotThereIsNoScore() async {
        let score = await ask(.httpGet(HTTPProbe(port: .named("metrics"))))
        #expect(score.reason?.contains("no container has the port") == true)
    }

    @Test func readsWhatACommandPrints() async {
        let command = ["/bin/sh", "-c", #"echo "{\"$POD_NAME\": [1, 2.5]}""#]
        let exec = ExecProbe(command: command, place: .supervisor)
        #expect(await ask(.exec(exec), at: "/a/1") == .number(2.5))
    }

    @Test func aCommandThatFailsOrHangsGivesNoScore() async {
        let fails = ExecProbe(command: ["/bin/sh", "-c", "echo 5; exit 3"], place: .supervisor)
        #expect(await ask(.exec(fails)) == .missing("exit code 3: 5"))
        let hangs = ExecProbe(command: ["/bin/sleep", "600"], place: .supervisor)
        #expect(await ask(.exec(hangs), timeout: .milliseconds(50)).reason == "no end in time")
        let absent = ExecProbe(command: ["/bin/true"], place: .pod)
        #expect(await ask(.exec(absent)).reason == "there is no API server to reach the pod through")
    }
}
