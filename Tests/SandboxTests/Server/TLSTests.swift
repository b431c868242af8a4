import Sandbox
import Testing

@testable import Transport

@Suite(.timeLimit(.minutes(5))) struct TLSTests {
    private func request(_ sandbox: Sandbox, host: String = "127.0.0.1") async -> HTTPRequest {
        var request = HTTPRequest("GET", "https://\(host):\(await sandbox.server.port)/version")
        request.tls.authority = .pem(Array(sandbox.authority.utf8))
        request.version = .http2
        request.timeout = .seconds(60)
        return request
    }

    private func outcome(_ loop: EventLoop, _ request: HTTPRequest) async -> String {
        do throws(TransportError) {
            return "\(try await loop.response(to: request).head.status)"
        } catch {
            return "\(error.kind)"
        }
    }

    @Test func verifiesTheServerUnlessToldNotTo() async throws {
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        try await Sandbox.run { sandbox in
            var request = await request(sandbox)
            #expect(await outcome(loop, request) == "200")
            request.tls.authority = .system
            #expect(await outcome(loop, request) == "untrusted")
            request.tls.verifiesServer = false
            #expect(await outcome(loop, request) == "200")
        }
    }

    @Test func verifiesTheNameThatItIsToldInsteadOfTheHost() async throws {
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        try await Sandbox.run { sandbox in
            var request = await request(sandbox)
            request.tls.serverName = "localhost"
            #expect(await outcome(loop, request) == "200")
            request.tls.serverName = "elsewhere.example"
            #expect(await outcome(loop, request) == "otherHost")
        }
    }

    @Test func sharesOneConnectionAmongManyRequests() async throws {
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        try await Sandbox.run { sandbox in
            let request = await request(sandbox)
            let fresh = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<20 { group.addTask { try await loop.response(to: request).usedNewConnection } }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(fresh == 1)
        }
    }

    @Test func refusesAnUnusableAuthority() async throws {
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        try await Sandbox.run { sandbox in
            var request = await request(sandbox)
            request.tls.authority = .file("/no/such/file.pem")
            #expect(await outcome(loop, request) == "badRequest")
        }
    }
}
