import Foundation
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
        ("echo nonsense", "credential plugin \"/bin/sh\""), ("exit 3", "exit code 3"),
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
