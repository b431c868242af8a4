import NIOCore
import NIOHTTP1
import Testing

@testable import Operations

/// The server's door, with limits that a test can wait for.
@Suite(.timeLimit(.minutes(5))) struct OperationsListenerTests {
    private static let request = "GET /livez HTTP/1.1\r\nHost: x"

    /// Runs a server that answers everything with `ok`.
    private static func serve(
        _ change: (inout OperationsServer.Limits) -> Void = { _ in },
        answering: @escaping @Sendable (OperationsRequest) async -> Void = { $0.answer(OperationsAnswer(.ok, "ok\n")) },
        _ body: @Sendable @escaping (Int) async throws -> Void
    ) async throws {
        var limits = OperationsServer.Limits()
        change(&limits)
        let listener = OperationsListener(limits: limits)
        let port = try await listener.listen(at: try #require(ListenAddress("127.0.0.1:0")))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await withDiscardingTaskGroup { answers in
                    for await request in listener.requests { answers.addTask { await answering(request) } }
                }
            }
            defer { listener.close() }
            try await body(port)
        }
    }

    private static func exchange(_ port: Int, _ head: String = request) async -> String? {
        await RawClient.exchange(port: port, head)
    }

    @Test func answersSeveralRequestsOfOneConnection() async throws {
        try await Self.serve { port in
            let client = RawClient(port: port)
            client.send("\(Self.request)\r\n\r\n\(Self.request)\r\n\r\n\(Self.request)\r\nConnection: close\r\n\r\n")
            let text = await client.readToEnd() ?? ""
            #expect(text.matches(of: /HTTP\/1.1 200 OK/).count == 3)
            #expect(text.contains("x-content-type-options: nosniff"))
        }
    }

    @Test func keepsAFewConnectionsAndClosesTheOldestIdleFirst() async throws {
        try await Self.serve {
            $0.connections = 8
        } _: { port in
            var silent: [RawClient] = []
            for _ in 0..<50 {
                silent.append(RawClient(port: port))
                // Whoever asks meanwhile is answered, and so was accepted after all before it.
                #expect(await Self.exchange(port)?.hasPrefix("HTTP/1.1 200") == true)
            }
            let open = silent.filter { !$0.isClosed }
            #expect(open.count <= 8 && open.count >= 6, "\(open.count) are open")
            #expect(silent.suffix(open.count).allSatisfy { !$0.isClosed })
        }
    }

    @Test func closesWhatIsBusyLast() async throws {
        let (asked, input) = AsyncStream.makeStream(of: OperationsRequest.self)
        try await Self.serve {
            $0.connections = 4
        } answering: { request in
            if request.path == "/slow" { input.yield(request) } else { request.answer(OperationsAnswer(.ok, "ok\n")) }
        } _: { port in
            let slow = RawClient(port: port)
            slow.send("GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            let waiting = try #require(await asked.first { _ in true })
            for _ in 0..<20 { #expect(await Self.exchange(port)?.hasPrefix("HTTP/1.1 200") == true) }
            waiting.answer(OperationsAnswer(.ok, "late\n"))
            #expect(await slow.readToEnd()?.hasSuffix("late\n") == true)
        }
    }

    @Test(arguments: [
        "", "GET /livez HTTP/1.1\r\nHost: x\r\nX: y", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx",
    ])
    func closesWhatDoesNotComeToItsEnd(beginning: String) async throws {
        try await Self.serve {
            $0.silence = .milliseconds(200)
        } _: { port in
            let client = RawClient(port: port)
            client.send(beginning)
            #expect(await client.readToEnd() == "")
        }
    }

    @Test func closesWhatIsSilentAfterAnAnswerAndWhatIsNeverAnswered() async throws {
        try await Self.serve {
            $0.silence = .milliseconds(200)
            $0.answer = .milliseconds(200)
        } answering: { request in
            if request.path != "/never" { request.answer(OperationsAnswer(.ok, "ok\n")) }
        } _: { port in
            // A busy machine may take longer to ask than it has time; once it is asked, the answer is the last that comes.
            var answer = ""
            while !answer.hasSuffix("ok\n") {
                let kept = RawClient(port: port)
                kept.send("\(Self.request)\r\n\r\n")
                answer = try #require(await kept.readToEnd())
            }
            #expect(await Self.exchange(port, "GET /never HTTP/1.1\r\nHost: x") == "")
        }
    }

    /// The answers wait in memory for one who asks on and on, and reads none.
    @Test func closesWhatTakesNoAnswers() async throws {
        let long = String(repeating: "a", count: 10_000)
        try await Self.serve { _ in
        } answering: { request in
            request.answer(OperationsAnswer(.ok, long))
        } _: { port in
            let client = RawClient(port: port)
            let requests = String(repeating: "\(Self.request)\r\n\r\n", count: 100)
            // More than all buffers between the two can hold.
            var count = 0
            while count < 20_000, client.send(requests) { count += 1 }
            #expect(count < 20_000)
        }
    }

    @Test func refusesHeadsWithoutEnd() async throws {
        try await Self.serve { port in
            let client = RawClient(port: port)
            client.send("GET / HTTP/1.1\r\nHost: x\r\n")
            for number in 0..<10_000 { if !client.send("X-\(number): yyyyyyyyyyyyyyyyyyyyyyyy\r\n") { break } }
            let answer = await client.readToEnd()
            #expect(answer == "" || answer?.hasPrefix("HTTP/1.1 400") == true, "\(answer ?? "open")")
            let long = String(repeating: "a", count: 100_000)
            let other = await Self.exchange(port, "GET /\(long) HTTP/1.1\r\nHost: x")
            #expect(other == "" || other?.hasPrefix("HTTP/1.1 400") == true, "\(other ?? "open")")
            #expect(await Self.exchange(port)?.hasPrefix("HTTP/1.1 200") == true)
        }
    }

    @Test func closesWhatSendsMoreThanAnybodyNeeds() async throws {
        try await Self.serve {
            $0.bodyBytes = 1000
        } _: { port in
            let body = String(repeating: "a", count: 5000)
            let answer = await Self.exchange(port, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n\(body)")
            #expect(answer == "", "\(answer ?? "open")")
        }
    }
}
