import Foundation
import Sandbox
import TestedCluster
import Testing

extension ControlPlaneTests {
    /// An older and a newer version write the same Lease in turn; this one is the older.
    @Suite struct UpgradeTests {
        private static let lease = ObjectKey(.leases, namespace: "default", name: "kube-standby-web")

        private static let history = """
            [{"cause":"QuorumLost","epoch":2,"from":["web-2"],"time":"2026-11-20T10:00:00.000000Z","to":"web-1",\
            "witnesses":["b"]},{"cause":"ActiveUnhealthy","durationSeconds":0.5,"epoch":3,"from":["web-1"],"opinions":3,\
            "time":"2026-11-20T11:00:00.000000Z","to":"web-0"}]
            """

        /// The record of web-0 at epoch 3 as a newer version may have written it, on a server whose Leases have a field more.
        private static func placeRecord(on stage: Stage) async throws {
            let pod = ObjectKey(.pods, namespace: "default", name: "web-0")
            try await stage.sandbox.store.modify(pod) { (old) throws(APIFailure) in
                var new = old
                new["metadata"]["labels"]["role"] = "active"
                new["metadata"]["annotations"]["epoch.kube-standby.io/web"] = "3"
                return new
            }
            let uid = try await stage.sandbox.store.get(pod)["metadata"]["uid"].string ?? ""
            let announced =
                #"{"epoch":3,"sealed":[2],"since":1,"targets":[{"epoch":3,"uid":"\#(uid)","withdrawn":false}]}"#
            try await stage.sandbox.store.create(
                .leases,
                namespace: "default",
                [
                    "metadata": [
                        "name": .string(lease.name), "labels": ["app.kubernetes.io/managed-by": "kube-standby"],
                        "annotations": [
                            "kube-standby.io/announced": .string(announced),
                            "kube-standby.io/answers":
                                #"[{"explanation":"later","id":"op-0","outcome":"Deferred","until":"Friday"}]"#,
                            "kube-standby.io/history": .string(history), "kube-standby.io/holder-uid": .string(uid),
                            "kube-standby.io/opinions": "[1]", "kube-standby.io/origin": "Agreed",
                            "kube-standby.io/writer": "newer",
                        ],
                    ],
                    "spec": [
                        "holderIdentity": "web-0", "leaseTransitions": 3, "witness": ["name": "b", "votes": [1, 2]],
                    ],
                ]
            )
        }

        private static func annotation(_ stage: Stage, _ name: String) async throws -> JSONValue {
            let text = try await stage.sandbox.store.get(lease)["metadata"]["annotations"]["kube-standby.io/\(name)"]
                .string
            return text.flatMap { JSONValue(json: Array($0.utf8)) } ?? .null
        }

        @Test func whatOnlyANewerVersionKnowsSurvivesAMoveOfThisOne() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                try await Self.placeRecord(on: stage)
                let arguments = try await stage.arguments(groups: [Manifests.group("web")])
                _ = try await SupervisorProcess.run(arguments) { process in
                    for pod in ["web-0", "web-1", "web-2"] {
                        _ = await process.log.wait(for: "member.name=\(pod)", "healthy")
                    }
                    // Finding a record of another version moves nothing.
                    #expect(await stage.audit("web").moves == 0)
                    await stage.sandbox.applications.set(.status(500), pod: "web-0", namespace: "default")
                    try await stage.waitUntilSettled("web", otherThan: "web-0")
                    try await stage.sandbox.wait(for: "the end of the move on record") { _ in
                        let moves = try? await Self.annotation(stage, "history").array
                        return moves?.last?["epoch"] == 4 && moves?.last?["durationSeconds"] != .null
                    }
                }
                let moves = try #require(await Self.annotation(stage, "history").array)
                #expect(.array(Array(moves.prefix(2))) == JSONValue(json: Array(Self.history.utf8)) && moves.count == 3)
                let announced = try await Self.annotation(stage, "announced")
                #expect(announced["sealed"] == [2] && announced["epoch"] == 4)
                #expect(announced["targets"].array?.first?["withdrawn"] == false)
                #expect(try await Self.annotation(stage, "opinions") == [1])
                #expect(try await Self.annotation(stage, "answers").array?.first?["until"] == "Friday")
                let spec = try await stage.sandbox.store.get(Self.lease)["spec"]
                #expect(spec["witness"] == ["name": "b", "votes": [1, 2]] && spec["leaseTransitions"] == 4)
                let audit = await stage.audit("web")
                #expect(audit.violations.isEmpty && audit.moves == 1)
            }
        }

        /// Whoever gave it with a newer version's command is told, instead of waiting in vain.
        @Test func aRequestThatOnlyANewerVersionKnowsIsRefusedByItsName() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                try await Self.placeRecord(on: stage)
                let arguments = try await stage.arguments(groups: [Manifests.group("web")])
                _ = try await SupervisorProcess.run(arguments) { process in
                    _ = await process.log.wait(for: "member.name=web-0", "healthy")
                    try await stage.sandbox.store.modify(Self.lease) { (old) throws(APIFailure) in
                        var new = old
                        new["metadata"]["annotations"]["kube-standby.io/request"] =
                            #"{"id":"op-7","action":"Rehearse","pod":"web-1","steps":3}"#
                        return new
                    }
                    try await stage.sandbox.wait(for: "the answer") { _ in
                        let answers = try? await Self.annotation(stage, "answers").array
                        return answers?.contains { $0["id"] == "op-7" && $0["outcome"] == "Refused" } ?? false
                    }
                }
                #expect(try await Self.annotation(stage, "answers").array?.first?["outcome"] == "Deferred")
                let annotations = try await stage.sandbox.store.get(Self.lease)["metadata"]["annotations"]
                // An answer is no move: how the record came to be stays as the other version said it.
                #expect(annotations["kube-standby.io/origin"] == "Agreed")
                #expect(await stage.audit("web").moves == 0)
            }
        }
    }
}
