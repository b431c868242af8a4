import Glibc
import Testing

@testable import Transport

/// Checks that only connect: no HTTP, unheard by the application, sockets used again.
@Suite(.timeLimit(.minutes(5))) struct ConnectionCheckTests {
    /// A listener that nobody accepts from, its backlog full after a few connections, and the sockets that fill it.
    private static func fullListener() throws -> (listener: Listener, peer: SocketAddress, fillers: [Int32]) {
        let listener = try Listener(backlog: 0)
        let peer = try #require(SocketAddress(host: "127.0.0.1", port: listener.port))
        let fillers = (0..<4).map { _ in
            socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        }
        for filler in fillers { _ = peer.connect(filler) }
        return (listener, peer, fillers)
    }

    /// The application would hear of the connection by accepting it.
    @Test func connectsWithoutHTTPAndUnheardByTheApplication() async throws {
        let listener = try Listener(backlog: 16)
        defer { listener.close() }
        try await CheckAsker.run { asker, words in
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
        try await CheckAsker.run { asker, words in
            let (listener, peer, fillers) = try Self.fullListener()
            defer { listener.close() }
            defer { for filler in fillers { close(filler) } }
            await asker.add(.connection(peer, timeout: .milliseconds(100)))
            await asker.begin()
            #expect(await words.next(isolation: #isolation) == "0: timedOut")
        }
    }

    /// The kernel asks a full backlog again after a second, when there is room: not at the first look.
    @Test func aConnectionThatTakesItsTimeIsToldOf() async throws {
        try await CheckAsker.run { asker, words in
            let (listener, peer, fillers) = try Self.fullListener()
            defer { listener.close() }
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
        try await CheckAsker.run { asker, words in
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
        try await RawServer.run(["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"], then: .keepOpen) { server in
            try await CheckAsker.run { asker, words in
                await asker.limit(to: 8)
                let address = try #require(SocketAddress(host: "127.0.0.1", port: listener.port))
                await asker.add(.connection(address, timeout: .seconds(60)))
                await asker.begin()
                #expect(await words.next(isolation: #isolation) == "0: 0 new")
                await asker.limit(to: 1)
                await asker.add(CheckAsker.request(server.url))
                await asker.begin(1)
                #expect(await words.next(isolation: #isolation) == "1: 200 new")
                await asker.begin()
                #expect(await words.next(isolation: #isolation) == "0: 0 new")
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
