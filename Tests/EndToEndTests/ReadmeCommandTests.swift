import Foundation
import TestedCluster
import Testing

extension EndToEndTests {
    /// The commands of the README, read out of it and run as they stand there.
    @Suite struct ReadmeCommandTests {
        private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        private static let hasPrograms = ShellRun.works("command -v kubectl && command -v helm && command -v curl")

        /// What is tried elsewhere, or cannot be tried here.
        private static let untried = [
            "make demo": "CI runs it", "make test": "runs this test", "docker build": "there is no Docker here",
            "helm install": "make chart does it",
        ]

        /// Indented lines that begin with a program.
        private static func commands() throws -> [String] {
            let programs = ["kube-standby", "kubectl", "helm", "curl", "docker", "make"]
            return try lines().filter { $0.hasPrefix("    ") }.compactMap { line in
                let words = line.drop { $0 == " " || $0 == "$" }.split(separator: " ")
                guard let program = words.first, programs.contains(String(program)) else { return nil }
                return words.prefix { $0 != "#" }.joined(separator: " ")
            }
        }

        private static func lines() throws -> [Substring] {
            try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
                .split(separator: "\n", omittingEmptySubsequences: false)
        }

        /// The indented block that begins with this line.
        private static func block(from first: String) throws -> String {
            let block = try lines().drop { $0 != "    " + first }.prefix { $0.hasPrefix("    ") }
            try #require(!block.isEmpty, "the README has no block that begins with \(first)")
            return block.map { $0.dropFirst(4) + "\n" }.joined()
        }

        /// Removes the command that begins with `beginning` from those that are left.
        private static func take(_ beginning: String, from commands: inout [String]) throws -> String {
            let index = try #require(commands.firstIndex { $0.hasPrefix(beginning) }, "the README lacks \(beginning)")
            return commands.remove(at: index)
        }

        /// A folder with the files that the README speaks of, and the binary under its name.
        private static func withFolder(_ body: @Sendable (String) async throws -> Void) async throws {
            let folder = FileManager.default.temporaryDirectory.appending(path: "readme-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let path = folder.path(percentEncoded: false)
            try FileManager.default.createSymbolicLink(
                atPath: path + "/kube-standby",
                withDestinationPath: SupervisorProcess.binary
            )
            try Data(try block(from: "image: { repository: registry.example.com/kube-standby }").utf8)
                .write(to: folder.appending(path: "my-values.yaml"))
            try Data(try block(from: "apiVersion: kube-standby.io/v1").utf8)
                .write(to: folder.appending(path: "config.yaml"))
            try await body(path)
        }

        /// Runs a command in a shell at the top of the repository.
        private static func run(_ command: String, in folder: String) async throws -> ShellRun.Outcome {
            let paths = ["my-values.yaml", " config.yaml"].reduce(command) { text, name in
                let file = name.drop { $0 == " " }
                return text.replacing(name, with: name.prefix(name.count - file.count) + "\(folder)/\(file)")
            }
            return try await ShellRun.run(
                "cd '\(root.path(percentEncoded: false))' && PATH='\(folder)':\"$PATH\" && \(paths)",
                environment: ["KUBECONFIG": folder + "/kubeconfig", "KUBECACHEDIR": folder + "/cache"]
            )
        }

        /// The words after the program, with paths that hold wherever the test runs.
        private static func arguments(_ command: String) -> [String] {
            command.split(separator: " ").dropFirst().map { word in
                word.hasPrefix("examples/")
                    ? root.appending(path: String(word)).path(percentEncoded: false) : String(word)
            }
        }

        @Test(.enabled(if: hasPrograms, "needs curl, and kubectl and helm, which make test fetches"))
        func everyCommandDoesWhatItSays() async throws {
            var commands = try Self.commands()
            for (beginning, _) in Self.untried { _ = try Self.take(beginning, from: &commands) }
            let sandbox = try Self.take("kube-standby sandbox", from: &commands)
            let supervisor = try Self.take("kube-standby run", from: &commands)
            let rest = commands
            try await Self.withFolder { folder in
                let arguments = Self.arguments(sandbox) + ["--kubeconfig", folder + "/kubeconfig"]
                _ = try await SupervisorProcess.run(arguments) { process in
                    let invitation = await process.log.wait(for: "curl -X POST", "/pods/")
                    let address = try #require(invitation?.split(separator: " ").last?.split(separator: "/pods/").first)
                    let environment = ["KUBECONFIG": folder + "/kubeconfig"]
                    let running = try Self.withPatience(Self.arguments(supervisor), in: folder)
                    _ = try await SupervisorProcess.run(running, environment: environment) { process in
                        _ = await process.log.wait(for: "move complete", "to=helloworld-statefulset-0")
                        _ = await process.log.wait(for: "member.name=helloworld-statefulset-1", "healthy")
                        try await Self.tryAll(rest, at: String(address), in: folder, process.log)
                    }
                }
            }
        }

        /// The arguments of `run` with a copy of the file, whose probes wait longer for an answer than a busy machine needs.
        private static func withPatience(_ arguments: [String], in folder: String) throws -> [String] {
            let file = try #require(arguments.first { $0.hasSuffix("examples/helloworld/config.yaml") })
            let text = try String(contentsOfFile: file, encoding: .utf8)
            let patient = text.replacing(
                "      periodSeconds: 2\n",
                with: "      periodSeconds: 2\n      timeoutSeconds: 1.9\n"
            )
            #expect(patient != text)
            let copy = folder + "/patient.yaml"
            try Data(patient.utf8).write(to: URL(filePath: copy))
            return arguments.map { $0 == file ? copy : $0 }
        }

        private static func tryAll(
            _ all: [String],
            at address: String,
            in folder: String,
            _ log: ProcessLog
        ) async throws {
            var commands = all
            let watch = try take("kubectl get pods", from: &commands).replacing(" --watch", with: "")
            let pods = try await run(watch, in: folder)
            #expect(pods.output.contains("active") && pods.output.contains("passive"), "\(pods)")
            let moved = try await run(try take("kube-standby switchover", from: &commands), in: folder)
            #expect(moved.code == 0 && moved.output.contains("moved from helloworld-statefulset-0"), "\(moved)")
            // Back, so that the pod that is broken next is the active one.
            #expect(try await run("kube-standby switchover helloworld", in: folder).code == 0)
            let curl = try take("curl -X POST localhost:PORT", from: &commands)
            let breaks = try await run(curl.replacing("localhost:PORT", with: address), in: folder)
            #expect(breaks.code == 0, "\(breaks)")
            #expect(await log.wait(for: "move complete", "the active pod is unhealthy") != nil)
            let rendered = try await run(try take("helm template", from: &commands), in: folder)
            #expect(rendered.code == 0 && rendered.output.contains("valid"), "\(rendered)")
            let checked = try await run(try take("kube-standby validate --cluster", from: &commands), in: folder)
            // Nobody has granted that ServiceAccount anything here.
            #expect(checked.code == 1 && checked.errors.contains("this rule grants it"), "\(checked)")
            for (beginning, word) in [("kubectl apply", "configured"), ("kubectl create role", "created")] {
                let done = try await run(try take(beginning, from: &commands), in: folder)
                #expect(done.code == 0 && done.output.contains(word), "\(done)")
            }
            #expect(commands.isEmpty, "nobody tries \(commands)")
        }
    }
}
