import Glibc
import Testing

@testable import Transport

/// Checks as a prober uses them: on the loop, told of each end.
@Suite(.timeLimit(.minutes(5))) struct CheckTests {
    /// Asks the checks of one template or address, on the loop's thread.
    private actor Asker {
        /// What came, in words.
        typealias Word = String

        let loop: EventLoop
        let words: AsyncStream<Word>
        private let input: AsyncStream<Word>.Continuation
        private var checks: [Check] = []
        nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

        init(_ loop: EventLoop) {
            self.loop = loop
            (words, input) = AsyncStream.makeStream()
            loop.execute { [input] in
                loop.receiveChecks { events in
                    for event in events { input.yield("\(event.tag): \(Self.word(event.kind))") }
                }
            }
        }

        private static func word(_ kind: Check.Event.Kind) -> Word {
            switch kind {
            case .connectionLost: "lost"
            case .ended(.failure(let error)): "\(error.kind)"
            case .ended(.success(let response)):
                "\(response.head.status) \(response.usedNewConnection ? "new" : "kept")"
            }
        }

        /// Adds a check; its tag is its place.
        func add(_ question: Check.Question) {
            checks.append(Check(question, tag: checks.count))
        }

        func add(_ request: HTTPRequest) {
            add(.exchange(CheckTemplate(request, keepsBody: false), url: request.url))
        }

        func begin(_ index: Int = 0, isLast: Bool = false) {
            loop.begin(checks[index], isLast: isLast)
        }

        func retire(_ index: Int = 0) {
            loop.retire(checks[index])
        }

        /// Sockets of checks that are open.
        var socketCount: Int { loop.kept.ledger.count }

        func limit(to sockets: Int) {
            loop.kept.ledger.limit = sockets
        }
    }

    private func ask(
        _ body: (Asker, inout AsyncStream<String>.Iterator) async throws -> Void
    ) async throws {
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        let asker = Asker(loop)
        var words = asker.words.makeAsyncIterator()
        try await body(asker, &words)
    }

    private func request(_ url: String, _ connection: HTTPRequest.ConnectionUse = .single) -> HTTPRequest {
        var request = HTTPRequest("GET", url)
        request.connection = connection
        request.timeout = .seconds(60)
        request.overflow = .truncate
        request.bodyLimit = 10_000
        request.proxy = ""
        return request
    }

    private static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    @Test func keepsAConnectionUntilTheLastTime() async throws {
        try await RawServer.run([Self.answer], then: .keepOpen) { server in
            try await ask { asker, words in
                await asker.add(request(server.url, .shared))
                for (isLast, word) in [(false, "0: 200 new"), (false, "0: 200 kept"), (true, "0: 200 kept")] {
                    await asker.begin(isLast: isLast)
                    #expect(await words.next(isolation: #isolation) == word)
                }
                var closed = server.closed.makeAsyncIterator()
                await closed.next()
                await asker.begin()
                #expect(await words.next(isolation: #isolation) == "0: 200 new")
            }
        }
    }

    @Test func closesTheKeptConnectionOfWhatIsRetired() async throws {
        try await RawServer.run([Self.answer], then: .keepOpen) { server in
            try await RawServer.run([Self.answer], then: .keepOpen) { other in
                try await ask { asker, words in
                    for (index, url) in [server.url, other.url].enumerated() {
                        await asker.add(request(url, .shared))
                        await asker.begin(index)
                        #expect(await words.next(isolation: #isolation) == "\(index): 200 new")
                    }
                    await asker.retire(0)
                    var closed = server.closed.makeAsyncIterator()
                    await closed.next()
                    await asker.begin(1)
                    #expect(await words.next(isolation: #isolation) == "1: 200 kept")
                }
            }
        }
    }

    /// Two checks of one peer share a connection; whichever goes, the other is answered.
    @Test func whatIsRetiredTakesNoConnectionFromOthers() async throws {
        try await RawServer.run([Self.answer], then: .keepOpen) { server in
            try await ask { asker, words in
                for index in 0..<20 {
                    await asker.add(request(server.url, .shared))
                    await asker.begin(index)
                    if index > 0 { await asker.retire(index - 1) }
                    #expect(await words.next(isolation: #isolation)?.hasPrefix("\(index): 200") == true)
                }
            }
        }
    }

    @Test func takesANewConnectionEachTimeAndClosesIt() async throws {
        try await RawServer.run([Self.answer], then: .keepOpen) { server in
            try await ask { asker, words in
                await asker.add(request(server.url))
                var closed = server.closed.makeAsyncIterator()
                for _ in 0..<3 {
                    await asker.begin()
                    #expect(await words.next(isolation: #isolation) == "0: 200 new")
                    await closed.next()
                }
            }
        }
    }

    @Test func tellsThatThePeerClosedAKeptConnection() async throws {
        try await RawServer.run([Self.answer], then: .close) { server in
            try await ask { asker, words in
                await asker.add(request(server.url, .shared))
                for _ in 0..<3 {
                    await asker.begin()
                    #expect(await words.next(isolation: #isolation) == "0: 200 new")
                    #expect(await words.next(isolation: #isolation) == "0: lost")
                }
            }
        }
    }

    @Test(arguments: [
        (
            "HTTP/1.1 200 OK\r\n"
                + String(repeating: "X-Much: " + String(repeating: "y", count: 990) + "\r\n", count: 80), "bodyTooLarge"
        ),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok", "connectionLost"),
        ("HTTP/1.1 200 OK\r\nConte", "connectionLost"),
        ("SSH-2.0-OpenSSH\r\n", "notHTTP"), ("", "connectionLost"),
        ("HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "z", count: 100_000), "200 new"),
    ])
    func tellsBadAnswersApart(answer: String, word: String) async throws {
        try await RawServer.run([answer], then: .close) { server in
            try await ask { asker, words in
                await asker.add(request(server.url))
                await asker.begin()
                #expect(await words.next(isolation: #isolation) == "0: \(word)")
            }
        }
    }

    @Test(arguments: ["", "HTTP/1.1 200 OK\r\nConte", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok"])
    func anAnswerThatStallsIsNone(answer: String) async throws {
        try await RawServer.run([answer], then: .keepOpen) { server in
            try await ask { asker, words in
                var request = request(server.url)
                request.timeout = .milliseconds(100)
                await asker.add(request)
                await asker.begin()
                #expect(await words.next(isolation: #isolation) == "0: timedOut")
            }
        }
    }

    /// The application would hear of the connection by accepting it.
    @Test func connectsWithoutHTTPAndUnheardByTheApplication() async throws {
        let listener = try Listener(backlog: 16)
        defer { listener.close() }
        try await ask { asker, words in
            for port in [listener.port, 1] {
                let address = try #require(SocketAddress(host: "127.0.0.1", port: port))
                await asker.add(.connection(address, timeout: .seconds(60)))
            }
            for _ in 0..<2 {
                await asker.begin(0)
                #expect(await words.next(isolation: #isolation) == "0: 0 new")
                #expect(!listener.accepts)
                await asker.begin(1)
                #expect(await words.next(isolation: #isolation) == "1: refused")
            }
        }
        let plain = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { Glibc.close(plain) }
        #expect(try #require(SocketAddress(host: "127.0.0.1", port: listener.port)).connect(plain) == 0)
        #expect(listener.accepts)
    }

    /// The backlog of a listener that nobody accepts from is full after a few connections; the next one hears nothing.
    @Test func aConnectionThatDoesNotComeAboutTimesOut() async throws {
        try await ask { asker, words in
            let listener = try Listener(backlog: 0)
            defer { listener.close() }
            let peer = try #require(SocketAddress(host: "127.0.0.1", port: listener.port))
            let fillers = (0..<4).map { _ in
                socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
            }
            defer { for filler in fillers { close(filler) } }
            for filler in fillers { _ = peer.connect(filler) }
            await asker.add(.connection(peer, timeout: .milliseconds(100)))
            await asker.begin()
            #expect(await words.next(isolation: #isolation) == "0: timedOut")
        }
    }

    /// The kernel asks a full backlog again after a second, when there is room: not at the first look.
    @Test func aConnectionThatTakesItsTimeIsToldOf() async throws {
        try await ask { asker, words in
            let listener = try Listener(backlog: 0)
            defer { listener.close() }
            let peer = try #require(SocketAddress(host: "127.0.0.1", port: listener.port))
            let fillers = (0..<4).map { _ in
                socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
            }
            for filler in fillers { _ = peer.connect(filler) }
            await asker.add(.connection(peer, timeout: .seconds(60)))
            await asker.begin()
            for filler in fillers { close(filler) }
            while listener.accepts {}
            #expect(await words.next(isolation: #isolation) == "0: 0 new")
        }
    }

    /// Sockets that have connected are used again, for as many checks as there are; a refused one is closed.
    @Test func usesSocketsAgainAndKeepsNoneWithoutChecks() async throws {
        let listener = try Listener(backlog: 16)
        defer { listener.close() }
        try await ask { asker, words in
            for port in [listener.port, 1, listener.port, listener.port] {
                let address = try #require(SocketAddress(host: "127.0.0.1", port: port))
                await asker.add(.connection(address, timeout: .seconds(60)))
            }
            for (index, word) in [(0, "0 new"), (1, "refused"), (2, "0 new"), (1, "refused"), (0, "0 new")] {
                await asker.begin(index)
                #expect(await words.next(isolation: #isolation) == "\(index): \(word)")
                #expect(!listener.accepts)
            }
            #expect(await asker.socketCount <= 1)
            for index in 0..<4 { await asker.retire(index) }
            #expect(await asker.socketCount == 0)
        }
    }

    /// What connects takes idle sockets' places if there may be no more.
    @Test func givesIdleSocketsUpForOthers() async throws {
        let listener = try Listener(backlog: 16)
        defer { listener.close() }
        try await RawServer.run([Self.answer], then: .keepOpen) { server in
            try await ask { asker, words in
                await asker.limit(to: 8)
                let address = try #require(SocketAddress(host: "127.0.0.1", port: listener.port))
                await asker.add(.connection(address, timeout: .seconds(60)))
                await asker.begin()
                #expect(await words.next(isolation: #isolation) == "0: 0 new")
                await asker.limit(to: 1)
                await asker.add(request(server.url))
                await asker.begin(1)
                #expect(await words.next(isolation: #isolation) == "1: 200 new")
                await asker.begin()
                #expect(await words.next(isolation: #isolation) == "0: 0 new")
            }
        }
    }

    @Test func whatIsRetiredIsNotHeardOf() async throws {
        try await RawServer.run([Self.answer], then: .keepOpen) { server in
            try await RawServer.run([], then: .keepOpen) { silent in
                try await ask { asker, words in
                    await asker.add(request(silent.url))
                    await asker.add(request(server.url))
                    await asker.begin(0)
                    await asker.retire(0)
                    await asker.begin(1)
                    #expect(await words.next(isolation: #isolation) == "1: 200 new")
                }
            }
        }
    }

    @Test func readsAddressesAndNoNames() {
        #expect(SocketAddress(host: "10.0.0.1", port: 80)?.family == AF_INET)
        #expect(SocketAddress(host: "fd00::1", port: 80)?.family == AF_INET6)
        #expect(SocketAddress(host: "::ffff:10.0.0.1", port: 80)?.family == AF_INET, "it is reached by IPv4")
        #expect(SocketAddress(host: "::ffff:0:10.0.0.1", port: 80)?.family == AF_INET6)
        #expect(SocketAddress(host: "::ffff:10.0.0.1.", port: 80) == nil)
        #expect(SocketAddress(host: "db.example", port: 80) == nil)
        #expect(SocketAddress(host: "10.0.0.1", port: 80) != SocketAddress(host: "10.0.0.1", port: 81))
    }
}
