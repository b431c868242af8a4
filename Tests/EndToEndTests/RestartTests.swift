import Foundation
import Glibc
import Sandbox
import TestedCluster
import Testing

extension ControlPlaneTests {
    /// The supervisor dies, ends and starts again.
    @Suite struct RestartTests {
        /// Writes of one move: the intent, the demotion, the promotion, and how long it took.
        @Test(arguments: 1...4, ["DemoteFirst", "PromoteFirst"])
        func aKillBetweenAnyTwoWritesIsMadeGood(writes: Int, order: String) async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let group = Manifests.group("web", "failover: {order: \(order)}")
                let arguments = try await stage.arguments(groups: [group])
                let (old, _) = try await SupervisorProcess.run(arguments) { process in
                    let first = try await stage.waitUntilSettled("web")
                    for pod in ["web-1", "web-2"] { _ = await process.log.wait(for: "member.name=\(pod)", "healthy") }
                    // It would count as the first write of the move.
                    try await stage.waitForEndOfFirstMove("web")
                    let counter = WriteCounter(limit: writes)
                    await stage.sandbox.control.afterEachWrite { request in
                        guard request.kind == .leases || request.kind == .pods else { return }
                        if await counter.count() { process.send(SIGKILL) }
                    }
                    await stage.sandbox.applications.set(.status(500), pod: first, namespace: "default")
                    // Ends when the process does.
                    _ = await process.log.wait(for: "\u{0}never printed")
                    await stage.sandbox.control.afterEachWrite(nil)
                    return first
                }
                _ = try await SupervisorProcess.run(arguments) { _ in
                    let holder = try await stage.waitUntilSettled("web", otherThan: old)
                    try await stage.sandbox.waitForEndpoints([holder], of: "web")
                }
                let audit = await stage.audit("web")
                if order == "DemoteFirst" { #expect(audit.violations.isEmpty && audit.moves == 1) }
                #expect(audit.mostActive <= 2 && audit.sequence.last?.count == 1)
            }
        }

        /// Counts writes up to a limit.
        private actor WriteCounter {
            private var left: Int

            init(limit: Int) { left = limit }

            /// Whether this was the last.
            func count() -> Bool {
                left -= 1
                return left == 0
            }
        }

        @Test func doesNotTouchAPodThatWasRecreatedBetweenDecisionAndPatch() async throws {
            try await Stage.run { stage in
                try await stage.place("web", replicas: 2)
                let arguments = try await stage.arguments(groups: [Manifests.group("web")])
                _ = try await SupervisorProcess.run(arguments) { process in
                    let first = try await stage.waitUntilSettled("web")
                    _ = await process.log.wait(for: "member.name=web-1", "healthy")
                    // It would be taken for the intent.
                    try await stage.waitForEndOfFirstMove("web")
                    let sandbox = stage.sandbox
                    await sandbox.control.afterEachWrite { request in
                        guard request.kind == .leases else { return }
                        await sandbox.control.afterEachWrite(nil)
                        try? await sandbox.deletePod("web-1", gracePeriod: 0)
                    }
                    await sandbox.applications.set(.status(500), pod: first, namespace: "default")
                    let holder = try await stage.waitUntilSettled("web", otherThan: first)
                    try await sandbox.waitForEndpoints([holder], of: "web")
                }
                #expect(await stage.audit("web").violations.isEmpty)
            }
        }
    }
}
