import FailoverCore
import StandbyConfiguration
import Testing
import Transport

@testable import Probing

/// Redirects, as the kubelet takes them; the engine and a probe that is asked for once come to the same.
@Suite(.timeLimit(.minutes(5))) struct RedirectTests {
    /// A server's answers by path, and what the probe of `/` comes to.
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// Status and location, or a status alone; PORT is the server's.
        var answers: [String: (status: Int, location: String?)]
        var verdict: ProbeVerdict
        var detail: String

        init(
            _ name: String,
            _ answers: [String: (status: Int, location: String?)],
            _ verdict: ProbeVerdict,
            _ detail: String
        ) {
            testDescription = name
            (self.answers, self.verdict, self.detail) = (answers, verdict, detail)
        }

        func bytes(_ path: String, _ port: Int) -> String? {
            guard let answer = answers[path] else { return "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n" }
            let place = answer.location.map { "Location: \($0.replacing("PORT", with: "\(port)"))\r\n" } ?? ""
            return "HTTP/1.1 \(answer.status) x\r\n\(place)content-length: 0\r\n\r\n"
        }
    }

    /// `/` to `/1`, and so on; the last one answers 200.
    private static func chain(of requests: Int) -> [String: (status: Int, location: String?)] {
        var answers: [String: (status: Int, location: String?)] = ["/\(requests - 1)": (200, nil)]
        for number in 0..<requests - 1 { answers[number == 0 ? "/" : "/\(number)"] = (302, "/\(number + 1)") }
        return answers
    }

    static let cases = [
        Case("to a page that fails", ["/": (302, "/login"), "/login": (503, nil)], .failure, "HTTP 503"),
        Case("to a page that works", ["/": (307, "/login"), "/login": (200, nil)], .success, "HTTP 200"),
        Case("relative", ["/": (301, "a/./b/../c?d#e"), "/a/c?d": (204, nil)], .success, "HTTP 204"),
        Case("absolute", ["/": (308, "http://127.0.0.1:PORT/x"), "/x": (500, nil)], .failure, "HTTP 500"),
        Case("without a scheme", ["/": (303, "//127.0.0.1:PORT/x"), "/x": (500, nil)], .failure, "HTTP 500"),
        Case("to another host", ["/": (302, "http://localhost:PORT/x"), "/x": (500, nil)], .success, "HTTP 302"),
        Case("to a file", ["/": (302, "file:///etc/passwd")], .success, "HTTP 302"),
        Case("to nowhere", ["/": (302, nil)], .success, "HTTP 302"),
        Case("to an empty place", ["/": (302, "")], .success, "HTTP 302"),
        Case("not modified", ["/": (304, "/x"), "/x": (500, nil)], .success, "HTTP 304"),
        Case("control characters", ["/": (302, "/a\u{1}b")], .success, "HTTP 302"),
        Case("a name and a password", ["/": (302, "http://a:b@127.0.0.1:PORT/x")], .success, "HTTP 302"),
        Case("no URL", ["/": (302, "http://[")], .success, "HTTP 302"),
        Case("a long one", ["/": (302, "/" + String(repeating: "a", count: 20_000))], .success, "HTTP 302"),
        Case("to itself", ["/": (302, "/")], .failure, "redirected more than 9 times"),
        Case("ten requests", chain(of: 10), .success, "HTTP 200"),
        Case("eleven requests", chain(of: 11), .failure, "redirected more than 9 times"),
    ]

    @Test(arguments: cases) func followsAsTheKubelet(example: Case) async throws {
        try await PathServer.run(example.bytes) { server in
            let once = await once(server)
            #expect(once.verdict == example.verdict && once.detail == example.detail)
            // The second report is of a probe that finds what the first one has left behind.
            let reports = await reports(2, server)
            #expect(reports.map(\.verdict) == [example.verdict, example.verdict])
            #expect(reports.map(\.detail) == [example.detail, example.detail])
        }
    }

    /// Some servers leave the words after the status out.
    @Test(arguments: ["HTTP/1.1 200\r\n", "HTTP/1.1 200 \r\n", "HTTP/1.0 200\r\n", "HTTP/1.1 200 OK\r\n"])
    func needsNoReasonPhrase(line: String) async throws {
        let answers: @Sendable (String, Int) -> String? = { _, _ in line + "content-length: 0\r\n\r\n" }
        try await PathServer.run(answers) { server in
            let once = await once(server)
            #expect(once.verdict == .success && once.detail == "HTTP 200")
            #expect(await reports(1, server).first?.detail == "HTTP 200")
        }
    }

    @Test func allRequestsShareOneTimeout() async throws {
        let silent: @Sendable (String, Int) -> String? = { path, _ in
            path == "/" ? "HTTP/1.1 302 Found\r\nLocation: /silent\r\ncontent-length: 0\r\n\r\n" : nil
        }
        try await PathServer.run(silent) { server in
            let once = await once(server) { $0.timeout = .milliseconds(400) }
            #expect(once.verdict == .failure && once.detail.hasPrefix("no answer in time"))
            let report = try #require(await reports(1, server) { $0.timeout = .milliseconds(400) }.first)
            #expect(report.verdict == .failure && report.detail.hasPrefix("no answer in time"))
        }
    }

    @Test func keepsAHostHeaderUntilTheServerNamesAnotherPlace() async throws {
        let answers: @Sendable (String, Int) -> String? = { path, port in
            switch path {
            case "/": "HTTP/1.1 302 x\r\nLocation: /a\r\ncontent-length: 0\r\n\r\n"
            case "/a": "HTTP/1.1 302 x\r\nLocation: http://127.0.0.1:\(port)/b\r\ncontent-length: 0\r\n\r\n"
            default: "HTTP/1.1 200 x\r\ncontent-length: 0\r\n\r\n"
            }
        }
        try await PathServer.run(answers) { server in
            #expect(await once(server, headers: [.init(name: "Host", value: "shop.example")]).detail == "HTTP 200")
            var hosts: [String] = []
            for await request in server.requests.prefix(3) {
                hosts += request.split(separator: "\r\n").filter { $0.hasPrefix("Host: ") }.map(String.init)
            }
            #expect(hosts == ["Host: shop.example", "Host: shop.example", "Host: 127.0.0.1:\(server.port)"])
        }
    }

    @Test func sendsEmptyHeadersAndLeavesOutWhatIsToBeLeftOut() async throws {
        let answers: @Sendable (String, Int) -> String? = { _, _ in "HTTP/1.1 200 x\r\ncontent-length: 0\r\n\r\n" }
        try await PathServer.run(answers) { server in
            let headers = [("Accept", ""), ("X-Empty", ""), ("User-Agent", ""), ("Host", ""), ("X-Full", "a")].map {
                HTTPProbe.Header(name: $0.0, value: $0.1)
            }
            #expect(await once(server, headers: headers).verdict == .success)
            _ = await reports(1, server, headers: headers)
            for await request in server.requests.prefix(2) {
                let lines = request.split(separator: "\r\n").dropFirst().map(String.init).sorted()
                #expect(lines == ["Host: 127.0.0.1:\(server.port)", "X-Empty:", "X-Full: a"])
            }
        }
    }

    @Test func takesNoMoreHeadersThanAProbeNeeds() async throws {
        let line = "X-\(String(repeating: "a", count: 100)): b\r\n"
        let answers: @Sendable (String, Int) -> String? = { _, _ in
            "HTTP/1.1 200 OK\r\n" + String(repeating: line, count: 1000) + "content-length: 0\r\n\r\n"
        }
        try await PathServer.run(answers) { server in
            let once = await once(server)
            #expect(once.verdict == .failure && once.detail.hasSuffix("over 65536 bytes of headers"), "\(once.detail)")
            #expect(await reports(1, server).first?.detail == once.detail)
        }
    }

    /// A probe that may take longer than the period is, while it lasts, the only one.
    @Test func theNextProbeBeginsWhenOneThatTakesLongerThanThePeriodHasEnded() async throws {
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        let engine = ProbeEngine(loop: loop)
        let silence: @Sendable (String, Int) -> String? = { _, _ in nil }
        try await PathServer.run(silence) { server in
            let target = target(server.port, []) {
                $0.timeout = .milliseconds(500)
                $0.thresholds = HealthThresholds(failure: 3, success: 1)
            }
            let (stream, input) = AsyncStream.makeStream(of: ProbeReport.self)
            await engine.setTargets([target], of: "g") { input.yield($0) }
            var starts: [UInt64] = []
            for await report in stream {
                starts.append(try #require(report.evidence.lastFailureStart).nanoseconds)
                #expect(report.verdict == .failure)
                if report.isChange { break }
            }
            let progress = try #require(await engine.progress(of: "g")["a"])
            #expect(progress.sequence >= 3 && progress.tracker.health == .unhealthy)
            // Three probes of 500 ms each, one after the other, although one is due every 50 ms.
            let first = try #require(starts.first)
            let last = try #require(starts.last)
            #expect(last - first >= 900_000_000)
            await engine.remove(group: "g")
        }
    }

    // MARK: Asking

    private func target(
        _ port: Int,
        _ headers: [HTTPProbe.Header],
        _ change: (inout ProbeTiming) -> Void
    ) -> ProbeTarget {
        var probe = HTTPProbe(port: .number(port))
        probe.headers = headers
        return .sample(.httpGet(probe)) {
            $0.period = .milliseconds(100)
            $0.fastPeriod = .milliseconds(50)
            $0.timeout = .seconds(20)
            $0.thresholds = HealthThresholds(failure: 1, success: 1)
            change(&$0)
        }
    }

    private func once(
        _ server: PathServer,
        headers: [HTTPProbe.Header] = [],
        _ change: (inout ProbeTiming) -> Void = { _ in }
    ) async -> ProbeOnce.Transcript {
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        return await ProbeOnce(target(server.port, headers, change), on: loop).run()
    }

    /// What the engine tells of so many probes.
    private func reports(
        _ count: Int,
        _ server: PathServer,
        headers: [HTTPProbe.Header] = [],
        _ change: (inout ProbeTiming) -> Void = { _ in }
    ) async -> [ProbeReport] {
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        let engine = ProbeEngine(loop: loop)
        let (stream, input) = AsyncStream.makeStream(of: ProbeReport.self)
        var reports: [ProbeReport] = []
        var iterator = stream.makeAsyncIterator()
        for _ in 0..<count {
            // What was counted is void each time, so that each probe is told.
            let target = target(server.port, headers, change)
            await engine.setTargets([target], of: "g", renewing: [target.id]) { input.yield($0) }
            while let report = await iterator.next(isolation: #isolation) {
                guard report.verdict != .noResult else { continue }
                reports.append(report)
                break
            }
        }
        await engine.remove(group: "g")
        return reports
    }
}
