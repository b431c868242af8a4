import Foundation
import Sandbox
import TestedCluster
import Testing

extension WorkloadTests {
    /// What restarts of containers do, with the real binary.
    @Suite struct ContainerScenarioTests {
        /// 39.
        @Test func aHealthyStandbyDoesNotWaitForTheInitialDelayOfAnActiveThatCrashed() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                for pod in ["web-0", "web-1", "web-2"] {
                    try await stage.restart("app", of: pod, count: 0, startedAt: "2020-01-01T00:00:00Z")
                }
                let probe = Manifests.quickProbe.replacingOccurrences(
                    of: "}, period",
                    with: "}, initialDelaySeconds: 3600, period"
                )
                let arguments = try await stage.arguments(groups: [Manifests.group("web", probe: probe)])
                _ = try await SupervisorProcess.run(arguments) { process in
                    let holder = try await stage.waitUntilSettled("web")
                    for pod in ["web-0", "web-1", "web-2"] {
                        _ = await process.log.wait(for: "member.name=\(pod)", "member.health=healthy")
                    }
                    await stage.sandbox.applications.set(.refusing, pod: holder, namespace: "default")
                    let now = Date().formatted(.iso8601)
                    try await stage.restart("app", of: holder, count: 1, startedAt: now)
                    _ = try await stage.waitUntilSettled("web", otherThan: holder)
                }
                #expect(await stage.audit("web").violations.isEmpty)
            }
        }

        /// 40.
        @Test func anotherContainersRestartsDoNotKeepAFailingActive() async throws {
            try await Stage.withWeb { stage, arguments in
                _ = try await SupervisorProcess.run(arguments) { process in
                    let holder = try await stage.waitUntilSettled("web")
                    for pod in ["web-0", "web-1", "web-2"] {
                        _ = await process.log.wait(for: "member.name=\(pod)", "member.health=healthy")
                    }
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        let requests = await stage.sandbox.applications.requests(pod: holder, namespace: "default")
                        await stage.sandbox.applications.set(.status(500), pod: holder, namespace: "default")
                        group.addTask {
                            // A neighbour that is started again with every probe.
                            var count = 0
                            for await _ in requests {
                                count += 1
                                try await stage.restart("neighbour", of: holder, count: count)
                            }
                        }
                        _ = try await stage.waitUntilSettled("web", otherThan: holder)
                        group.cancelAll()
                    }
                }
                #expect(await stage.audit("web").violations.isEmpty)
            }
        }
    }
}

extension Stage {
    /// The kubelet says that a container of a pod was started so many times again.
    fileprivate func restart(
        _ container: String,
        of pod: String,
        count: Int,
        startedAt: String = "2020-01-01T00:00:00Z"
    ) async throws {
        let key = ObjectKey(.pods, namespace: "default", name: pod)
        try await sandbox.store.modify(key) { (old) throws(APIFailure) in
            let others = (old["status"]["containerStatuses"].array ?? []).filter { $0["name"] != .string(container) }
            let status: JSONValue = [
                "name": .string(container), "restartCount": .int(count), "containerID": .string("sandbox://\(count)"),
                "state": ["running": ["startedAt": .string(startedAt)]],
            ]
            var new = old
            new["status"]["containerStatuses"] = .array(others + [status])
            return new
        }
    }
}
