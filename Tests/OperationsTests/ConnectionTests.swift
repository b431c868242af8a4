import NIOCore
import NIOHTTP1
import Testing

@testable import Operations

/// One connection, from bytes to answers.
@Suite(.timeLimit(.minutes(5))) struct ConnectionTests {
    /// Runs a server that tells each request's method, path, peer and headers.
    private static func serve(_ body: @Sendable @escaping (Int) async throws -> Void) async throws {
        let listener = OperationsListener(limits: .init())
        let port = try await listener.listen(at: try #require(ListenAddress("127.0.0.1:0")))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await request in listener.requests {
                    let status: HTTPResponseStatus = request.path == "/missing" ? .notFound : .ok
                    let words = "\(request.head.method) \(request.path) \(request.peer ?? "gone")\n"
                    request.answer(OperationsAnswer(status, words))
                }
            }
            defer { listener.close() }
            try await body(port)
        }
    }

    /// What is answered to these bytes, sent in pieces of a size.
    private static func answer(_ port: Int, _ text: String, size: Int = .max) async -> String {
        let client = RawClient(port: port)
        var rest = text[...]
        while !rest.isEmpty {
            client.send(String(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        return await client.readToEnd() ?? "open"
    }

    private static let closing = "Host: x\r\nConnection: close\r\n\r\n"

    @Test(arguments: [1, 2, 7, 1000]) func aRequestMayComeInPiecesOfAnySize(size: Int) async throws {
        try await Self.serve { port in
            let text = "POST /a?b=c HTTP/1.1\r\nContent-Length: 3\r\n\(Self.closing)xyz"
            let answer = await Self.answer(port, text, size: size)
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n") && answer.hasSuffix("\r\n\r\nPOST /a 127.0.0.1\n"))
        }
    }

    @Test func anAnswerSaysHowLongItIsAndIsNotKept() async throws {
        try await Self.serve { port in
            let answer = await Self.answer(port, "GET / HTTP/1.1\r\n\(Self.closing)")
            let head = Set(answer.split(separator: "\r\n").dropLast().map { $0.lowercased() })
            #expect(
                head == [
                    "http/1.1 200 ok", "content-type: text/plain; charset=utf-8", "cache-control: no-store",
                    "x-content-type-options: nosniff", "content-length: 16", "connection: close",
                ]
            )
        }
    }

    @Test func aHeadIsAnsweredWithoutABody() async throws {
        try await Self.serve { port in
            let answer = await Self.answer(port, "HEAD / HTTP/1.1\r\n\(Self.closing)")
            #expect(answer.contains("content-length: 17\r\n") && answer.hasSuffix("\r\n\r\n"), "\(answer)")
        }
    }

    /// Whoever asks for what is not there is not kept either, whatever it wishes.
    @Test(arguments: [
        "GET /missing HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.0\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    ]) func isClosedAfterwards(text: String) async throws {
        try await Self.serve { port in
            let answer = await Self.answer(port, text)
            #expect(answer.hasPrefix("HTTP/1.") && answer.contains("connection: close\r\n"), "\(answer)")
        }
    }

    @Test func aBodyInChunksIsPassedOver() async throws {
        try await Self.serve { port in
            let text = "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\(Self.closing)3\r\nabc\r\n0\r\n\r\n"
            #expect(await Self.answer(port, text, size: 1).hasSuffix("POST /a 127.0.0.1\n"))
        }
    }

    @Test(arguments: [
        "\r\n\r\n\r\n", "nonsense\r\n\r\n", "GET\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\u{0}", "GET / HTTP/9.9\r\n\r\n",
    ])
    func whatIsNoRequestIsClosedAndNobodyElseSuffers(text: String) async throws {
        try await Self.serve { port in
            let client = RawClient(port: port)
            client.send(text + "\r\n\r\n")
            #expect(await Self.answer(port, "GET / HTTP/1.1\r\n\(Self.closing)").hasPrefix("HTTP/1.1 200 OK"))
        }
    }

    @Test func aPortThatIsTakenIsToldByItsAddress() async throws {
        try await Self.serve { port in
            let other = OperationsListener(limits: .init())
            do {
                _ = try await other.listen(at: try #require(ListenAddress("127.0.0.1:\(port)")))
                Issue.record("listened on a port that is taken")
            } catch { #expect("\(error)" == "cannot listen at 127.0.0.1:\(port): Address already in use") }
            other.close()
        }
    }
}

/// Which addresses a block holds.
@Suite struct AddressBlockTests {
    @Test(arguments: [
        ("10.0.0.0/8", "10.255.255.255", true), ("10.0.0.0/8", "11.0.0.0", false), ("10.0.0.7", "10.0.0.7", true),
        ("10.0.0.7", "10.0.0.8", false), ("10.0.0.8/29", "10.0.0.15", true), ("10.0.0.8/29", "10.0.0.16", false),
        ("0.0.0.0/0", "255.1.2.3", true), ("0.0.0.0/0", "::1", false), ("::/0", "fe80::1", true),
        ("::/0", "10.0.0.1", false), ("fd00::/8", "fdff::1", true), ("fd00::/8", "fc00::1", false),
        ("10.0.0.0/8", "::ffff:10.1.2.3", true), ("::ffff:10.0.0.0/8", "10.1.2.3", true), ("::1", "::1", true),
        ("fd00::/127", "fd00::1", true), ("fd00::/127", "fd00::2", false), ("10.0.0.0/31", "10.0.0.1", true),
        ("10.0.0.0/8", "name", false), ("10.0.0.0/8", "", false), ("10.0.0.9/8", "10.1.1.1", true),
    ]) func holdsWhatBeginsAsItDoes(block: String, address: String, holds: Bool) throws {
        #expect(try #require(AddressBlock(block)).contains(address) == holds)
    }

    @Test(arguments: ["127.0.0.1", "127.255.0.1", "::1", "::ffff:127.0.0.1"]) func loopbackIsThisMachine(own: String) {
        #expect(AddressBlock.loopback.contains { $0.contains(own) })
    }

    @Test(arguments: ["128.0.0.1", "126.0.0.1", "::2", "::", "fe80::1", "localhost"]) func othersAreNot(other: String) {
        #expect(!AddressBlock.loopback.contains { $0.contains(other) })
    }
}
