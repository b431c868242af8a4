import Sandbox
import TestedCluster
import Testing

extension EndToEndTests {
    /// `explain` where more supervisors are found than are asked, and of one group nobody tells.
    @Suite struct CrowdedSurveyTests {
        private static let names = (0..<70).map { "d\($0 / 10)\($0 % 10)" }

        /// Holders of 70 shards, of which `d00` answers, and leads another group; the others are no pods.
        private static func run(_ body: @Sendable @escaping (Stage) async throws -> Void) async throws {
            try await Stage.run { stage in
                _ = try await SupervisorProcess.run(try await stage.surveyArguments()) { _ in
                    try await stage.waitUntilSettled("web")
                }
                for (number, name) in names.enumerated() {
                    let lease = """
                        apiVersion: coordination.k8s.io/v1
                        kind: Lease
                        metadata:
                          name: ks.shard-\(number)-of-70
                          labels: {kube-standby.io/lease: shard, kube-standby.io/lease-name: ks}
                        spec: {holderIdentity: \(name)_1}
                        """
                    try await stage.sandbox.apply(lease, namespace: "default")
                }
                try await stage.place("db", replicas: 2)
                let arguments = try await stage.arguments(
                    groups: [Manifests.group("db")],
                    ["--listen", "127.0.0.1:0"]
                )
                _ = try await SupervisorProcess.run(arguments) { process in
                    try await stage.waitUntilSettled("db")
                    let pod = Stage.pod("d00", port: try await process.operationsPort())
                    try await stage.sandbox.apply(pod, namespace: "default")
                    try await body(stage)
                }
            }
        }

        /// How often somebody looked for one of the 70.
        private static func questions(_ stage: Stage) async -> Int {
            await stage.sandbox.control.log.count { entry in
                entry.kind == .pods && entry.verb == "get" && entry.name.map(names.contains) ?? false
            }
        }

        @Test func whatCountsIsToldBeforeWhatManyDoNotAnswer() async throws {
            try await Self.run { stage in
                let before = await Self.questions(stage)
                var explained = try await stage.request(["explain", "web"])
                #expect(await Self.questions(stage) == before + 64)
                for words in [
                    "missing: 70 supervisors were found, and 64 are asked; --supervisor-namespace says which",
                    "missing: d00 answers, and does not lead web", "missing: the supervisors d",
                    " and 62 more are no pods of namespace default; those that run by hand",
                ] { #expect(explained.text.contains(words), "\(words): \(explained.text)") }
                #expect(explained.code == 0 && !explained.text.contains("is no pod"), "\(explained.text)")
                // No two of these are silent for the same reason.
                for number in 1...10 {
                    let fault = Fault(
                        .refuse(code: 550 + number, retryAfter: nil),
                        kind: .pods,
                        name: Self.names[number]
                    )
                    await stage.sandbox.control.add(fault)
                }
                explained = try await stage.request(["explain", "web"])
                #expect(explained.text.contains("missing: d00 answers, and does not lead web"), "\(explained.text)")
                #expect(explained.text.contains(": 55"), "\(explained.text)")
            }
        }

        @Test func aNameThatIsOnNoRecordIsNoReasonToAskEverybody() async throws {
            try await Self.run { stage in
                let before = await Self.questions(stage)
                for command in ["status", "explain"] {
                    let told = try await stage.request([command, "wbe"])
                    #expect(told.code == 1 && told.text.contains("has no Lease kube-standby-wbe"), "\(told.text)")
                }
                // In whose shard the name is.
                #expect(await Self.questions(stage) == before + 2)
            }
        }
    }
}
