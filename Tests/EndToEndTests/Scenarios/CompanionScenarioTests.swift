import Foundation
import Leadership
import Sandbox
import Supervision
import TestedCluster
import Testing
import Transport

extension WorkloadTests {
    /// Groups that belong together or are better apart, with the real binary.
    @Suite struct CompanionScenarioTests {
        /// Puts a group on the stage: `NAME-a`, `NAME-b` and so on, on nodes of these numbers.
        private static func place(_ name: String, on nodes: [Int], _ stage: Stage) async throws {
            let pods = zip(["a", "b", "c"], nodes).map { suffix, node in
                """
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: \(name)-\(suffix), labels: {app: \(name)}}
                spec:
                  nodeName: sandbox-node-\(node)
                  containers: [{name: app, image: toy, ports: [{name: http, containerPort: 8080}]}]

                """
            }
            try await stage.sandbox.apply(Manifests.service(name) + pods.joined())
            try await stage.waitForPods(of: name, count: nodes.count)
        }

        private static func db(cooldown: Int = 0, _ more: String = "") -> String {
            Manifests.group("db", "failover: {cooldownSeconds: \(cooldown)\(more)}")
        }

        /// Runs a supervisor for `web` and `db`, each of three healthy pods, of which the first is active, on these nodes.
        private static func run(
            _ groups: [String],
            web: [Int] = [1, 2, 3],
            db: [Int] = [1, 2, 3],
            token: String = Sandbox.adminToken,
            _ body: @Sendable @escaping (Stage, SupervisorProcess) async throws -> Void
        ) async throws {
            try await Stage.run { stage in
                try await place("web", on: web, stage)
                try await place("db", on: db, stage)
                try await stage.sandbox.apply(Manifests.rights)
                await stage.sandbox.authentication.admit(token: "few", .serviceAccount("standby", namespace: "default"))
                let listen = ["--listen", "127.0.0.1:0"]
                let arguments = try await stage.arguments(groups: groups, token: token, listen)
                _ = try await SupervisorProcess.run(arguments) { process in
                    for name in ["web", "db"] {
                        try await stage.expect(name, toSettleOn: "\(name)-a")
                        for pod in ["a", "b", "c"].prefix(name == "web" ? web.count : db.count) {
                            _ = await process.log.wait(for: "member.name=\(name)-\(pod)", "member.health=healthy")
                        }
                    }
                    try await body(stage, process)
                }
                for name in ["web", "db"] { #expect(await stage.audit(name).violations.isEmpty) }
            }
        }

        private static func fail(_ pods: String..., on stage: Stage, _ process: SupervisorProcess) async {
            for pod in pods {
                await stage.sandbox.applications.set(.status(500), pod: pod, namespace: "default")
                _ = await process.log.wait(for: "member.name=\(pod)", "member.health=unhealthy")
            }
        }

        // MARK: Together

        private static let webWithDB = Manifests.group("web", "sync: [db]")

        @Test func theOtherFollowsToTheSameNodeOnce() async throws {
            try await Self.run([Self.webWithDB, Self.db()]) { stage, process in
                await Self.fail("web-b", "web-a", on: stage, process)
                try await stage.expect("web", otherThan: "web-a", toSettleOn: "web-c")
                try await stage.expect("db", otherThan: "db-a", toSettleOn: "db-c")
                _ = await process.log.wait(for: "move complete", "another group of the set has moved")
                try await stage.waitForEvent("SwitchedOver", of: "db", "another group of the set has moved")
                // Another move of the set: the first group stays, for nobody is there.
                await Self.fail("db-a", "db-c", on: stage, process)
                try await stage.expect("db", otherThan: "db-c", toSettleOn: "db-b")
                #expect(await stage.audit("db").moves == 2)
                #expect(await stage.audit("web").moves == 1)
            }
        }

        /// A cooldown of an hour, and a window that is not now: the other waits and says why, until that is taken away.
        @Test(arguments: [(3600, "", "the cooldown"), (0, ", preemptWindows: [WINDOW]", "failover.preemptWindows")])
        func aCooldownOrAWindowDelaysIt(cooldown: Int, more: String, words: String) async throws {
            let hour = Calendar(identifier: .gregorian).dateComponents(in: .gmt, from: Date()).hour ?? 0
            let window = String(format: "\"Daily %02d:00-%02d:30 UTC\"", (hour + 12) % 24, (hour + 12) % 24)
            let db = Self.db(cooldown: cooldown, more.replacing("WINDOW", with: window))
            try await Self.run([Self.webWithDB, db]) { stage, process in
                let loop = EventLoop(name: "test")
                defer { loop.stop() }
                let reader = try await EventReader(port: try await process.operationsPort(), loop: loop)
                await Self.fail("web-a", on: stage, process)
                let event = try await reader.next { $0.group?.following != nil }
                #expect(event.group?.name == "db" && event.group?.active == ["db-a"])
                let text = event.group?.following?.text ?? ""
                #expect(
                    text.contains("follows web to node sandbox-node-2; waits for") && text.contains(words),
                    "\(text)"
                )
                try await stage.expect("web", otherThan: "web-a", toSettleOn: "web-b")
                #expect(await stage.audit("db").moves == 0)
                _ = try stage.write("config.yaml", configuration: [Self.webWithDB, Self.db()])
                _ = await process.log.wait(for: "configuration reloaded", "changed db; 1 unchanged")
                try await stage.expect("db", otherThan: "db-a", toSettleOn: "db-b")
                #expect(await stage.audit("db").moves == 1)
            }
        }

        /// On another node, but in the same zone.
        @Test func theOtherFollowsToTheZone() async throws {
            try await Self.run([Self.webWithDB, Self.db()], web: [1, 2], db: [1, 3]) { stage, process in
                // Without zones nobody of the other group is there.
                for (node, zone) in [(1, "z1"), (2, "z2"), (3, "z2")] {
                    let key = ObjectKey(.nodes, namespace: "", name: "sandbox-node-\(node)")
                    try await stage.sandbox.store.modify(key) { (old) throws(APIFailure) in
                        var new = old
                        new["metadata"]["labels"]["topology.kubernetes.io/zone"] = .string(zone)
                        return new
                    }
                }
                let loop = EventLoop(name: "test")
                defer { loop.stop() }
                let reader = try await EventReader(port: try await process.operationsPort(), loop: loop)
                var informed: Set<String> = []
                while informed.count < 2 {
                    let event = try await reader.next { $0.group?.members.allSatisfy { $0.zone != nil } ?? false }
                    informed.insert(event.group?.name ?? "")
                }
                await Self.fail("web-a", on: stage, process)
                try await stage.expect("web", otherThan: "web-a", toSettleOn: "web-b")
                try await stage.expect("db", otherThan: "db-a", toSettleOn: "db-b")
            }
        }

        /// The right to nodes is taken away: that is said once, and nodes are known by name all the same.
        @Test func withoutTheRightNodesAreKnownByName() async throws {
            try await Self.run([Self.webWithDB, Self.db()], token: "few") { stage, process in
                _ = await process.log.wait(for: "nodes cannot be read", "not their zones")
                await Self.fail("web-a", on: stage, process)
                try await stage.expect("web", otherThan: "web-a", toSettleOn: "web-b")
                try await stage.expect("db", otherThan: "db-a", toSettleOn: "db-b")
                #expect(await process.log.lines.count { $0.contains("nodes cannot be read") } == 1)
            }
        }

        // MARK: Apart

        /// The first candidate is where the other group is, and is passed over; without the field it is not.
        @Test(arguments: [true, false]) func aFailoverGoesWhereTheOtherIsNot(isApart: Bool) async throws {
            let web = Manifests.group("web", isApart ? "apartFrom: [db]" : "")
            try await Self.run([web, Self.db()], db: [3, 1, 2]) { stage, process in
                await Self.fail("db-a", on: stage, process)
                try await stage.expect("db", otherThan: "db-a", toSettleOn: isApart ? "db-c" : "db-b")
                #expect(await stage.audit("web").moves == 0)
                #expect(await stage.audit("db").moves == 1)
                let nodes = await stage.sandbox.control.log.filter { $0.kind == .nodes }
                #expect(nodes.isEmpty != isApart, "whoever does not ask costs nothing")
            }
        }

        // MARK: Shards

        /// By their own names the two are in shards that two replicas hold; one of these leads both.
        @Test func aSetIsLedByOneReplica() async throws {
            let map = ShardMap(count: 3)
            #expect(map.shard(namespace: "default", name: "web") != map.shard(namespace: "default", name: "db"))
            try await Stage.run { stage in
                for name in ["web", "db"] { try await Self.place(name, on: [1, 2], stage) }
                let groups = [Self.webWithDB, Self.db()]
                try await ReplicaStage.run(["one", "two", "three"], groups, on: stage, .init(shards: 3)) { replicas in
                    try await replicas.waitForShares(among: ["one", "two", "three"])
                    for name in ["web", "db"] { try await stage.expect(name, toSettleOn: "\(name)-a") }
                    let shard = map.shard(namespace: "default", name: "db")
                    let leader = try #require(await replicas.holder(of: shard))
                    for pod in ["web-b", "db-b"] {
                        try await replicas.wait(leader, for: "member.name=\(pod)", "member.health=healthy")
                    }
                    await stage.sandbox.applications.set(.status(500), pod: "web-a", namespace: "default")
                    try await stage.expect("web", otherThan: "web-a", toSettleOn: "web-b")
                    try await stage.expect("db", otherThan: "db-a", toSettleOn: "db-b")
                }
            }
        }
    }
}
