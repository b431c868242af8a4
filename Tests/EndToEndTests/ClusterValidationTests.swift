import Foundation
import Sandbox
import TestedCluster
import Testing

extension EndToEndTests {
    /// `validate --cluster` and `rbac` against the API server.
    @Suite struct ClusterValidationTests {
        private static func validate(
            _ stage: Stage,
            _ groups: String...,
            more: [String] = []
        ) async throws -> (text: String, code: Int) {
            let arguments = try await stage.arguments(groups: groups)
            return try await SupervisorProcess.finish(
                ["validate", "--cluster", "--kubeconfig", arguments[4]] + more + [arguments[2]]
            )
        }

        @Test func isContentWithAClusterThatFits() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let (text, code) = try await Self.validate(stage, Manifests.group("web"))
                #expect(code == 0, "\(text)")
            }
        }

        @Test func namesTheContainersThatAPortNameOrAContainerIsNotClearBetween() async throws {
            try await Stage.run { stage in
                let pods = ["web-0", "web-1"].map { name in
                    """
                    ---
                    apiVersion: v1
                    kind: Pod
                    metadata: {name: \(name), labels: {app: web}}
                    spec:
                      containers:
                      - {name: app, image: toy, ports: [{name: http, containerPort: 8080}]}
                      - {name: proxy, image: toy, ports: [{name: http, containerPort: 15000}]}

                    """
                }
                try await stage.sandbox.apply(Manifests.service("web") + pods.joined())
                try await stage.waitForPods(of: "web", count: 2)
                let vague = try await Self.validate(stage, Manifests.group("web"))
                let words =
                    "groups[0].probe.httpGet.port: the containers app, proxy of pod \"web-0\" have different ports named"
                    + " \"http\"; say by \"container\" which is meant"
                #expect(vague.code == 1 && vague.text.contains(words), "\(vague.text)")
                let clear = Manifests.group("web").replacing("port: http", with: "port: http, container: app")
                #expect(try await Self.validate(stage, clear).code == 0)
                let wrong = Manifests.group("web").replacing("port: http", with: "port: http, container: none")
                let other = try await Self.validate(stage, wrong)
                #expect(other.code == 1)
                #expect(
                    other.text.contains(
                        "groups[0].probe.httpGet.container: pod \"web-0\" has no container \"none\"; its containers are app, proxy"
                    ),
                    "\(other.text)"
                )
            }
        }

        @Test func tellsWhatDoesNotFitAndWhatMendsIt() async throws {
            try await Stage.run { stage in
                try await stage.place("web", replicas: 1)
                try await stage.sandbox.apply(
                    """
                    {apiVersion: v1, kind: Service, metadata: {name: open}, spec: {selector: {app: web}, ports: [{port: 1}]}}
                    ---
                    {apiVersion: v1, kind: Service, metadata: {name: bare}, spec: {ports: [{port: 1}]}}
                    ---
                    {apiVersion: v1, kind: Service, metadata: {name: empty}, spec: {selector: {app: web, role: active}, ports: [{port: 1}]}}
                    """
                )
                let group = { (name: String) in Manifests.group(name, "selector: {matchLabels: {app: web, n: \(name)}}")
                }
                let (text, code) = try await Self.validate(
                    stage,
                    Manifests.group("web").replacing("port: http", with: "port: htp"),
                    group("nowhere"),
                    group("open"),
                    group("bare"),
                    group("empty")
                )
                #expect(code == 1)
                for words in [
                    "groups[0].service: pod \"web-0\" is the only member: nobody could take over",
                    "groups[0].probe.httpGet.port: no container of pod \"web-0\" has a port named \"htp\"; its ports are http",
                    "groups[1].service: Service \"nowhere\" does not exist in namespace \"default\"",
                    "groups[2].service: the selector of Service \"open\" lacks role",
                    "kubectl patch service open -n default -p '{\"spec\":{\"selector\":{\"role\":\"active\"}}}'",
                    "groups[3].service: Service \"bare\" has no selector; mode Label needs one with role: active",
                    "groups[4].selector: no pod in namespace \"default\" matches app=web,n=empty",
                ] {
                    #expect(text.contains(words), "\(words)\n\(text)")
                }
            }
        }

        @Test func seesTheRoleInTheOwnersTemplateAndSelector() async throws {
            try await Stage.run { stage in
                try await stage.sandbox.apply(
                    Manifests.service("web") + "---\n"
                        + Manifests.statefulSet("web", replicas: 2).replacing(
                            "labels: {app: web}",
                            with: "labels: {app: web, role: passive}"
                        ) + "---\n" + Manifests.service("db") + "---\n"
                        + Manifests.deployment("db", replicas: 2).replacing(
                            "{app: db}",
                            with: "{app: db, role: passive}"
                        )
                        .replacing("selector: {matchLabels", with: "selector: {matchLabels")
                )
                for name in ["web", "db"] { try await stage.waitForPods(of: name, count: 2) }
                let (text, code) = try await Self.validate(stage, Manifests.group("web"), Manifests.group("db"))
                #expect(code == 1)
                #expect(text.contains("the pod template of StatefulSet \"web\" sets the label \"role\""), "\(text)")
                #expect(text.contains("Deployment \"db\" selects its pods by the label \"role\""), "\(text)")
            }
        }

        @Test func saysWhichRightsAreMissingAndWhatItCouldNotReach() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                try await stage.sandbox.apply(Manifests.readOnlyRights)
                let user = ["--as", "system:serviceaccount:default:standby"]
                let (text, code) = try await Self.validate(stage, Manifests.group("web"), more: user)
                #expect(code == 1)
                #expect(text.contains("1 errors"), "\(text)")
                #expect(
                    text.contains(
                        "the right to patch pods in namespace \"default\" is missing; this rule grants it: {apiGroups: [\"\"],"
                            + " resources: [pods], verbs: [get, list, watch, patch]}"
                    )
                )
                await stage.sandbox.server.stop()
                let away = try await Self.validate(stage, Manifests.group("web"))
                #expect(away.code == 2 && away.text.contains("could not be checked"), "\(away.text)")
            }
        }

        /// Such an answer says nothing against the file, least of all against one of its groups.
        @Test(arguments: [
            ("services", "list", "namespace \"default\"", 1), ("pods", "list", "namespace \"default\"", 1),
            ("statefulsets", "get", "the pods' owners", 2), ("selfsubjectaccessreviews", "create", "the rights", 1),
        ])
        func anAnswerThatIsNotUnderstoodIsAWarningOfThatCheck(
            resource: String,
            verb: String,
            what: String,
            count: Int
        ) async throws {
            let kind = try #require(Kind.all.first { $0.plural == resource })
            try await Stage.run { stage in
                for name in ["web", "db"] { try await stage.place(name) }
                await stage.sandbox.control.add(Fault(.distort, verb: verb, kind: kind))
                let groups = ["web", "db"].map { Manifests.group($0, "selector: {matchLabels: {app: \($0)}}") }
                let lenient = try await Self.validate(stage, groups[0], groups[1])
                #expect(lenient.code == 0 && !lenient.text.contains("error:"), "\(lenient.text)")
                let warnings = lenient.text.split(separator: "\n").filter { $0.contains("warning") }
                let words = "warning: \(what) could not be checked: cannot \(verb) \(resource)"
                #expect(warnings.count { $0.contains(words) } == count, "\(lenient.text)")
                #expect(warnings.count { $0.contains("the answer is not understood") } == count, "\(lenient.text)")
                #expect(warnings.count == count && !lenient.text.contains("groups["), "\(lenient.text)")
                let strict = try await Self.validate(stage, groups[0], groups[1], more: ["--strict"])
                #expect(strict.code == 1 && strict.text.contains("0 errors, \(count) warnings"), "\(strict.text)")
            }
        }

        /// What `rbac` prints is enough for a whole failover, and nothing of it is left unused.
        @Test func theRightsAreSufficientAndLeast() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                var arguments = try await stage.arguments(groups: [Manifests.group("web")], token: "least")
                let (manifests, code) = try await SupervisorProcess.finish(["rbac", "--config", arguments[2]])
                #expect(code == 0)
                try await stage.sandbox.apply(manifests)
                await stage.sandbox.authentication.admit(
                    token: "least",
                    .serviceAccount("kube-standby", namespace: "default")
                )
                arguments += ["--log-level", "debug"]
                let kubeconfig = try stage.write("admin", await stage.sandbox.kubeconfig(token: Sandbox.adminToken))
                let valid = try await SupervisorProcess.finish(
                    [
                        "validate", "--cluster", "--kubeconfig", kubeconfig, "--as",
                        "system:serviceaccount:default:kube-standby", arguments[2],
                    ]
                )
                #expect(valid.code == 0, "\(valid.text)")
                _ = try await SupervisorProcess.run(arguments) { process in
                    let first = try await stage.waitUntilSettled("web")
                    await stage.sandbox.applications.set(.status(500), pod: first, namespace: "default")
                    try await stage.waitUntilSettled("web", otherThan: first)
                    try await stage.sandbox.wait(for: "the Event") { store in
                        await store.list(.events, namespace: "default").contains { $0["reason"] == "FailedOver" }
                    }
                    // Nothing waits for the first list of slices, and for the watch that follows it.
                    _ = await stage.sandbox.control.requests("watch", of: .endpointSlices, count: 1)
                    #expect(!(await process.log.text).contains("may not"))
                }
                let requests = await stage.sandbox.control.log.filter { $0.user.hasSuffix(":kube-standby") }
                let used = Set(
                    requests.filter { $0.kind.group != "authorization.k8s.io" }.map { "\($0.verb) \($0.kind.plural)" }
                )
                // Reading one pod is for conflicts, and one Service for whoever looks by hand; both are tried elsewhere.
                let granted: Set = [
                    "list pods", "watch pods", "patch pods", "list services", "watch services", "create leases",
                    "list leases",
                    "watch leases",
                    "get leases",
                    "update leases", "create events", "list endpointslices", "watch endpointslices",
                ]
                #expect(used == granted, "\(used.symmetricDifference(granted))")
            }
        }
    }
}
