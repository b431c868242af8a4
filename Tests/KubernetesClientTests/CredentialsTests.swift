import Coordination
import Foundation
import Sandbox
import Testing
import Transport

@testable import KubernetesClient

@Suite(.timeLimit(.minutes(5))) struct CredentialsTests {
    private let cluster = ClusterConnection.Cluster(server: "https://h")

    private func headers(_ credential: Credential, _ cluster: ClusterConnection.Cluster? = nil) async throws -> [String]
    {
        let credentials = Credentials(credential, cluster: cluster ?? self.cluster, logger: ClientStage.logger)
        return try await credentials.current().headers.map { "\($0.name): \($0.value)" }
    }

    /// A plugin that runs a shell script.
    private func plugin(_ script: String) -> ExecCredentialPlugin {
        ExecCredentialPlugin(
            apiVersion: "client.authentication.k8s.io/v1",
            command: "/bin/sh",
            arguments: ["-c", script]
        )
    }

    @Test func sendsEachKindOfProof() async throws {
        #expect(try await headers(Credential(token: .inline("t"))) == ["Authorization: Bearer t"])
        var basic = Credential()
        basic.basic = .init(username: "u", password: "p")
        #expect(try await headers(basic) == ["Authorization: Basic dTpw"])
        var impersonating = Credential(token: .inline("t"))
        impersonating.impersonation = .init(user: "x", groups: ["g", "h"], extra: ["k": ["v"]])
        #expect(
            try await headers(impersonating).dropFirst() == [
                "Impersonate-User: x", "Impersonate-Group: g", "Impersonate-Group: h", "Impersonate-Extra-k: v",
            ]
        )
    }

    @Test func sendsNothingOverPlainHTTP() async throws {
        #expect(try await headers(Credential(token: .inline("t")), .init(server: "http://h")).isEmpty)
    }

    @Test func readsARotatedTokenAgainAfterARejection() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: file) }
        try Data("one\n".utf8).write(to: file)
        let path = file.path(percentEncoded: false)
        let credentials = Credentials(Credential(token: .file(path)), cluster: cluster, logger: ClientStage.logger)
        let token = { @Sendable in try await credentials.current().headers.first?.value }
        #expect(try await token() == "Bearer one")
        try Data("two\n".utf8).write(to: file)
        #expect(try await token() == "Bearer one")
        await credentials.rejected()
        #expect(try await token() == "Bearer two")
        try FileManager.default.removeItem(at: file)
        await credentials.rejected()
        #expect(try await token() == "Bearer two")
    }

    /// A folder that goes away afterwards.
    private func withFolder(_ body: (URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let result: Result<Void, any Error>
        do { result = .success(try await body(folder)) } catch { result = .failure(error) }
        try FileManager.default.removeItem(at: folder)
        try result.get()
    }

    /// Certificate and key are two files: whoever reads between the two replacements must not keep what it read.
    @Test func aPairReadInMidRotationIsNotUsed() async throws {
        let (old, new) = (try Certificates(), try Certificates())
        try await withFolder { folder in
            let (certificate, key) = (folder.appending(path: "tls.crt"), folder.appending(path: "tls.key"))
            func write(_ text: String, _ file: URL) throws { try Data(text.utf8).write(to: file) }
            let paths = [certificate, key].map { Secret.file($0.path(percentEncoded: false)) }
            var credential = Credential()
            credential.certificate = .init(certificate: paths[0], key: paths[1])
            let (start, passed) = (ContinuousClock.now, Locked(Duration.zero))
            let credentials = Credentials(credential, cluster: cluster, logger: ClientStage.logger) {
                start + passed.withLock { $0 }
            }
            func second() { passed.withLock { $0 += .seconds(1) } }
            func used() async throws -> String {
                String(decoding: try await credentials.current().identity?.certificate ?? [], as: UTF8.self)
            }
            try write(new.serverCertificate, certificate)
            try write(old.serverKey, key)
            await #expect(throws: CredentialError.self) { try await used() }
            try write(old.serverCertificate, certificate)
            #expect(try await used() == old.serverCertificate)
            // Half of the new pair, then half of its key, then all of it.
            try write(new.serverCertificate, certificate)
            second()
            await credentials.distrusted()
            #expect(try await used() == old.serverCertificate)
            try write(String(new.serverKey.prefix(100)), key)
            second()
            #expect(try await used() == old.serverCertificate)
            try write(new.serverKey, key)
            second()
            #expect(try await used() == new.serverCertificate)
        }
    }

    @Test func anAuthorityThatIsHalfWrittenLeavesTheLastOne() async throws {
        let (old, new) = (try Certificates().authority, try Certificates().authority)
        try await withFolder { folder in
            let file = folder.appending(path: "ca.crt")
            func write(_ text: String) throws { try Data(text.utf8).write(to: file) }
            let cluster = ClusterConnection.Cluster(
                server: "https://h",
                authority: .file(file.path(percentEncoded: false))
            )
            let credentials = Credentials(Credential(), cluster: cluster, logger: ClientStage.logger)
            func used() async throws -> TLSConfiguration.Authority { try await credentials.tls(nil).authority }
            try write(String(old.prefix(200)))
            await #expect(throws: CredentialError.self) { try await used() }
            try write(old)
            #expect(try await used() == .pem(Array(old.utf8)))
            for broken in ["", String(new.prefix(200)), old + String(new.prefix(200))] {
                try write(broken)
                #expect(try await used() == .pem(Array(old.utf8)))
            }
            try write(new)
            #expect(try await used() == .pem(Array(new.utf8)))
            try FileManager.default.removeItem(at: file)
            #expect(try await used() == .pem(Array(new.utf8)))
        }
    }

    @Test func aTokenFileThatCannotBeReadLeavesTheTokenBesideIt() async throws {
        try await withFolder { folder in
            let path = folder.appending(path: "token").path(percentEncoded: false)
            let credential = Credential(token: .file(path, otherwise: "beside"))
            #expect(try await headers(credential) == ["Authorization: Bearer beside"])
            try Data("\n".utf8).write(to: URL(filePath: path))
            #expect(try await headers(credential) == ["Authorization: Bearer beside"])
            try Data("inside\n".utf8).write(to: URL(filePath: path))
            #expect(try await headers(credential) == ["Authorization: Bearer inside"])
            let alone = Credential(token: .file(path + "x"))
            await #expect(throws: CredentialError.self) { try await headers(alone) }
        }
    }

    /// Whatever comes after a line break would be another header.
    @Test func aTokenWithALineBreakIsRefusedAndNotRepeated() async throws {
        try await withFolder { folder in
            let path = folder.appending(path: "token").path(percentEncoded: false)
            try Data("secret\r\nX-Other: 1\n".utf8).write(to: URL(filePath: path))
            await #expect {
                try await headers(Credential(token: .file(path)))
            } throws: {
                "\($0)" == "\(path): cannot be read: the token holds a control character, like a line break"
            }
            let beside = Credential(token: .file(path, otherwise: "beside"))
            #expect(try await headers(beside) == ["Authorization: Bearer beside"])
        }
        let answer =
            "{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"status\":{\"token\":\"secret\\r\\nX: 1\"}}"
        guard case .failure(let error) = await plugin("cat <<'E'\n\(answer)\nE").run(for: cluster) else {
            Issue.record("the plugin succeeded")
            return
        }
        #expect("\(error)".hasSuffix("answered a token that holds a control character, like a line break"))
        #expect(!"\(error)".contains("secret"))
    }

    @Test func aNameThatNoHeaderCanHaveIsEncoded() async throws {
        var impersonating = Credential()
        impersonating.impersonation = .init(user: "x", extra: ["a/b\r\nc%:": ["v"]])
        #expect(try await headers(impersonating).last == "Impersonate-Extra-a%2Fb%0D%0Ac%25%3A: v")
    }

    /// The last words tell why; the first megabyte does not.
    @Test func repeatsTheEndOfWhatAPluginSaysOnly() async throws {
        let flood = plugin("head -c 3000000 /dev/zero | tr '\\0' x >&2; echo the cause >&2; exit 1")
        guard case .failure(let error) = await flood.run(for: cluster) else {
            Issue.record("the plugin succeeded")
            return
        }
        #expect("\(error)".utf8.count < 1200 && "\(error)".hasSuffix("xthe cause"))
        let secret = plugin("echo '{\"token\": \"secret'; head -c 2000000 /dev/zero")
        guard case .failure(let error) = await secret.run(for: cluster) else {
            Issue.record("the plugin succeeded")
            return
        }
        #expect("\(error)".utf8.count < 200 && !"\(error)".contains("secret"))
    }

    @Test func runsAPluginOnceUntilItsAnswerExpires() async throws {
        let counter = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path(
            percentEncoded: false
        )
        defer { try? FileManager.default.removeItem(atPath: counter) }
        var credential = Credential()
        credential.plugin = plugin(
            "echo run >> \(counter); echo '{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"status\":{\"token\":\"t\"}}'"
        )
        let credentials = Credentials(credential, cluster: cluster, logger: ClientStage.logger)
        for _ in 0..<3 { #expect(try await credentials.current().headers.first?.value == "Bearer t") }
        #expect(try String(contentsOfFile: counter, encoding: .utf8) == "run\n")
        await credentials.rejected()
        _ = try await credentials.current()
        #expect(try String(contentsOfFile: counter, encoding: .utf8) == "run\nrun\n")
    }

    @Test(arguments: [
        ("echo nonsense", "credential plugin \"/bin/sh\": its output is no ExecCredential"), ("exit 3", "exit code 3"),
        ("echo no >&2; exit 1", "exit code 1: no"),
        ("echo '{\"apiVersion\":\"v9\",\"kind\":\"ExecCredential\"}'", "answered v9 ExecCredential"),
        (
            "echo '{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"status\":{}}'",
            "neither a token nor a certificate"
        ),
    ])
    func saysWhatIsWrongWithAPlugin(script: String, message: String) async throws {
        guard case .failure(let error) = await plugin(script).run(for: cluster) else {
            Issue.record("the plugin succeeded")
            return
        }
        #expect("\(error)".contains(message), "\(error)")
    }

    @Test func tellsAPluginOfTheCall() async throws {
        var plugin = plugin(
            "printf '{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"status\":{\"token\":\"%s\"}}' \"$(echo $KUBERNETES_EXEC_INFO | base64 -w0)\""
        )
        plugin.providesClusterInfo = true
        let answer = try await plugin.run(for: cluster).get()
        let info = String(decoding: Data(base64Encoded: answer.token ?? "") ?? Data(), as: UTF8.self)
        #expect(info.contains("\"interactive\":false") && info.contains("\"server\":\"https:\\/\\/h\""))
    }
}
