import Foundation
import Sandbox
import TestedCluster
import Testing

extension EndToEndTests {
    /// What a terminal is shown; `script` of util-linux makes one.
    @Suite struct TerminalTests {
        /// Runs the supervisor on a terminal until it has said that it supervises, and returns what the terminal was sent.
        private static func log(_ stage: Stage, _ environment: [String: String] = [:]) async throws -> [Substring] {
            let arguments = try await stage.arguments(groups: [Manifests.group("web")])
            let script = """
                command="exec $(printf "'%s' " "$0" "$@")"
                script -qefc "$command" "$OUT" >/dev/null </dev/null &
                until grep -q supervising "$OUT" 2>/dev/null; do kill -0 $! || exit 1; done
                kill -TERM $(cat /proc/$!/task/$!/children); wait
                """
            var variables = environment
            variables["OUT"] = stage.folder.appending(path: "typescript-\(UUID().uuidString)").path(
                percentEncoded: false
            )
            variables["TERM"] = "xterm"
            _ = try await ShellRun.run(script, arguments, environment: variables)
            let text = try String(contentsOfFile: try #require(variables["OUT"]), encoding: .utf8)
            return text.split(whereSeparator: \.isNewline).filter { $0.contains("supervising") }
        }

        @Test func theLogIsAlignedAndInColour() async throws {
            try await Stage.run { stage in
                let lines = try await Self.log(stage)
                let pattern =
                    /\u{1B}\[2m\d\d:\d\d:\d\d\.\d{3}\u{1B}\[0m  \u{1B}\[36mnotice  \u{1B}\[0m  supervising {29}  \u{1B}\[2mdry-run=/
                #expect(lines.count == 1 && lines[0].prefixMatch(of: pattern) != nil, "\(lines)")
            }
        }

        @Test func whoWantsNoColourHasNone() async throws {
            try await Stage.run { stage in
                let lines = try await Self.log(stage, ["NO_COLOR": "1"])
                #expect(lines.count == 1 && lines[0].hasPrefix("20") && !lines[0].contains("\u{1B}"), "\(lines)")
            }
        }
    }
}
