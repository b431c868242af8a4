import Foundation
import Sandbox
import TestedCluster
import Testing

@testable import kube_standby

extension EndToEndTests {
    /// The binary under another name, and what shells complete.
    @Suite struct PluginTests {
        @Test func theRealKubectlRunsIt() async throws {
            try await Stage.run { stage in
                _ = try await SupervisorProcess.run(try await stage.surveyArguments()) { _ in
                    try await stage.waitUntilSettled("web")
                }
                let kubeconfig = try stage.write("plugin", await stage.sandbox.kubeconfig())
                let folder = stage.folder.path(percentEncoded: false)
                let script = "ln -s \"$0\" \(folder)/kubectl-standby; PATH=\(folder):$PATH exec kubectl standby \"$@\""
                let environment = ["KUBECONFIG": kubeconfig]
                let status = try await ShellRun.run(script, ["status", "-A"], environment: environment)
                #expect(status.code == 0 && status.output.contains("web-0"), "\(status.errors)")
                let help = try await ShellRun.run(
                    "exec kubectl standby \"$@\"",
                    ["status", "--help"],
                    environment: [
                        "KUBECONFIG": kubeconfig,
                        "PATH": "\(folder):\(ProcessInfo.processInfo.environment["PATH"] ?? "")",
                    ]
                )
                #expect(help.code == 0 && help.output.contains("USAGE: kubectl standby status"), "\(help.output)")
                #expect(help.output.contains("  kubectl standby status -A -o wide"), "\(help.output)")
                #expect(!help.output.contains("kube-standby status"), "\(help.output)")
            }
        }

        @Test(arguments: [
            (["/usr/bin/kube-standby"], "kube-standby"), (["/opt/kubectl-standby", "status"], "kubectl standby"),
            (["kubectl-standby", "--generate-completion-script", "zsh"], "kubectl-standby"), ([], "kube-standby"),
        ])
        func usageNamesItAsItWasCalled(arguments: [String], name: String) {
            #expect(Invocation.commandName(arguments) == name)
        }

        @Test(arguments: [
            ("bash", "complete -o filenames -F"), ("zsh", "#compdef kube-standby"),
            ("fish", "complete -c 'kube-standby'"),
        ])
        func completionsArePrinted(shell: String, words: String) async throws {
            let script = try await SupervisorProcess.finish(["--generate-completion-script", shell])
            #expect(script.code == 0 && script.text.contains(words), "\(script.text.prefix(400))")
            #expect(script.text.contains("switchover") && script.text.contains("all-namespaces"))
        }

        @Test func bashTakesItsScript() async throws {
            let checked = try await ShellRun.run("\"$0\" \"$@\" | bash -n", ["--generate-completion-script", "bash"])
            #expect(checked.code == 0 && checked.errors.isEmpty, "\(checked.errors)")
        }
    }
}
