import Foundation
import Sandbox
import TestedCluster
import Testing

extension WorkloadTests {
    /// 23 and 26: pods that leave at the worst moment, and a planned move in the other order.
    @Suite struct DeniedAndDepartedTests {
        private static func run(
            _ stage: Stage,
            _ more: String = "",
            _ body: @Sendable @escaping (SupervisorProcess) async throws -> Void
        ) async throws {
            let arguments = try await stage.arguments(groups: [Manifests.group("web", more)])
            _ = try await SupervisorProcess.run(arguments) { process in try await body(process) }
        }

        private static func waitForStart(_ stage: Stage, _ process: SupervisorProcess) async throws {
            try await stage.expect("web", toSettleOn: "web-0")
            for pod in ["web-0", "web-1", "web-2"] {
                _ = await process.log.wait(for: "member.name=\(pod)", "member.health=healthy")
            }
            _ = await process.log.wait(for: "move complete", "to=web-0")
        }

        private static func label(_ sandbox: Sandbox, app: String) async throws {
            try await sandbox.store.modify(ObjectKey(.pods, namespace: "default", name: "web-0")) {
                (old) throws(APIFailure) in
                var new = old
                new["metadata"]["labels"]["app"] = .string(app)
                return new
            }
        }

        private static func waitForActives(_ stage: Stage, _ pods: [String]) async throws {
            try await stage.sandbox.wait(for: "\(pods) to be active") { store in
                let all = await store.list(.pods, namespace: "default").map { $0["metadata"] }
                return all.filter { $0["labels"]["role"] == "active" }.compactMap { $0["name"].string } == pods
            }
        }

        /// The overlap that `PromoteFirst` chooses is to be short: a planned move asks first whether it can be ended.
        @Test func aPlannedMoveThatPromotesFirstFromAPodThatNobodyMayDemoteIsRefused() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                try await Self.run(stage, "failover: {order: PromoteFirst}") { process in
                    try await Self.waitForStart(stage, process)
                    await stage.sandbox.control.add(Fault(.deny(Denial()), kind: .pods, name: "web-0"))
                    let answer = try await stage.request(["switchover", "web", "--to", "web-1"])
                    #expect(answer.code == 1 && answer.text.contains("pod web-0 cannot be written"), "\(answer.text)")
                }
                #expect(await stage.audit("web").violations.isEmpty)
            }
        }

        /// The move that took its place says that it left nobody, so that the next supervisor does not look at it.
        @Test func aPodThatLeftAndWasNotMadePassiveYetIsFoundAfterARestart() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                try await Self.run(stage) { process in
                    try await Self.waitForStart(stage, process)
                    await stage.sandbox.control.add(Fault(.deny(Denial()), kind: .pods, name: "web-0"))
                    try await Self.label(stage.sandbox, app: "debugged")
                    try await stage.expect("web", otherThan: "web-0", toSettleOn: "web-1")
                    _ = await process.log.wait(for: "operation failed", "writing pod web-0", "denied")
                }
                await stage.sandbox.control.removeFaults()
                try await Self.run(stage) { _ in try await Self.waitForActives(stage, ["web-1"]) }
            }
        }

        /// It leaves the members after its promotion is stored and before that is answered.
        @Test func aPodThatLeavesWhileItIsPromotedIsMadePassive() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let sandbox = stage.sandbox
                await sandbox.control.afterEachWrite { request in
                    guard request.kind == .pods, request.name == "web-0" else { return }
                    let pod = try? await sandbox.store.get(ObjectKey(.pods, namespace: "default", name: "web-0"))
                    guard pod?["metadata"]["labels"]["role"] == "active" else { return }
                    await sandbox.control.afterEachWrite(nil)
                    try? await Self.label(sandbox, app: "debugged")
                    // The answer comes after the watch has told of that.
                    try? await Task.sleep(for: .seconds(1))
                }
                try await Self.run(stage) { _ in
                    try await stage.waitUntilSettled("web", otherThan: "web-0")
                    try await Self.waitForActives(stage, ["web-1"])
                }
            }
        }
    }
}
