import Foundation
import Sandbox
import TestedCluster
import Testing

extension WorkloadTests {
    /// Scenario 35: annotations and Lease fields that no supervisor has written.
    @Suite struct HostileObjectTests {
        private static func annotate(_ stage: Stage, _ pod: String, _ key: String, _ value: String) async throws {
            let place = ObjectKey(.pods, namespace: "default", name: pod)
            try await stage.sandbox.store.modify(place) { (old) throws(APIFailure) in
                var new = old
                new["metadata"]["annotations"][key] = .string(value)
                return new
            }
        }

        /// A Lease of the group that was there before the supervisor.
        private static func record(
            _ stage: Stage,
            transitions: Int,
            annotations: JSONValue = [:],
            group: String = "web"
        ) async throws {
            try await stage.sandbox.store.create(
                .leases,
                namespace: "default",
                [
                    "metadata": [
                        "name": .string("kube-standby-\(group)"), "annotations": annotations,
                        "labels": ["app.kubernetes.io/managed-by": "kube-standby"],
                    ],
                    "spec": ["holderIdentity": .string("\(group)-0"), "leaseTransitions": .int(transitions)],
                ]
            )
        }

        private static func transitions(_ stage: Stage) async throws -> Int {
            let key = ObjectKey(.leases, namespace: "default", name: "kube-standby-web")
            return try await stage.sandbox.store.get(key)["spec"]["leaseTransitions"].int ?? -1
        }

        /// How many lines say that something is left out of account, once one does.
        private static func complaints(_ process: SupervisorProcess, _ words: String) async -> Int {
            _ = await process.log.wait(for: "left out of account", words)
            return await process.log.lines.count { $0.contains("left out of account") && $0.contains(words) }
        }

        @Test func epochsThatNoSwitchHasMadeStopNothing() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                try await Self.annotate(stage, "web-0", "epoch.kube-standby.io/web", "9223372036854775807")
                try await Self.annotate(stage, "web-1", "kube-standby.io/epoch", "2147483647")
                try await Self.annotate(stage, "web-2", "epoch.kube-standby.io/web", "1000000000")
                let arguments = try await stage.arguments(groups: [Manifests.group("web")])
                let (_, code) = try await SupervisorProcess.run(arguments) { process in
                    let first = try await stage.waitUntilSettled("web")
                    await stage.sandbox.applications.set(.status(500), pod: first, namespace: "default")
                    let second = try await stage.waitUntilSettled("web", otherThan: first)
                    await stage.sandbox.applications.set(.healthy, pod: first, namespace: "default")
                    await stage.sandbox.applications.set(.status(500), pod: second, namespace: "default")
                    try await stage.waitUntilSettled("web", otherThan: second)
                    #expect(try await Self.transitions(stage) < 1000)
                    for words in ["pod web-0: annotation", "pod web-1: annotation", "pod web-2: its epoch 1000000000"] {
                        let count = await Self.complaints(process, words)
                        #expect(count == 1, "\(words)")
                    }
                }
                #expect(code == 0)
                #expect(await stage.audit("web").violations.isEmpty)
            }
        }

        @Test func aRecordsEpochBeyondTheLastIsSucceededByAnHonestOne() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                try await stage.label("web-0", role: "active")
                try await Self.annotate(stage, "web-0", "epoch.kube-standby.io/web", "57")
                try await Self.record(stage, transitions: 2_147_483_647)
                let arguments = try await stage.arguments(groups: [Manifests.group("web")])
                let (_, code) = try await SupervisorProcess.run(arguments) { process in
                    try await stage.expect("web", toSettleOn: "web-0")
                    await stage.sandbox.applications.set(.status(500), pod: "web-0", namespace: "default")
                    try await stage.waitUntilSettled("web", otherThan: "web-0")
                    let epoch = try await Self.transitions(stage)
                    #expect((1058...1100).contains(epoch), "\(epoch)")
                    #expect(await Self.complaints(process, "leaseTransitions is 2147483647") == 1)
                }
                #expect(code == 0)
                #expect(await stage.audit("web").violations.isEmpty)
            }
        }

        /// Two switches that share an epoch would not be ordered by it: the group stays as it is, says so, and no other notices.
        @Test func atTheLastEpochAGroupStaysAsItIs() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                try await stage.place("db")
                try await stage.label("web-0", role: "active")
                try await Self.record(stage, transitions: 1_073_741_824)
                let groups = [Manifests.group("web"), Manifests.group("db")]
                let (_, code) = try await SupervisorProcess.run(try await stage.arguments(groups: groups)) { process in
                    _ = await process.log.wait(for: "nothing can be moved any more")
                    await stage.sandbox.applications.set(.status(500), pod: "web-0", namespace: "default")
                    _ = await process.log.wait(for: "group.name=web", "member.name=web-0", "unhealthy")
                    let first = try await stage.waitUntilSettled("db")
                    await stage.sandbox.applications.set(.status(500), pod: first, namespace: "default")
                    try await stage.waitUntilSettled("db", otherThan: first)
                    #expect(await Self.complaints(process, "the last epoch") == 1)
                    let writes = await stage.sandbox.control.log.count {
                        $0.name == "kube-standby-web" && $0.verb == "update"
                    }
                    #expect(writes == 0, "\(writes) writes of a record that cannot change")
                }
                #expect(code == 0)
                let audit = await stage.audit("web")
                #expect(audit.violations.isEmpty && audit.moves == 0)
            }
        }

        @Test func theHistoryIsToldWhateverItSays() async throws {
            try await Stage.run { stage in
                let history = """
                    [{"time":"2026-11-25T12:00:00.000000Z","from":["web-0"],"to":"web-1","cause":"ActiveUnhealthy","epoch":4,
                    "durationSeconds":1e300,"nobodyActiveSeconds":-1e300},
                    {"time":"1969-12-31T23:59:59.9Z","from":[],"to":"web-2","cause":"Switchover","epoch":5,"durationSeconds":0.5},
                    {"time":"99999-01-01T00:00:00Z","from":[],"to":"web-2","cause":"Switchover","epoch":6},
                    {"time":"2026-11-25T12:00:00Z","from":[],"to":"web-2","cause":"Switchover","epoch":9223372036854775807},
                    17, null, {"epoch": "x"}]
                    """
                try await Self.record(
                    stage,
                    transitions: 4,
                    annotations: ["kube-standby.io/history": .string(history)]
                )
                let table = try await stage.request(["history", "web"])
                #expect(table.code == 0, "\(table.text)")
                let rows = table.text.split(separator: "\n").dropFirst()
                #expect(rows.count == 2 && rows.first?.contains("the active pod is unhealthy") == true, "\(table.text)")
                #expect(rows.last?.hasPrefix("1969-12-31T23:59:59.900000Z") == true, "\(table.text)")
                let json = try await stage.request(["history", "web", "-o", "json"])
                #expect(json.code == 0 && !json.text.contains("e+300"), "\(json.text)")
            }
        }
    }
}
