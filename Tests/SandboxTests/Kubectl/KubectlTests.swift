import Foundation
import Sandbox
import Testing

/// What a user does with kubectl, by the real program, which `make test` fetches.
@Suite(.timeLimit(.minutes(5))) struct KubectlTests {
    private static let scene = """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec: {clusterIP: None, selector: {app: web, role: active}, ports: [{name: http, port: 80, targetPort: 8080}]}
        ---
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: web}
        spec:
          replicas: 2
          serviceName: web
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: app, image: toy, ports: [{name: http, containerPort: 8080}]}]}

        """

    /// A sandbox with two running pods.
    private func run(_ body: @Sendable @escaping (Sandbox, Kubectl) async throws -> Void) async throws {
        try await Kubectl.run { sandbox, kubectl in
            try await kubectl.succeed("apply", "-f", "-", input: Self.scene)
            try await kubectl.succeed("rollout", "status", "statefulset/web", "--timeout=60s")
            try await body(sandbox, kubectl)
        }
    }

    @Test func runsCommandsInPods() async throws {
        try await run { sandbox, kubectl in
            let said = try await kubectl(
                "exec",
                "web-0",
                "--",
                "sh",
                "-c",
                "echo $HOSTNAME $HEALTH; echo no >&2; exit 3"
            )
            #expect(said.code == 3 && said.output == "web-0 healthy\n" && said.errors.hasPrefix("no\n"), "\(said)")
            #expect(try await kubectl.succeed("exec", "web-1", "-c", "app", "--", "printf", "%s", "a b") == "a b")
            let much = try await kubectl.succeed("exec", "web-1", "--", "head", "-c", "300000", "/dev/zero")
            #expect(much.utf8.count == 300_000)
            for (arguments, words) in [
                (["web-0", "-c", "other", "--", "true"], "container other is not valid for pod web-0"),
                (["web-9", "--", "true"], "pods \"web-9\" not found"),
                (["web-0", "--", "no-such-program"], "no-such-program"),
            ] {
                let refused = try await kubectl(["exec"] + arguments)
                #expect(refused.code == 1 && refused.errors.contains(words), "\(refused)")
            }
        }
    }

    @Test func getsInEveryForm() async throws {
        try await run { _, kubectl in
            let table = try await kubectl.succeed("get", "pods").split(separator: "\n")
            #expect(table.first?.split(separator: " ") == ["NAME", "READY", "STATUS", "RESTARTS", "AGE"])
            #expect(table.count == 3 && table[1].split(separator: " ").prefix(3) == ["web-0", "1/1", "Running"])
            let wide = try await kubectl.succeed("get", "pods", "-o", "wide")
            #expect(wide.contains("NODE") && wide.contains("sandbox-node-"))
            #expect(try await kubectl.succeed("get", "pods", "-A").hasPrefix("NAMESPACE"))
            let names = try await kubectl.succeed("get", "pods", "-o", "jsonpath={.items[*].metadata.name}")
            #expect(names == "web-0 web-1")
            #expect(try await kubectl.succeed("get", "pods", "-o", "name") == "pod/web-0\npod/web-1\n")
            let json = try await kubectl.succeed("get", "service", "web", "-o", "json")
            #expect(JSONValue(json: Array(json.utf8))?["spec"]["clusterIP"] == "None")
            #expect(try await kubectl.succeed("get", "pod", "web-1", "-o", "yaml").contains("kind: Pod"))
            let selected = try await kubectl.succeed(
                "get",
                "pods",
                "-l",
                "apps.kubernetes.io/pod-index=1",
                "-o",
                "name"
            )
            #expect(selected == "pod/web-1\n")
            let labels = try await kubectl.succeed("get", "pods", "-L", "app", "--show-labels")
            #expect(labels.contains("APP") && labels.contains("LABELS") && labels.contains("app=web"))
            let all = try await kubectl.succeed("get", "all")
            #expect(all.contains("pod/web-0") && all.contains("service/web") && all.contains("statefulset.apps/web"))
            let absent = try await kubectl("get", "pod", "nobody")
            #expect(absent.code == 1)
            #expect(absent.errors == "Error from server (NotFound): pods \"nobody\" not found\n")
        }
    }

    @Test func watches() async throws {
        try await run { _, kubectl in
            let lines = try await kubectl.follow("get", "pods", "-L", "role", "--watch") {
                try await kubectl.succeed("label", "pod", "web-1", "role=active")
            } until: { lines in
                lines.contains { $0.hasPrefix("web-1") && $0.hasSuffix("active") }
            }
            #expect(lines.count >= 4, "\(lines)")
        }
    }

    @Test func appliesTheExamplesAndFindsThemUnchanged() async throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let folder = root.appending(path: "examples/helloworld")
        try await Kubectl.run { _, kubectl in
            for file in ["application.yaml", "supervisor.yaml"] {
                let path = folder.appending(path: file).path(percentEncoded: false)
                let first = try await kubectl.succeed("apply", "-f", path).split(separator: "\n")
                #expect(first.allSatisfy { $0.hasSuffix(" created") }, "\(first)")
                let second = try await kubectl.succeed("apply", "-f", path).split(separator: "\n")
                #expect(second.allSatisfy { $0.hasSuffix(" unchanged") } && second.count == first.count, "\(second)")
            }
            try await kubectl.succeed("rollout", "status", "deployment/kube-standby", "--timeout=60s")
            let path = folder.appending(path: "supervisor.yaml").path(percentEncoded: false)
            try await kubectl.succeed("delete", "-f", path, "--wait=false")
            #expect(try await kubectl.succeed("get", "role,rolebinding", "-o", "name").isEmpty)
        }
    }

    @Test func appliesOnTheServerSide() async throws {
        @Sendable func configMap(_ data: String) -> String {
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {\(data)}\n"
        }
        try await Kubectl.run { _, kubectl in
            try await kubectl.succeed("apply", "--server-side", "-f", "-", input: configMap("a: '1', b: '2'"))
            try await kubectl.succeed("patch", "cm", "c", "-p", #"{"data":{"mine":"3"}}"#)
            let answer = try await kubectl.succeed("apply", "--server-side", "-f", "-", input: configMap("a: '4'"))
            #expect(answer == "configmap/c serverside-applied\n")
            let data = try await kubectl.succeed("get", "cm", "c", "-o", "json")
            #expect(JSONValue(json: Array(data.utf8))?["data"] == ["a": "4", "mine": "3"], "what was dropped is gone")
        }
    }

    @Test func labelsAnnotatesPatchesAndScales() async throws {
        try await run { sandbox, kubectl in
            #expect(try await kubectl.succeed("label", "pod", "web-0", "role=active") == "pod/web-0 labeled\n")
            try await sandbox.waitForEndpoints(["web-0"], of: "web")
            #expect(try await kubectl("label", "pod", "web-0", "role=passive").code == 1, "needs --overwrite")
            try await kubectl.succeed("label", "pod", "web-0", "role=passive", "--overwrite")
            #expect(try await kubectl.succeed("label", "pod", "web-0", "role-") == "pod/web-0 unlabeled\n")
            try await kubectl.succeed("annotate", "pod", "web-0", "kube-standby.io/exclude=true")
            try await kubectl.succeed("patch", "pod", "web-0", "-p", #"{"metadata":{"labels":{"x":"1"}}}"#)
            let operations = #"[{"op":"replace","path":"/metadata/labels/x","value":"2"}]"#
            try await kubectl.succeed("patch", "pod", "web-0", "--type=json", "-p", operations)
            let labels = try await kubectl.succeed("get", "pod", "web-0", "-o", "jsonpath={.metadata.labels.x}")
            #expect(labels == "2")
            let other = try await kubectl("patch", "pod", "web-0", "--type=merge", "-p", #"{"metadata":{"uid":"y"}}"#)
            #expect(
                other.errors.contains(
                    #"The Pod "web-0" is invalid: metadata.uid: Invalid value: "y": field is immutable"#
                )
            )
            try await kubectl.succeed("scale", "statefulset", "web", "--replicas=3")
            try await kubectl.succeed("wait", "pod/web-2", "--for=create", "--timeout=60s")
            try await kubectl.succeed("wait", "pod/web-2", "--for=condition=Ready", "--timeout=60s")
            try await kubectl.succeed("scale", "statefulset", "web", "--replicas=1", "--current-replicas=3")
            try await kubectl.succeed("wait", "pod/web-1", "--for=delete", "--timeout=60s")
        }
    }

    @Test func deletesWithGraceAndByForce() async throws {
        try await run { sandbox, kubectl in
            let uid = try await kubectl.succeed("get", "pod", "web-0", "-o", "jsonpath={.metadata.uid}")
            try await kubectl.succeed("delete", "pod", "web-0", "--grace-period=5")
            try await kubectl.succeed("delete", "pod", "web-1", "--force", "--grace-period=0")
            try await kubectl.succeed("wait", "pod/web-0", "--for=create", "--timeout=60s")
            #expect(try await kubectl.succeed("get", "pod", "web-0", "-o", "jsonpath={.metadata.uid}") != uid)
            try await kubectl.succeed("delete", "statefulset", "web")
            try await sandbox.wait(for: "the pods to go") { await $0.list(.pods, namespace: "default").isEmpty }
        }
    }

    @Test func describesWithEvents() async throws {
        try await run { _, kubectl in
            for (kind, version, name) in [
                ("Pod", "v1", "web-0"), ("Service", "v1", "web"),
                ("Lease", "coordination.k8s.io/v1", "kube-standby-web"),
            ] {
                let lease = "apiVersion: coordination.k8s.io/v1\nkind: Lease\nmetadata: {name: \(name)}"
                if kind == "Lease" { try await kubectl.succeed("create", "-f", "-", input: lease) }
                let uid = try await kubectl.succeed("get", kind.lowercased(), name, "-o", "jsonpath={.metadata.uid}")
                try await kubectl.succeed(
                    "create",
                    "-f",
                    "-",
                    input: """
                        apiVersion: events.k8s.io/v1
                        kind: Event
                        metadata: {name: \(name).1\(kind.lowercased()), namespace: default}
                        eventTime: "2026-01-02T03:04:05.000000Z"
                        reportingController: kube-standby.io/supervisor
                        reportingInstance: test
                        action: Failover
                        reason: Promoted
                        type: Normal
                        note: it is \(name) now
                        regarding: {apiVersion: \(version), kind: \(kind), namespace: default, name: \(name), uid: \(uid)}
                        """
                )
                let text = try await kubectl.succeed("describe", kind.lowercased(), name)
                #expect(text.contains("Promoted") && text.contains("it is \(name) now"), "\(text)")
            }
            let events = try await kubectl.succeed("events")
            #expect(events.split(separator: "\n").count == 4 && events.contains("Pod/web-0"), "\(events)")
            let table = try await kubectl.succeed("get", "events", "--field-selector", "involvedObject.kind=Service")
            #expect(table.split(separator: "\n").count == 2 && table.contains("service/web"), "\(table)")
        }
    }

    @Test func createsWhatItBuildsItself() async throws {
        try await run { _, kubectl in
            try await kubectl.succeed("create", "namespace", "shop")
            try await kubectl.succeed("create", "configmap", "c", "--from-literal=a=b", "-n", "shop")
            try await kubectl.succeed("create", "secret", "generic", "s", "--from-literal=a=b", "-n", "shop")
            let data = try await kubectl.succeed("get", "cm/c", "-n", "shop", "-o", "jsonpath={.data.a}")
            let secret = try await kubectl.succeed("get", "secret/s", "-n", "shop", "-o", "jsonpath={.data.a}")
            #expect(data == "b" && secret == "Yg==")
            try await kubectl.succeed("create", "deployment", "api", "--image=toy", "--replicas=2", "--port=80")
            try await kubectl.succeed("rollout", "status", "deployment/api", "--timeout=60s")
            try await kubectl.succeed("expose", "deployment", "api", "--port=80")
            try await kubectl.succeed("delete", "namespace", "shop")
            #expect(try await kubectl("get", "namespace", "shop").code == 1)
            #expect(try await kubectl("create", "configmap", "c", "-n", "shop").errors.contains("not found"))
        }
    }

    @Test func answersWhoMayWhat() async throws {
        try await run { _, kubectl in
            #expect(try await kubectl.succeed("auth", "can-i", "patch", "pods") == "yes\n")
            try await kubectl.succeed("create", "serviceaccount", "bob")
            try await kubectl.succeed("create", "role", "reader", "--verb=get", "--resource=pods")
            let bob = "system:serviceaccount:default:bob"
            let denied = try await kubectl("auth", "can-i", "get", "pods", "--as", bob)
            #expect(denied.output == "no\n" && denied.code == 1)
            try await kubectl.succeed("create", "rolebinding", "bob", "--role=reader", "--serviceaccount=default:bob")
            #expect(try await kubectl.succeed("auth", "can-i", "get", "pods", "--as", bob) == "yes\n")
            let rules = try await kubectl.succeed("auth", "can-i", "--list", "--as", bob)
            #expect(rules.contains("pods"))
            let refused = try await kubectl("get", "pods", "--as", bob)
            #expect(
                refused.errors
                    == "Error from server (Forbidden): pods is forbidden: User \"\(bob)\" cannot list resource \"pods\""
                    + " in API group \"\" in the namespace \"default\"\n"
            )
            let token = try await kubectl.succeed("create", "token", "bob", "--duration=10m")
            #expect(try await kubectl.succeed("auth", "whoami", "--token=\(token)").contains(bob))
            #expect(try await kubectl("get", "pods", "--token=nonsense").errors.contains("You must be logged in"))
        }
    }
}
