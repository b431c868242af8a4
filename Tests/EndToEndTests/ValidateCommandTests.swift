import Foundation
import Sandbox
import TestedCluster
import Testing

extension EndToEndTests {
    /// `validate`, `schema` and `probe` as a user types them.
    @Suite struct ValidateCommandTests {
        private static let head = "apiVersion: kube-standby.io/v1\nkind: StandbyConfiguration\ngroups:\n"
        private static let mistake = head + "- {name: web, service: web, probe: {httpGet: {prt: 1}}}\n"

        private static func validate(_ arguments: String...) async throws -> (text: String, code: Int) {
            try await SupervisorProcess.finish(["validate"] + arguments)
        }

        @Test func printsJSON() async throws {
            struct Record: Decodable {
                var file, severity, path, message: String
                var line, column: Int
            }
            try await Stage.run { stage in
                let file = try stage.write("bad.yaml", Self.mistake)
                let (text, code) = try await Self.validate("--format", "json", file)
                #expect(code == 1)
                let records = try JSONDecoder().decode([Record].self, from: Data(text.utf8))
                #expect(records.map(\.line) == [4, 4] && records.map(\.column) == [46, 47])
                #expect(records.map(\.path) == ["groups[0].probe.httpGet", "groups[0].probe.httpGet"])
                #expect(records.first?.message == "required key \"port\" is missing")
                #expect(records.allSatisfy { $0.file == file && $0.severity == "error" })
                let good = try stage.write("good.yaml", Self.head + Manifests.group("web"))
                let valid = try await Self.validate("--format", "json", good)
                #expect(try JSONDecoder().decode([Record].self, from: Data(valid.text.utf8)).isEmpty && valid.code == 0)
            }
        }

        /// A newcomer copies it as it stands.
        @Test func theFirstFileOfTheREADMEIsNotEvenWarnedOf() async throws {
            let readme = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appending(path: "README.md")
            let sections = try String(contentsOf: readme, encoding: .utf8).split(separator: "\n## ")
            let section = try #require(sections.first { $0.hasPrefix("A first file") })
            let lines = section.split(separator: "\n", omittingEmptySubsequences: false)
            let file = lines.drop { !$0.hasPrefix("    ") }.prefix { $0.hasPrefix("    ") }.map { $0.dropFirst(4) }
            #expect(file.count > 10)
            try await Stage.run { stage in
                let path = try stage.write("first.yaml", file.joined(separator: "\n") + "\n")
                let (text, code) = try await Self.validate("--strict", path)
                #expect(code == 0 && text == "\(path): valid, 4 groups", "\(text)")
            }
        }

        @Test func printsWorkflowCommands() async throws {
            try await Stage.run { stage in
                let file = try stage.write("a,b.yaml", Self.mistake)
                let (text, code) = try await Self.validate("--format", "github", file)
                #expect(code == 1)
                let place = file.replacing(",", with: "%2C")
                #expect(text.hasPrefix("::error file=\(place),line=4,col=46::groups[0].probe.httpGet: required key"))
            }
        }

        /// Each of these would be read for ever, or not at all.
        @Test(arguments: [
            ("mkfifo", "it is a pipe and no regular file"), ("ln -s /dev/zero", "it is a device and no regular file"),
            ("ln -s loop", "Too many levels of symbolic links"),
        ]) func readsRegularFilesOnly(command: String, words: String) async throws {
            try await Stage.run { stage in
                let folder = stage.folder.appending(path: "odd")
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                let file = folder.appending(path: "loop").path(percentEncoded: false)
                let process = Process()
                process.executableURL = URL(filePath: "/usr/bin/env")
                process.arguments = command.split(separator: " ").map(String.init) + [file]
                try process.run()
                process.waitUntilExit()
                let (text, code) = try await Self.validate(file)
                #expect(code == 2 && text.contains("\(file): cannot be read: \(words)"), "\(text)")
            }
        }

        @Test func readsTheBeginningOfAHugeFileOnly() async throws {
            try await Stage.run { stage in
                let file = try stage.write("huge.yaml", "")
                let handle = try #require(FileHandle(forWritingAtPath: file))
                try handle.truncate(atOffset: 20_000_000_000)
                let (text, code) = try await Self.validate(file)
                #expect(code == 1 && text.contains("at most 16777216 are read"), "\(text)")
            }
        }

        @Test func readsFoldersAndGoesOnAfterWhatCannotBeRead() async throws {
            try await Stage.run { stage in
                let folder = stage.folder.appending(path: "conf")
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                let path = folder.path(percentEncoded: false)
                #expect(try await Self.validate(path).code == 2)
                _ = try stage.write("conf/b.yml", Self.mistake)
                _ = try stage.write("conf/a.yaml", Self.head + Manifests.group("web"))
                _ = try stage.write("conf/deployment.yaml", "apiVersion: apps/v1\nkind: Deployment\n")
                _ = try stage.write("conf/notes.txt", "no YAML: [")
                let (text, code) = try await Self.validate("/no/such", path)
                #expect(code == 2)
                #expect(text.contains("conf/a.yaml: valid, 1 groups"))
                #expect(
                    text.contains("conf/b.yml:4:47: error") && !text.contains("deployment") && !text.contains("notes")
                )
                #expect(try await Self.validate(path).code == 1)
            }
        }

        @Test func printsTheEffectiveConfiguration() async throws {
            try await Stage.run { stage in
                let text = Self.head + "- {name: web, service: web, probe: {tcpSocket: {port: 1}}}\n"
                let file = try stage.write("c.yaml", text)
                let first = try await Self.validate("--print", file)
                #expect(first.code == 0 && first.text.contains("whenNoneHealthy: KeepActive"))
                let again = try await Self.validate("--print", try stage.write("d.yaml", first.text))
                #expect(again.text == first.text)
            }
        }

        /// A ConfigMap can have any name in a file, and none may end the comment that it stands in.
        @Test func printsSeveralConfigurationsApart() async throws {
            try await Stage.run { stage in
                let text = Self.head + "- {name: web, service: web, probe: {tcpSocket: {port: 1}}}\n"
                let files = (try stage.write("c.yaml", text), try stage.write("d.yaml", text))
                let both = try await Self.validate("--print", files.0, files.1)
                #expect(both.code == 0)
                #expect(both.text.components(separatedBy: "---\n# ").count == 3, "\(both.text)")
                let data = text.replacing("\n", with: "\\n")
                let map =
                    #"{apiVersion: v1, kind: ConfigMap, metadata: {name: "x\nevil: 1"}, data: {a.yaml: "\#(data)", b.yaml: "\#(data)"}}"#
                let manifest = try stage.write("m.yaml", map)
                for flags in [["--print"], []] {
                    let printed = try await SupervisorProcess.finish(["validate"] + flags + [manifest])
                    #expect(printed.code == 0 && printed.text.contains(#"x\nevil: 1"#), "\(printed.text)")
                    #expect(!printed.text.contains("\nevil"), "\(printed.text)")
                }
            }
        }

        @Test func warnsAndFailsOnlyIfAskedTo() async throws {
            try await Stage.run { stage in
                let text =
                    Self.head
                    + "- {name: web, service: web, probe: {tcpSocket: {port: 1}, periodSeconds: 2, timeoutSeconds: 2}}\n"
                let file = try stage.write("c.yaml", text)
                #expect(try await Self.validate(file).code == 0)
                #expect(try await Self.validate("--strict", file).code == 1)
                #expect(try await Self.validate("--format", "xml", file).code == 64)
                #expect(try await Self.validate("--as", "somebody", file).code == 64)
            }
        }

        @Test func printsTheSchemaThatIsKept() async throws {
            let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent()
            let kept = try String(contentsOf: root.appending(path: "config/kube-standby.schema.json"), encoding: .utf8)
            let printed = try await SupervisorProcess.finish(["schema"]).text
            #expect(printed.trimmingCharacters(in: .newlines) == kept.trimmingCharacters(in: .newlines))
        }

        @Test func probesOnceAndPrintsTheExchange() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                await stage.sandbox.applications.set(.status(503), pod: "web-1", namespace: "default")
                await stage.sandbox.applications.set(.refusing, pod: "web-2", namespace: "default")
                let group = Manifests.group("web", probe: Manifests.patientProbe)
                let arguments = try await stage.arguments(groups: [group])
                let rest = Array(arguments[1..<5])
                let all = try await SupervisorProcess.finish(["probe", "web"] + rest)
                #expect(all.code == 1)
                #expect(all.text.contains(/web-0  127\S+  \(no role, Ready\)  success after .* ms: HTTP 200\n/))
                #expect(all.text.contains(/web-1 .*  FAILURE after .* ms: HTTP 503\n/))
                #expect(all.text.contains(/web-2 .*  FAILURE after .* ms: connection refused/))
                let one = try await SupervisorProcess.finish(["probe", "web", "web-0", "--verbose"] + rest)
                #expect(one.code == 0)
                for part in [
                    "> GET /health HTTP/1.1", "< HTTP/1.1 200", "connected to 127.", "first byte", "probe: GET http://",
                ] {
                    #expect(one.text.contains(part), "\(one.text)")
                }
                let nobody = try await SupervisorProcess.finish(["probe", "web", "web-9"] + rest)
                #expect(nobody.code == 1 && nobody.text.contains("its members are web-0, web-1, web-2"))
                let other = try await SupervisorProcess.finish(["probe", "db"] + rest)
                #expect(other.code == 1 && other.text.contains("no group \"db\"; the groups are web"))
            }
        }
    }
}
