import Testing

@testable import Transport

@Suite(.timeLimit(.minutes(5))) struct HTTPExchangeTests {
    private func withLoop<Result>(_ body: (EventLoop) async throws -> Result) async throws -> Result {
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        return try await body(loop)
    }

    private func failure(_ loop: EventLoop, _ request: HTTPRequest) async -> TransportError.Kind? {
        do throws(TransportError) {
            _ = try await loop.response(to: request)
            return nil
        } catch {
            return error.kind
        }
    }

    @Test func returnsStatusHeadersAndBody() async throws {
        try await withLoop { loop in
            let answer = ["HTTP/1.1 201 Made\r\nX-One: a\r\nContent-", "Length: 5\r\n\r\nhe", "llo"]
            try await RawServer.run(answer) { server in
                let response = try await loop.response(to: HTTPRequest("GET", server.url))
                #expect(response.head.status == 201)
                #expect(response.head["x-ONE"] == "a")
                #expect(String(decoding: response.body, as: UTF8.self) == "hello")
                #expect(response.usedNewConnection)
            }
        }
    }

    @Test func readsABodyOneByteAtATime() async throws {
        let text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
        try await withLoop { loop in
            try await RawServer.run(text.map(String.init)) { server in
                let response = try await loop.response(to: HTTPRequest("GET", server.url))
                #expect(response.body == Array("abc".utf8))
            }
        }
    }

    @Test(arguments: [
        [], ["HTTP/1.1 200 OK\r\n"], ["HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"],
    ])
    func endsAtItsDeadlineWhereverThePeerHangs(pieces: [String]) async throws {
        try await withLoop { loop in
            try await RawServer.run(pieces, then: .keepOpen) { server in
                var request = HTTPRequest("GET", server.url)
                request.timeout = .milliseconds(80)
                #expect(await failure(loop, request) == .timedOut)
            }
        }
    }

    /// Whoever writes an address, or answers with one, chooses no other protocol.
    @Test(arguments: ["file:///etc/hostname", "ftp://127.0.0.1:1/", "gopher://127.0.0.1:1/", "telnet://127.0.0.1:1"])
    func speaksHTTPOnly(url: String) async throws {
        try await withLoop { loop in #expect(await failure(loop, HTTPRequest("GET", url)) == .badRequest) }
    }

    @Test(arguments: ["a\r\nX-Other: 1", "a\nb", "a\0b", "\u{7F}"])
    func sendsNoHeaderThatWouldBeTwo(value: String) async throws {
        try await withLoop { loop in
            try await RawServer.run(["HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"]) { server in
                for header in [HTTPRequest.Header("X-One", value), .init(value, "one")] {
                    var request = HTTPRequest("GET", server.url)
                    request.headers = [header]
                    #expect(await failure(loop, request) == .badRequest)
                }
            }
        }
    }

    @Test func tellsRefusalFromLossAndFromNonsense() async throws {
        try await withLoop { loop in
            #expect(await failure(loop, HTTPRequest("GET", "http://127.0.0.1:1/")) == .refused)
            #expect(await failure(loop, HTTPRequest("GET", "nonsense://x")) == .badRequest)
            try await RawServer.run([]) { server in
                #expect(await failure(loop, HTTPRequest("GET", server.url)) == .connectionLost)
            }
            try await RawServer.run(["\u{1}\u{2} garbage\r\n\r\n"]) { server in
                #expect(await failure(loop, HTTPRequest("GET", server.url)) == .notHTTP)
            }
        }
    }

    @Test func boundsTheBody() async throws {
        let body = String(repeating: "x", count: 5000)
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + body
        try await withLoop { loop in
            try await RawServer.run([answer]) { server in
                var request = HTTPRequest("GET", server.url)
                request.bodyLimit = 1000
                #expect(await failure(loop, request) == .bodyTooLarge)
                request.overflow = .truncate
                let response = try await loop.response(to: request)
                #expect(response.body.count == 1000 && response.isTruncated)
            }
        }
    }

    @Test func cancellationEndsTheConnection() async throws {
        try await withLoop { loop in
            try await RawServer.run([], then: .keepOpen) { server in
                let request = HTTPRequest("GET", server.url)
                let task = Task { await failure(loop, request) }
                var asked = server.asked.makeAsyncIterator()
                await asked.next()
                var late = request
                late.timeout = .milliseconds(50)
                #expect(await failure(loop, late) == .timedOut)
                task.cancel()
                #expect(await task.value == .cancelled)
                // The one that was late may have had no time to connect.
                var closed = server.closed.makeAsyncIterator()
                for _ in 0..<server.connectionCount { await closed.next() }
            }
        }
    }

    @Test func connectsWithoutSpeaking() async throws {
        try await withLoop { loop in
            try await RawServer.run([], then: .keepOpen) { server in
                var request = HTTPRequest("GET", "http://127.0.0.1:\(server.port)")
                request.version = .connectOnly
                request.connection = .single
                _ = try await loop.response(to: request)
                var closed = server.closed.makeAsyncIterator()
                await closed.next()
            }
            var refused = HTTPRequest("GET", "http://127.0.0.1:1")
            refused.version = .connectOnly
            #expect(await failure(loop, refused) == .refused)
        }
    }

    @Test func keepsAConnectionOrDoesNot() async throws {
        let answer = ["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"]
        try await withLoop { loop in
            try await RawServer.run(answer, then: .keepOpen) { server in
                var request = HTTPRequest("GET", server.url)
                var fresh: [Bool] = []
                for use in [HTTPRequest.ConnectionUse.shared, .shared, .single, .shared] {
                    request.connection = use
                    fresh.append(try await loop.response(to: request).usedNewConnection)
                }
                #expect(fresh == [true, false, true, false])
            }
        }
    }

    @Test func failsEverythingWhenTheLoopIsStopped() async throws {
        let loop = EventLoop(name: "test")
        try await RawServer.run([], then: .keepOpen) { server in
            async let pending = failure(loop, HTTPRequest("GET", server.url))
            loop.stop()
            #expect(await pending == .stopped)
            #expect(await failure(loop, HTTPRequest("GET", server.url)) == .stopped)
            #expect(await !loop.turns(within: .seconds(1)))
        }
    }
}
