import FailoverCore
import Foundation
import Patterns
import Sandbox
import StandbyConfiguration
import Subprocess
import SystemPackage
import Testing
import Transport

@testable import Probing

/// HTTPS against OpenSSL's own server.
@Suite(.timeLimit(.minutes(5))) struct HTTPSProbeTests {
    /// A server, and the file of the authority that signed its certificate.
    private struct Server {
        var port: Int
        var authority: String
    }

    private func withServer(
        validity: ClosedRange<Date> = Date() - 3600...Date() + 3600,
        _ body: @Sendable @escaping (Server) async throws -> Void
    ) async throws {
        let certificates = try Certificates(validity: validity)
        let folder = FileManager.default.temporaryDirectory.appending(path: "https-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = [
            "authority": certificates.authority, "certificate": certificates.serverCertificate,
            "key": certificates.serverKey,
        ]
        for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
        let path = { (name: String) in folder.appending(path: name).path(percentEncoded: false) }
        _ = try await Subprocess.run(
            .name("openssl"),
            arguments: [
                "s_server", "-accept", "127.0.0.1:0", "-www", "-cert", path("certificate"), "-key", path("key"),
            ],
            input: .none,
            output: .sequence,
            error: .discarded
        ) { execution in
            var text = ""
            var port: Int?
            for try await buffer in execution.standardOutput {
                text += unsafe buffer.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
                port = text.firstMatch(of: /ACCEPT 127\.0\.0\.1:([0-9]+)\n/).flatMap { Int($0.1) }
                if port != nil { break }
            }
            defer { try? execution.send(signal: .kill) }
            try await body(Server(port: try #require(port, "\(text)"), authority: path("authority")))
        }
    }

    private func target(_ server: Server, _ change: (inout HTTPProbe) -> Void) -> ProbeTarget {
        var probe = HTTPProbe(port: .number(server.port))
        probe.scheme = .https
        change(&probe)
        return .sample(.httpGet(probe)) {
            $0.period = .milliseconds(100)
            $0.fastPeriod = .milliseconds(100)
            $0.timeout = .seconds(20)
        }
    }

    private func transcript(_ server: Server, _ tls: HTTPProbe.TLS) async -> ProbeOnce.Transcript {
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        return await ProbeOnce(target(server) { $0.tls = tls }, on: loop).run()
    }

    private func tls(verified: Bool = true, authority: String? = nil, name: String? = nil) -> HTTPProbe.TLS {
        var tls = HTTPProbe.TLS()
        tls.isVerified = verified
        tls.caFile = authority
        tls.serverName = name
        return tls
    }

    @Test func asksEverybodyUnlessItIsToVerify() async throws {
        try await withServer { server in
            #expect(await transcript(server, tls(verified: false)).detail == "HTTP 200")
            #expect(await transcript(server, tls(authority: server.authority)).detail == "HTTP 200")
            #expect(await transcript(server, tls(authority: server.authority, name: "localhost")).detail == "HTTP 200")
        }
    }

    @Test func tellsWhatIsWrongWithACertificate() async throws {
        try await withServer { server in
            let stranger = await transcript(server, tls())
            #expect(
                stranger.verdict == .failure && stranger.detail.hasPrefix("certificate not trusted"),
                "\(stranger.detail)"
            )
            let other = await transcript(server, tls(authority: server.authority, name: "elsewhere.example"))
            #expect(
                other.verdict == .failure && other.detail.hasPrefix("certificate of another host"),
                "\(other.detail)"
            )
        }
        try await withServer(validity: Date() - 7200...Date() - 3600) { server in
            let expired = await transcript(server, tls(authority: server.authority))
            #expect(
                expired.verdict == .failure && expired.detail.hasPrefix("certificate not valid today"),
                "\(expired.detail)"
            )
            #expect(await transcript(server, tls(verified: false)).detail == "HTTP 200")
        }
    }

    /// The server's page tells whether the session is a resumed one.
    @Test func resumesItsSession() async throws {
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        let engine = ProbeEngine(loop: loop)
        try await withServer { server in
            let (reports, input) = AsyncStream.makeStream(of: ProbeReport.self)
            let resumed = target(server) { $0.expectedBody = try? Pattern("Reused, TLSv1.3") }
            await engine.setTargets([resumed], of: "g") { input.yield($0) }
            var details: [String] = []
            for await report in reports {
                if details.last != report.detail { details.append(report.detail) }
                if report.health == .healthy { break }
            }
            #expect(details == ["HTTP 200, body does not match", "HTTP 200"])
            await engine.remove(group: "g")
        }
    }
}
