import Foundation
import Sandbox
import TestedCluster
import Testing
import Transport

extension EndToEndTests {
    /// One clear message each, and a group that waits until the cause is gone.
    @Suite struct BadInputTests {
        @Test func saysWhereItLookedForACluster() async throws {
            try await Stage.run { stage in
                let config = try stage.write(
                    "c.yaml",
                    "apiVersion: kube-standby.io/v1\nkind: StandbyConfiguration\ngroups: []\n"
                )
                let (text, code) = try await SupervisorProcess.finish(["run", "--config", config, "--listen", "off"])
                #expect(code == 2)
                #expect(text.contains("no cluster to talk to: --kubeconfig is not given, $KUBECONFIG is not set"))
            }
        }

        @Test(arguments: [
            (["run", "--config", "/no/such.yaml"], 2, "/no/such.yaml: cannot be read: no such file"),
            (["validate", "/no/such.yaml"], 2, "/no/such.yaml: cannot be read: no such file"),
            (
                ["validate", "--cluster", "--as", "a\r\nX: 1", "x"], 64,
                "--as: give a user's name, without control characters"
            ),
            (["run"], 64, "Missing expected argument '--config <file>'"),
            (["run", "--config", "x", "--listen", "nowhere"], 64, "give HOST:PORT, :PORT or off"),
            (
                ["run", "--config", "x", "--log-level", "loud"], 64,
                "trace, debug, info, notice, warning, error, critical"
            ),
            (["run", "--config", "x", "--shards", "300"], 64, "--shards 300: give 1 to 256"),
            (["run", "--config", "x", "--shards", "2", "--leader-elect=false"], 64, "needs --leader-elect=true"),
            (["run", "--config", "x", "--lease-name", "a.b"], 64, "give at most 63 of a-z, 0-9 and -"),
            (
                ["run", "--config", "x", "--lease-duration", "nan"], 64,
                "--lease-duration nan: give seconds, from 0.1 to 600"
            ),
            (["run", "--config", "x", "--renew-deadline", "1e300"], 64, "--renew-deadline 1e+300: give seconds"),
            (["run", "--config", "x", "--retry-period", "inf"], 64, "--retry-period inf: give seconds"),
            (["run", "--config", "x", "--lease-duration", "1.5"], 64, "allowed are whole seconds from 1 to 600"),
        ])
        func refusesWithAMessageAndACode(arguments: [String], code: Int, message: String) async throws {
            let (text, found) = try await SupervisorProcess.finish(arguments)
            #expect(found == code)
            #expect(text.contains(message), "\(text)")
        }

        @Test func namesTheAddressThatIsTaken() async throws {
            try await Stage.run { stage in
                let address = "127.0.0.1:\(await stage.sandbox.server.port)"
                let arguments = try await stage.arguments(groups: [Manifests.group("web")], ["--listen", address])
                let (text, code) = try await SupervisorProcess.finish(arguments)
                #expect(code == 2 && text.contains("cannot listen at \(address): Address already in use"), "\(text)")
            }
        }

        @Test func validatesFiles() async throws {
            try await Stage.run { stage in
                let head = "apiVersion: kube-standby.io/v1\nkind: StandbyConfiguration\ngroups:\n"
                let good = try stage.write("good.yaml", head + Manifests.group("web"))
                let bad = try stage.write(
                    "bad.yaml",
                    head + "- {name: web, service: web, probe: {httpGet: {prt: 1}}}\n"
                )
                let valid = try await SupervisorProcess.finish(["validate", good])
                #expect(valid.code == 0 && valid.text.contains("valid, 1 groups"))
                let invalid = try await SupervisorProcess.finish(["validate", good, bad])
                #expect(invalid.code == 1)
                #expect(
                    invalid.text.contains(
                        "bad.yaml:4:47: error: groups[0].probe.httpGet: unknown key \"prt\"; did you mean \"port\"?"
                    )
                )
                let run = try await SupervisorProcess.finish(["run", "--config", bad, "--listen", "off"])
                #expect(run.code == 1 && run.text.contains("unknown key \"prt\""))
            }
        }

        @Test func namesTheRuleThatAMissingRightNeedsAndGoesOnOnceItIsThere() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let reading = ["get", "list", "watch"]
                let rules = [
                    PolicyRule(groups: [""], resources: ["services"], verbs: reading),
                    PolicyRule(
                        groups: ["coordination.k8s.io"],
                        resources: ["leases"],
                        verbs: ["get", "create", "update"]
                    ),
                ]
                let user = "system:serviceaccount:default:standby"
                try await stage.sandbox.admit(token: "few", user: user, rules: rules)
                let arguments = try await stage.arguments(groups: [Manifests.group("web")], token: "few")
                _ = try await SupervisorProcess.run(arguments) { process in
                    let line = await process.log.wait(for: "may not list pods in namespace \"default\"")
                    #expect(line?.contains(#"{apiGroups: [""], resources: ["pods"], verbs: ["list"]}"#) == true)
                    let pods = PolicyRule(groups: [""], resources: ["pods"], verbs: reading + ["patch"])
                    let events = PolicyRule(groups: ["events.k8s.io"], resources: ["events"], verbs: ["create"])
                    try await stage.sandbox.grant(rules + [pods, events], to: user)
                    try await stage.waitUntilSettled("web")
                }
            }
        }

        @Test func waitsForAServiceWhileOthersGoOn() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                try await stage.sandbox.apply(Manifests.statefulSet("db", replicas: 2))
                let arguments = try await stage.arguments(groups: [Manifests.group("web"), Manifests.group("db")])
                _ = try await SupervisorProcess.run(arguments) { process in
                    let line = await process.log.wait(for: "group waits", "group.name=db")
                    #expect(line?.contains("Service \"db\" does not exist in namespace \"default\"") == true)
                    try await stage.waitUntilSettled("web")
                    try await stage.sandbox.apply(
                        "{apiVersion: v1, kind: Service, metadata: {name: db}, spec: {selector: {app: db}, ports: [{port: 1}]}}"
                    )
                    let next = await process.log.wait(for: "group waits", "the selector of Service \"db\" lacks role")
                    #expect(next?.contains("so that every pod may get traffic") == true)
                    try await stage.sandbox.apply(
                        "{apiVersion: v1, kind: Service, metadata: {name: db}, spec: {selector: {role: active}}}"
                    )
                    try await stage.waitUntilSettled("db")
                }
            }
        }

        @Test func waitsForAnUntrustedOrUnwillingServer() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let arguments = try await stage.arguments(groups: [Manifests.group("web")], token: "unknown-yet")
                _ = try await SupervisorProcess.run(arguments) { process in
                    let line = await process.log.wait(for: "401, the API server does not accept the credentials")
                    #expect(line != nil)
                    try await stage.sandbox.admit(token: "unknown-yet", user: "late", rules: [.all])
                    try await stage.waitUntilSettled("web")
                }
                let foreign = await stage.sandbox.kubeconfig().replacing(
                    /certificate-authority-data: .*/,
                    with: "tls-server-name: localhost"
                )
                var untrusting = arguments
                untrusting[4] = try stage.write("foreign", foreign)
                _ = try await SupervisorProcess.run(untrusting) { process in
                    let line = await process.log.wait(for: "certificate not trusted")
                    #expect(line != nil)
                }
            }
        }

        @Test func goesOnWhenATokenThatExpiredIsAcceptedAgain() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                try await stage.sandbox.admit(token: "t", user: "u", rules: [.all])
                let arguments = try await stage.arguments(groups: [Manifests.group("web")], token: "t")
                _ = try await SupervisorProcess.run(arguments) { process in
                    let holder = try await stage.waitUntilSettled("web")
                    await stage.sandbox.authentication.expire(token: "t")
                    await stage.sandbox.control.cutWatches()
                    // A group that has not heard of a failure before it is over waits for nothing.
                    let line = await process.log.wait(for: "group waits", "401, the API server does not accept the")
                    #expect(line != nil)
                    await stage.sandbox.authentication.admit(token: "t", Caller(user: "u"))
                    _ = await process.log.wait(for: "group resumes")
                    #expect(try await stage.waitUntilSettled("web") == holder)
                }
                #expect(await stage.audit("web").moves == 0)
            }
        }

        @Test func servesLivenessAndReadiness() async throws {
            let loop = EventLoop(name: "test")
            defer { loop.stop() }
            try await Stage.run { stage in
                try await stage.place("web")
                let arguments = try await stage.arguments(
                    groups: [Manifests.group("web")],
                    ["--listen", "127.0.0.1:0", "--log-format", "json"]
                )
                _ = try await SupervisorProcess.run(arguments) { process in
                    let port = try await process.operationsPort()
                    try await stage.waitUntilSettled("web")
                    for path in ["livez", "readyz"] {
                        var request = HTTPRequest("GET", "http://127.0.0.1:\(port)/\(path)")
                        request.timeout = .seconds(60)
                        let response = try await loop.response(to: request)
                        #expect(response.head.status == 200 && response.body == Array("ok\n".utf8))
                    }
                }
            }
        }
    }
}
