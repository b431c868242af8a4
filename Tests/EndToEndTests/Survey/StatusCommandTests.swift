import Foundation
import Sandbox
import TestedCluster
import Testing

extension EndToEndTests {
    /// `status`: the real command, the real supervisor as a pod behind the API server's proxy.
    @Suite struct StatusCommandTests {
        private static let reading = [
            PolicyRule(groups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["get", "list", "watch"]),
            PolicyRule(groups: [""], resources: ["pods"], verbs: ["get", "list"]),
        ]

        @Test func showsRolesHealthAndWhoIsNext() async throws {
            try await Stage.run { stage in
                try await stage.withSupervisorPod(try await stage.surveyArguments()) { supervisor in
                    let status = try await stage.request(["status", "web"])
                    let lines = status.text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
                    #expect(status.code == 0, "\(status.text)")
                    #expect(lines[0] == ["NAMESPACE", "GROUP", "ACTIVE", "SINCE", "HEALTHY", "NEXT", "STATE"])
                    #expect(lines[1][...2] == ["default", "web", "web-0"], "\(status.text)")
                    #expect(lines[1][4...] == ["3/3", "web-1", "ok"], "\(status.text)")
                    #expect(
                        lines.contains { $0.starts(with: ["web-1", "passive", "healthy", "yes"]) && $0.last == "next" }
                    )
                    #expect(!status.text.contains("\u{1B}"), "no colour but on a terminal")
                    let wide = try await stage.request(["status", "-A", "-o", "wide"])
                    #expect(wide.code == 0 && wide.text.contains("sandbox-node-"), "\(wide.text)")
                    try await unhealthyGroupsAreToldApart(stage, supervisor)
                }
            }
        }

        private func unhealthyGroupsAreToldApart(_ stage: Stage, _ supervisor: SupervisorProcess) async throws {
            let pods = ["web-0", "web-1", "web-2"]
            for pod in pods { await stage.sandbox.applications.set(.status(500), pod: pod, namespace: "default") }
            // Before it knows that of each, the role moves to one that serves as far as it knows.
            for pod in pods { _ = await supervisor.log.wait(for: "member.name=\(pod)", "member.health=unhealthy") }
            var status = try await stage.request(["status", "-A"])
            let end = ContinuousClock.now + .seconds(60)
            while status.code != 1 {
                try #require(.now < end, "\(status.text)")
                status = try await stage.request(["status", "-A"])
            }
            #expect(status.text.contains("web"), "\(status.text)")
            let json = try await stage.request(["status", "web", "-o", "json"])
            #expect(json.code == 1 && json.text.contains("\"isServed\" : false"), "\(json.text)")
        }

        @Test func saysWhatIsMissingWithoutTheRight() async throws {
            try await Stage.run { stage in
                try await stage.withSupervisorPod(try await stage.surveyArguments()) { _ in
                    try await stage.sandbox.admit(token: "viewer", user: "viewer", rules: Self.reading)
                    let status = try await stage.request(["status", "-A"], token: "viewer")
                    let lines = status.text.split(separator: "\n")
                    #expect(status.code == 0, "\(status.text)")
                    #expect(lines.count == 3 && lines[1].contains("web-0") && lines[1].hasSuffix("tells its health"))
                    #expect(
                        lines[2].hasPrefix(
                            "HEALTHY, NEXT and reasons are missing: may not get pods/proxy \"standby-0\""
                        ),
                        "\(status.text)"
                    )
                    let proxy = PolicyRule(groups: [""], resources: ["pods/proxy"], verbs: ["get"])
                    try await stage.sandbox.grant(Self.reading + [proxy], to: "viewer")
                    let whole = try await stage.request(["status", "-A"], token: "viewer")
                    #expect(whole.code == 0 && whole.text.contains("3/3"), "\(whole.text)")
                }
            }
        }

        @Test func needsNoSupervisor() async throws {
            try await Stage.run { stage in
                _ = try await SupervisorProcess.run(try await stage.surveyArguments()) { _ in
                    try await stage.waitUntilSettled("web")
                }
                let yaml = try await stage.request(["status", "web", "-n", "default", "-o", "yaml"])
                #expect(yaml.code == 0 && yaml.text.contains("as recorded; no supervisor tells"), "\(yaml.text)")
                #expect(yaml.text.contains("is no pod of namespace default"), "\(yaml.text)")
                try await anUnlabelledPodServesNobody(stage)
                let key = ObjectKey(.leases, namespace: "default", name: "kube-standby-web")
                try await stage.sandbox.store.modify(key) { (old) throws(APIFailure) in
                    var new = old
                    new["spec"]["holderIdentity"] = "web-9"
                    return new
                }
                let gone = try await stage.request(["status", "-A"])
                #expect(gone.code == 1 && gone.text.contains("web-9 is gone"), "\(gone.text)")
                let nobody = try await stage.request(["status", "other"])
                #expect(nobody.code == 1 && nobody.text.hasSuffix("has no Lease kube-standby-other"), "\(nobody.text)")
                await stage.sandbox.server.stop()
                #expect(try await stage.request(["status"]).code == 2)
            }
        }

        /// The Service selects by the label, whatever the Lease says.
        private func anUnlabelledPodServesNobody(_ stage: Stage) async throws {
            try await stage.sandbox.store.modify(ObjectKey(.pods, namespace: "default", name: "web-0")) {
                (old) throws(APIFailure) in
                var new = old
                new["metadata"]["labels"]["role"] = "passive"
                return new
            }
            let status = try await stage.request(["status", "web"])
            #expect(
                status.code == 1 && status.text.contains("who is to be active, carries no active label"),
                "\(status.text)"
            )
        }

        @Test func rightsInOneNamespaceAreEnough() async throws {
            try await Stage.run { stage in
                try await stage.withSupervisorPod(try await stage.surveyArguments()) { _ in
                    try await stage.sandbox.admit(
                        token: "local",
                        user: "local",
                        rules: Self.reading,
                        namespace: "default"
                    )
                    let alone = try await stage.request(["status", "-n", "default"], token: "local")
                    #expect(
                        alone.code == 0 && alone.text.contains("--supervisor-namespace says where"),
                        "\(alone.text)"
                    )
                    let proxy = PolicyRule(groups: [""], resources: ["pods/proxy"], verbs: ["get"])
                    try await stage.sandbox.grant(Self.reading + [proxy], to: "local", namespace: "ops")
                    let arguments = ["status", "web", "-n", "default", "--supervisor-namespace", "ops"]
                    let whole = try await stage.request(arguments, token: "local")
                    #expect(whole.code == 0 && whole.text.contains("3/3"), "\(whole.text)")
                    let everywhere = try await stage.request(["status", "-A"], token: "local")
                    #expect(
                        everywhere.code == 2 && everywhere.text.contains("may not list leases"),
                        "\(everywhere.text)"
                    )
                }
            }
        }

        /// The impostor's pod gives the supervisor's own answers, and the supervisor's pod is not to be had.
        @Test func aForeignLeaseIsNotBelieved() async throws {
            try await Stage.run { stage in
                try await stage.withSupervisorPod(try await stage.surveyArguments()) { supervisor in
                    try await stage.placeImpostors(port: try await supervisor.operationsPort())
                    let whole = try await stage.request(["status", "-A"])
                    #expect(whole.code == 0 && whole.text.contains("3/3"), "\(whole.text)")
                    try await stage.sandbox.deletePod("standby-0", namespace: "ops", gracePeriod: 0)
                    let status = try await stage.request(["status", "web", "-n", "default"])
                    #expect(!status.text.contains("3/3") && status.text.contains("as recorded"), "\(status.text)")
                    let doubt = "evil-0 in aaa says it leads web in default, and the group's Lease does not name it"
                    #expect(status.text.contains(doubt), "\(status.text)")
                    let given = ["status", "web", "-n", "default", "--supervisor-namespace", "aaa"]
                    #expect(try await stage.request(given).text.contains("3/3"))
                }
            }
        }

        @Test func coloursAreForTerminals() async throws {
            try await Stage.run { stage in
                try await stage.withSupervisorPod(try await stage.surveyArguments()) { _ in
                    let kubeconfig = try stage.write("colour", await stage.sandbox.kubeconfig())
                    let script = "script -qec \"'$0' status -A\" /dev/null"
                    for (variables, isColoured) in [
                        (["TERM": "xterm"], true), (["TERM": "xterm", "NO_COLOR": "1"], false),
                    ] {
                        let environment = variables.merging(["KUBECONFIG": kubeconfig]) { $1 }
                        let shown = try await ShellRun.run(script, environment: environment)
                        #expect(shown.code == 0 && shown.output.contains("web-0"), "\(shown.output) \(shown.errors)")
                        #expect(shown.output.contains("\u{1B}[32mok") == isColoured, "\(shown.output)")
                    }
                }
            }
        }

        @Test func saysThatNobodyLeads() async throws {
            try await Stage.run { stage in
                try await stage.withSupervisorPod(try await stage.surveyArguments()) { _ in }
                let status = try await stage.request(["status", "-A"])
                #expect(
                    status.code == 0 && status.text.contains("kube-standby.shard-0-of-1: no supervisor leads"),
                    "\(status.text)"
                )
            }
        }

        @Test func selectsByTheLabelsOfLeases() async throws {
            try await Stage.run { stage in
                _ = try await SupervisorProcess.run(try await stage.surveyArguments()) { _ in
                    try await stage.waitUntilSettled("web")
                    let key = ObjectKey(.leases, namespace: "default", name: "kube-standby-web")
                    try await stage.sandbox.store.modify(key) { (old) throws(APIFailure) in
                        var new = old
                        new["metadata"]["labels"]["team"] = "shop"
                        return new
                    }
                    #expect(try await stage.request(["status", "-A", "-l", "team=shop"]).text.contains("web-0"))
                    let none = try await stage.request(["status", "-A", "-l", "team=other"])
                    #expect(none.text == "no groups found" && none.code == 0)
                }
            }
        }

        @Test func watches() async throws {
            try await Stage.run { stage in
                try await stage.withSupervisorPod(try await stage.surveyArguments()) { _ in
                    let kubeconfig = try stage.write("watcher", await stage.sandbox.kubeconfig())
                    let arguments = ["status", "-A", "-w", "--kubeconfig", kubeconfig]
                    let (_, code) = try await SupervisorProcess.run(arguments) { watcher in
                        _ = await watcher.log.wait(for: "web-0", "3/3", "ok")
                        let moved = try await stage.request(["switchover", "web", "--to", "web-2"])
                        #expect(moved.code == 0)
                        _ = await watcher.log.wait(for: "web-2", "3/3", "ok")
                    }
                    #expect(code == 0)
                }
            }
        }

        @Test(arguments: [["status", "web", "-A"], ["status", "-A", "-n", "x"], ["status", "-w", "-o", "json"]])
        func refusesWhatDoesNotGoTogether(arguments: [String]) async throws {
            #expect(try await SupervisorProcess.finish(arguments).code == 64)
        }

        /// Not even where the answer is bad news, which has an exit code of its own.
        @Test func badNewsThatCannotBeWrittenIsNoAnswer() async throws {
            try await Stage.run { stage in
                let metadata: JSONValue = [
                    "name": "kube-standby-web", "labels": ["app.kubernetes.io/managed-by": "kube-standby"],
                ]
                let lease: JSONValue = [
                    "metadata": metadata, "spec": ["holderIdentity": "web-0", "leaseTransitions": 1],
                ]
                try await stage.sandbox.store.create(.leases, namespace: "default", lease)
                let kubeconfig = try stage.write("kubeconfig", await stage.sandbox.kubeconfig())
                let arguments = ["status", "--kubeconfig", kubeconfig]
                let read = try await ShellRun.run("exec \"$0\" \"$@\"", arguments)
                #expect(read.code == 1 && read.output.contains("web-0 is gone"), "\(read)")
                let full = try await ShellRun.run("exec \"$0\" \"$@\" >/dev/full", arguments)
                #expect(
                    full.code == 2 && full.errors.hasSuffix("cannot be written: No space left on device\n"),
                    "\(full)"
                )
            }
        }
    }
}
