import Testing

@testable import Transport

@Suite(.timeLimit(.minutes(5))) struct HTTPStreamTests {
    private static let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"

    @Test func deliversTheHeadBeforeTheBodyEnds() async throws {
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        try await RawServer.run([Self.head, "one"], then: .keepOpen) { server in
            let stream = try await loop.stream(HTTPRequest("GET", server.url))
            #expect(stream.head.status == 200)
            var iterator = stream.body.makeAsyncIterator()
            #expect(try await iterator.next() == Array("one".utf8))
        }
    }

    @Test func holdsBackAPeerThatIsFasterThanTheReader() async throws {
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        let piece = String(repeating: "0123456789abcdef", count: 4096)
        try await RawServer.run([Self.head] + Array(repeating: piece, count: 64)) { server in
            let stream = try await loop.stream(HTTPRequest("GET", server.url))
            var total = 0
            for try await chunk in stream.body {
                total += chunk.count
                for _ in 0..<20 { await Task.yield() }
            }
            #expect(total == 64 * piece.utf8.count)
        }
    }

    @Test func endsWhenThePeerFallsSilent() async throws {
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        try await RawServer.run([Self.head, "one"], then: .keepOpen) { server in
            var request = HTTPRequest("GET", server.url)
            request.idleTimeout = .milliseconds(80)
            let stream = try await loop.stream(request)
            await #expect(throws: TransportError(.idle)) {
                for try await _ in stream.body {}
            }
        }
    }

    @Test func endsWhenNoHeadComes() async throws {
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        try await RawServer.run([], then: .keepOpen) { server in
            var request = HTTPRequest("GET", server.url)
            request.headTimeout = .milliseconds(80)
            await #expect(throws: TransportError(.timedOut, "no headers")) { try await loop.stream(request) }
        }
    }

    @Test func anAbandonedStreamClosesItsConnection() async throws {
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        try await RawServer.run([Self.head, "one"], then: .keepOpen) { server in
            do {
                let stream = try await loop.stream(HTTPRequest("GET", server.url))
                var iterator = stream.body.makeAsyncIterator()
                _ = try await iterator.next()
            }
            var closed = server.closed.makeAsyncIterator()
            await closed.next()
        }
    }
}
