import Foundation
import Glibc
import Sandbox
import TestedCluster
import Testing
import Transport

@testable import kube_standby

extension EndToEndTests {
    /// `kube-standby sandbox`, as a user starts it.
    @Suite struct SandboxCommandTests {
        private func withFolder(_ body: @Sendable (URL) async throws -> Void) async throws {
            let folder = FileManager.default.temporaryDirectory.appending(path: "sandbox-test-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            try await body(folder)
        }

        private static func path(_ url: URL) -> String { url.path(percentEncoded: false) }

        @Test func runsWithManifestsAKubeconfigAndAnAdminEndpoint() async throws {
            let examples = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appending(path: "examples/helloworld")
            try await withFolder { folder in
                let kubeconfig = folder.appending(path: "kubeconfig")
                let arguments = [
                    "sandbox", "--manifests", Self.path(examples), "--kubeconfig", Self.path(kubeconfig),
                ]
                let (_, code) = try await SupervisorProcess.run(arguments) { process in
                    let skipped = await process.log.wait(for: "skipped in config.yaml: StandbyConfiguration")
                    let invitation = await process.log.wait(for: "curl -X POST", "/pods/")
                    #expect(skipped != nil)
                    // The manifests are applied: what is left to be tried is the supervisor.
                    let lines = await process.log.lines
                    #expect(lines.contains("  kube-standby run --config FILE --listen off"))
                    #expect(!lines.contains { $0.contains("kubectl apply") })
                    let permissions = try FileManager.default.attributesOfItem(atPath: Self.path(kubeconfig))
                    #expect(permissions[.posixPermissions] as? Int == 0o600)
                    let parameters = TestedCluster.Parameters(environment: [
                        "KUBE_STANDBY_TEST_KUBECONFIG": Self.path(kubeconfig)
                    ])
                    let admin = try #require(invitation?.split(separator: " ").last?.split(separator: "/pods/").first)
                    try await TestedCluster.run(parameters) { cluster in
                        try await cluster.retry(for: "the example's pods") {
                            let pods = try await cluster.speaker.ask("GET", "/api/v1/namespaces/default/pods").body
                            return pods["items"].array?.count { PodStatus.isReady($0) } == 4
                        }
                        var request = HTTPRequest("POST", "\(admin)/pods/default/helloworld-statefulset-0/hanging")
                        request.body = []
                        request.timeout = .seconds(60)
                        let answer = try await cluster.loop.response(to: request)
                        #expect(answer.head.status == 200)
                    }
                }
                #expect(code == 0)
                #expect(!FileManager.default.fileExists(atPath: Self.path(kubeconfig)), "nothing is left")
            }
        }

        @Test(arguments: [Array("apiVersion: v1\nkind: Config\n".utf8), [0xFF, 0xFE, 0x00], []])
        func neverOverwritesAFileOfSomebodyElse(content: [UInt8]) async throws {
            try await withFolder { folder in
                let file = folder.appending(path: "config")
                try Data(content).write(to: file)
                let (text, code) = try await SupervisorProcess.finish(["sandbox", "--kubeconfig", Self.path(file)])
                #expect(
                    code == 2 && text.contains("exists and is not a sandbox's; give another --kubeconfig"),
                    "\(text)"
                )
                #expect(try Data(contentsOf: file) == Data(content))
            }
        }

        @Test func saysWhichManifestIsWrong() async throws {
            try await withFolder { folder in
                let bad = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 0}]}\n"
                try Data(bad.utf8).write(to: folder.appending(path: "web.yaml"))
                let (text, code) = try await SupervisorProcess.finish(["sandbox", "--manifests", Self.path(folder)])
                #expect(code == 2, "\(text)")
                #expect(
                    text.contains("web.yaml: Service \"web\" is invalid: spec.ports[0].port: Invalid value: 0"),
                    "\(text)"
                )
            }
        }

        @Test func saysWhyAFolderHoldsNoManifests() async throws {
            try await withFolder { folder in
                let path = Self.path(folder)
                let file = folder.appending(path: "text")
                try Data().write(to: file)
                let reasons = [
                    (Self.path(folder.appending(path: "none")), "there is no such folder"),
                    (Self.path(file), "it is no folder"),
                    (path, "the folder holds no *.yaml, *.yml or *.json file"),
                ]
                for (folder, reason) in reasons {
                    let (text, code) = try await SupervisorProcess.finish(["sandbox", "--manifests", folder])
                    #expect(code == 2 && text == "kube-standby sandbox: \(folder): \(reason)")
                }
            }
        }

        @Test(arguments: [("--port", "the API server"), ("--admin-port", "the admin endpoint")])
        func namesTheAddressThatIsTaken(option: String, server: String) async throws {
            try await Stage.run { stage in
                let port = await stage.sandbox.server.port
                let (text, code) = try await SupervisorProcess.finish(["sandbox", option, "\(port)"])
                let words = "\(server) cannot listen at 127.0.0.1:\(port): Address already in use"
                #expect(code == 2 && text == "kube-standby sandbox: \(words)", "\(text)")
            }
        }

        @Test func namesTheAddressThatDNSCannotHave() async throws {
            var options = Sandbox.Options()
            options.dnsPort = 0
            try await Sandbox.run(options) { sandbox in
                let port = try #require(await sandbox.dns?.port)
                let (text, code) = try await SupervisorProcess.finish(["sandbox", "--dns", "\(port)"])
                let words = "the DNS server cannot listen at 127.0.0.1:\(port): Address already in use"
                #expect(code == 2 && text == "kube-standby sandbox: \(words)", "\(text)")
            }
        }

        @Test func hasNamesTwoFamiliesAndEndpointsIfItIsAskedTo() async throws {
            try await withFolder { folder in
                let kubeconfig = Self.path(folder.appending(path: "kubeconfig"))
                let arguments = [
                    "sandbox", "--dns", "0", "--dual-stack", "--endpoints", "--kubeconfig", kubeconfig,
                ]
                let (_, code) = try await SupervisorProcess.run(arguments) { process in
                    let hint = try #require(await process.log.wait(for: "dig @127.0.0.1 -p"))
                    let port = hint.split(separator: " ").compactMap { Int($0) }.first
                    #expect((1...65_535).contains(port ?? 0), "\(hint)")
                    _ = await process.log.wait(for: "curl -X POST", "/pods/")
                    let parameters = TestedCluster.Parameters(environment: ["KUBE_STANDBY_TEST_KUBECONFIG": kubeconfig])
                    try await TestedCluster.run(parameters) { cluster in
                        let root = "/api/v1/namespaces/default"
                        let service: JSONValue = [
                            "metadata": ["name": "web"],
                            "spec": [
                                "ipFamilyPolicy": "RequireDualStack", "selector": ["app": "web"],
                                "ports": [["port": 80]],
                            ],
                        ]
                        let created = try await cluster.speaker.ask("POST", "\(root)/services", service)
                        #expect(created.code == 201 && created.body["spec"]["ipFamilies"] == ["IPv4", "IPv6"])
                        try await cluster.retry(for: "the Service's Endpoints") {
                            try await cluster.speaker.ask("GET", "\(root)/endpoints/web").code == 200
                        }
                    }
                }
                #expect(code == 0)
            }
        }

        /// A pipe that takes nothing more, with its reader.
        private static func fullPipe(at path: String) throws -> Int32 {
            try #require(unsafe mkfifo(path, 0o600) == 0)
            let pipe = unsafe open(path, O_RDWR | O_NONBLOCK)
            let bytes = [UInt8](repeating: 0x78, count: 4096)
            while unsafe Glibc.write(pipe, bytes, bytes.count) > 0 {}
            return pipe
        }

        @Test func endsWhenAskedAlthoughNobodyReadsItsOutput() async throws {
            try await withFolder { folder in
                let path = Self.path(folder.appending(path: "unread"))
                let pipe = try Self.fullPipe(at: path)
                defer { close(pipe) }
                let kubeconfig = Self.path(folder.appending(path: "kubeconfig"))
                let script = "exec \"$0\" \"$@\" >\(path)"
                let (_, code) = try await SupervisorProcess.run(
                    ["sandbox", "--kubeconfig", kubeconfig],
                    within: ["/bin/sh", "-c", script]
                ) { process in
                    try await process.until("it waits for SIGTERM") { $0.isHandling(SIGTERM) }
                }
                #expect(code == 0)
                #expect(!FileManager.default.fileExists(atPath: kubeconfig), "nothing is left")
            }
        }

        @Test func aWriterThatWaitsIsAskedWhetherItGivesUp() throws {
            let path = Self.path(FileManager.default.temporaryDirectory.appending(path: UUID().uuidString))
            defer { unsafe _ = unlink(path) }
            let pipe = try Self.fullPipe(at: path)
            defer { close(pipe) }
            let blocking = unsafe open(path, O_WRONLY)
            defer { close(blocking) }
            var asked = 0
            let outcome = DescriptorWriter.write([1, 2, 3], to: blocking) {
                asked += 1
                return asked == 2
            }
            #expect(outcome.count == 0 && outcome.failure == nil && asked == 2)
        }

        @Test(arguments: [["--port", "70000"], ["--nodes", "-1"], ["--speed", "0"], ["--admin-port", "-2"]])
        func refusesValuesThatAreOutOfBounds(option: [String]) async throws {
            // A negative number would be taken for an option.
            let joined = "\(option[0])=\(option[1])"
            let (text, code) = try await SupervisorProcess.finish(["sandbox", joined])
            #expect(code == 64 && text.contains(option[0]), "\(text)")
        }
    }
}
