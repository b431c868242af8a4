import Sandbox
import TestedCluster
import Testing
import Transport

extension ControlPlaneTests {
    /// Moves that wait for the opinions of others, with the real binary.
    @Suite struct SecondOpinionScenarioTests {
        private static func group(_ opinion: String) -> String {
            Manifests.group("web", "failover: {secondOpinion: {\(opinion)}}")
        }

        /// The same group for each replica, but that its probes tell who makes them: what the network knows of its clients.
        private static func groupProbed(by replica: String) -> String {
            let probe = Manifests.quickProbe.replacing(
                "path: /health",
                with: "path: /health, httpHeaders: [{name: X-From, value: \(replica)}]"
            )
            let opinion = "failover: {secondOpinion: {from: [Replica], patienceSeconds: 60, onSilence: Hold}}"
            return Manifests.group("web", opinion, probe: probe)
        }

        private static func disputes(_ process: SupervisorProcess) async throws -> Int? {
            let loop = EventLoop(name: "test")
            defer { loop.stop() }
            let port = try await process.operationsPort()
            let answer = try await loop.response(to: HTTPRequest("GET", "http://127.0.0.1:\(port)/metrics"))
            let text = String(decoding: answer.body, as: UTF8.self)
            return text.firstMatch(of: /kube_standby_disputes_total (\d+)/).flatMap { Int($0.output.1) }
        }

        /// The supervisor does not reach the application, and the kubelet does.
        @Test func aPodThatTheKubeletFindsReadyStaysUntilItsNodeIsMissed() async throws {
            var options = Sandbox.Options()
            options.nodes = 2
            options.pace = Pace(speed: 5)
            try await Stage.run(options) { stage in
                try await stage.placeProbedPods()
                let listen = ["--listen", "127.0.0.1:0"]
                let arguments = try await stage.arguments(groups: [Self.group("from: [Kubelet]")], listen)
                _ = try await SupervisorProcess.run(arguments) { process in
                    try await stage.expect("web", toSettleOn: "web-a")
                    for pod in ["web-a", "web-b"] {
                        _ = await process.log.wait(for: "member.name=\(pod)", "member.health=healthy")
                    }
                    await stage.sandbox.applications.set(.status(500), pod: "web-a", namespace: "default")
                    try await stage.waitForEvent("Disputed", of: "web", "the kubelet disagrees")
                    #expect(try await Self.disputes(process) == 1)
                    #expect(try await stage.waitUntilSettled("web") == "web-a")
                    // What the kubelet said last stands until the control plane misses it.
                    try await stage.sandbox.perform(.failNode("sandbox-node-1", .dead))
                    try await stage.expect("web", otherThan: "web-a", toSettleOn: "web-b")
                }
                let audit = await stage.audit("web")
                #expect(audit.violations.isEmpty && audit.moves == 1)
            }
        }

        /// A standby of the test's own that sees the pod serve is asked on the Lease, and answers there; then it sees the pod
        /// fail, too.
        @Test func aStandbyIsAskedOnTheLeaseAndItsAnswerDecides() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let opinion = "from: [Replica], patienceSeconds: 60, onSilence: Hold"
                let arguments = try await stage.arguments(groups: [Self.group(opinion)])
                _ = try await SupervisorProcess.run(arguments) { process in
                    let holder = try await stage.waitUntilSettled("web")
                    for pod in ["web-0", "web-1", "web-2"] {
                        _ = await process.log.wait(for: "member.name=\(pod)", "member.health=healthy")
                    }
                    await stage.sandbox.applications.set(.status(500), pod: holder, namespace: "default")
                    try await stage.answer("healthy", asked: holder)
                    try await stage.waitForEvent("Disputed", of: "web", "1 disagree")
                    #expect(try await stage.waitUntilSettled("web") == holder)
                    try await stage.answer("unhealthy", asked: holder)
                    _ = try await stage.waitUntilSettled("web", otherThan: holder)
                    try await stage.waitForTheQuestionToGo()
                }
                let audit = await stage.audit("web")
                #expect(audit.violations.isEmpty && audit.moves == 1)
            }
        }

        /// Of two replicas the leader alone does not reach the active pod; then the pod fails for both.
        @Test func aPodThatTheLeaderAloneDoesNotReachStaysUntilItFailsForTheOtherReplicaToo() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let groups = ["a", "b"].map { ($0, [Self.groupProbed(by: $0)]) }
                let options = ReplicaStage.Options(
                    groupsOf: Dictionary(uniqueKeysWithValues: groups),
                    arguments: ["--listen", "127.0.0.1:0"]
                )
                try await ReplicaStage.run(["a", "b"], [], on: stage, options) { replicas in
                    let leader = try await replicas.waitForLeader()
                    let holder = try await stage.waitUntilSettled("web")
                    try await ReplicaTests.knows(replicas, leader)
                    try await replicas.wait(leader == "a" ? "b" : "a", for: "standing by")
                    await stage.sandbox.applications.shun("X-From: \(leader)", pod: holder, namespace: "default")
                    try await stage.waitForEvent("Disputed", of: "web", "1 disagree")
                    try await replicas.wait(
                        leader,
                        for: "the active pod \(holder) fails here, and too few others say so"
                    )
                    #expect(try await Self.disputes(try await replicas.process(leader)) == 1)
                    await replicas.waitForRenewals(3, by: leader)
                    #expect(await stage.audit("web").moves == 0)
                    await stage.sandbox.applications.set(.status(500), pod: holder, namespace: "default")
                    _ = try await stage.waitUntilSettled("web", otherThan: holder)
                    try await stage.waitForTheQuestionToGo()
                }
                await ReplicaTests.expectOrder(on: stage, moves: 1)
                // A standby answers on the record, and is no writer of it.
                #expect(WriterAudit(await stage.sandbox.store.history, group: "web").sequence.count == 1)
            }
        }
    }
}

extension Stage {
    fileprivate static let lease = ObjectKey(.leases, namespace: "default", name: "kube-standby-web")
    private static let question = "kube-standby.io/opinion-question"

    /// Two pods that the kubelet probes, `web-a` and `web-b`.
    fileprivate func placeProbedPods() async throws {
        let pods = [("a", "sandbox-node-1"), ("b", "sandbox-node-2")].map { suffix, node in
            """
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: web-\(suffix), labels: {app: web}}
            spec:
              nodeName: \(node)
              containers:
                - {name: app, image: toy, ports: [{name: http, containerPort: 8080}], readinessProbe: {httpGet: {port: http}}}

            """
        }
        try await sandbox.apply(Manifests.service("web") + pods.joined())
        try await waitForPods(of: "web", count: 2)
    }

    /// Waits until neither a question nor an answer stands on the Lease.
    fileprivate func waitForTheQuestionToGo() async throws {
        try await sandbox.wait(for: "the question to be taken away") { store in
            let lease = try? await store.get(Self.lease)
            return lease?["metadata"]["annotations"].object?.keys.contains { $0.contains("opinion") } == false
        }
    }

    /// A standby waits until it is asked about a pod, and answers.
    fileprivate func answer(_ health: String, asked pod: String) async throws {
        try await sandbox.wait(for: "a question about \(pod)") { store in
            let lease = try? await store.get(Self.lease)
            return lease?["metadata"]["annotations"][Self.question].string?.contains("\"pod\":\"\(pod)\"") ?? false
        }
        try await sandbox.store.modify(Self.lease) { (old) throws(APIFailure) in
            let text = old["metadata"]["annotations"][Self.question].string ?? ""
            guard let id = text.firstMatch(of: /"id":"([^"]*)"/)?.output.1,
                let uid = text.firstMatch(of: /"uid":"([^"]*)"/)?.output.1
            else { return old }
            var new = old
            new["metadata"]["annotations"]["opinion.kube-standby.io/0123456789abcdef"] = .string(
                #"{"ageSeconds":0,"health":"\#(health)","question":"\#(id)","uid":"\#(uid)"}"#
            )
            return new
        }
    }
}
