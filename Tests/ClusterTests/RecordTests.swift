import Glibc
import Sandbox
import TestedCluster
import Testing

extension ClusterTests {
    /// Labels and records that others touch, rights that are missing, and supervisors that end.
    @Suite struct RecordTests {
        @Test func takesAnotherHealthyPodLabelledByHandForASwitchover() async throws {
            try await ClusterStage.run { stage in
                try await stage.place("web")
                let arguments = try await stage.arguments(groups: [Manifests.group("web")])
                _ = try await SupervisorProcess.run(arguments) { process in
                    let holder = try await stage.waitUntilSettled("web")
                    _ = await process.log.wait(for: "member.name=web-2", "member.health=healthy")
                    try await stage.label("web-2", "role", "active")
                    #expect(try await stage.waitUntilSettled("web", otherThan: holder) == "web-2")
                }
            }
        }

        @Test func demotesASecondActivePodThatIsNoCandidateWithinOneWatchEvent() async throws {
            try await ClusterStage.run { stage in
                try await stage.place("web")
                let arguments = try await stage.arguments(groups: [Manifests.group("web")])
                _ = try await SupervisorProcess.run(arguments) { process in
                    let holder = try await stage.waitUntilSettled("web")
                    await stage.set(.status(500), pod: "web-2")
                    _ = await process.log.wait(for: "health changed", "member.name=web-2", "unhealthy")
                    try await stage.label("web-2", "role", "active")
                    try await stage.record.wait(for: "web-2 to be passive again") {
                        [namespace = stage.namespace] record in
                        let history = await record.history
                        let roles = history.filter { $0.key == ObjectKey(.pods, namespace: namespace, name: "web-2") }
                            .map { $0.object["metadata"]["labels"]["role"] }
                        return roles.contains("active") && roles.last == "passive"
                    }
                    #expect(try await stage.waitUntilSettled("web") == holder)
                }
            }
        }

        @Test func givesALostLabelBack() async throws {
            try await ClusterStage.run { stage in
                try await stage.place("web")
                let arguments = try await stage.arguments(groups: [Manifests.group("web")])
                _ = try await SupervisorProcess.run(arguments) { _ in
                    let holder = try await stage.waitUntilSettled("web")
                    try await stage.label(holder, "role", nil)
                    try await stage.record.wait(for: "the label to be lost") { [namespace = stage.namespace] record in
                        await record.history.contains {
                            $0.key == ObjectKey(.pods, namespace: namespace, name: holder)
                                && $0.previous?["metadata"]["labels"]["role"] == "active"
                                && $0.object["metadata"]["labels"]["role"] == .null
                        }
                    }
                    #expect(try await stage.waitUntilSettled("web") == holder)
                }
            }
        }

        @Test func aRestartMovesNothing() async throws {
            try await ClusterStage.run { stage in
                try await stage.place("web")
                let arguments = try await stage.arguments(groups: [Manifests.group("web")])
                for _ in 0..<3 {
                    let (_, code) = try await SupervisorProcess.run(arguments) { process in
                        try await stage.waitUntilSettled("web")
                        for pod in ["web-0", "web-1", "web-2"] {
                            _ = await process.log.wait(for: "member.name=\(pod)", "member.health=healthy")
                        }
                    }
                    #expect(code == 0)
                }
                let audit = await stage.audit("web")
                #expect(audit.moves == 0 && audit.sequence.last == ["web-0"])
            }
        }

        /// Killed as soon as the record names another holder: somewhere between the intent and the promotion, or after it.
        @Test(arguments: ["DemoteFirst", "PromoteFirst"])
        func aKillDuringASwitchIsMadeGood(order: String) async throws {
            try await ClusterStage.run { stage in
                try await stage.place("web")
                let group = Manifests.group("web", "failover: {order: \(order)}")
                let arguments = try await stage.arguments(groups: [group])
                let (old, _) = try await SupervisorProcess.run(arguments) { process in
                    let first = try await stage.waitUntilSettled("web")
                    for pod in ["web-1", "web-2"] { _ = await process.log.wait(for: "member.name=\(pod)", "healthy") }
                    await stage.set(.status(500), pod: first)
                    let lease = ObjectKey(.leases, namespace: stage.namespace, name: "kube-standby-web")
                    try await stage.record.wait(for: "the intent") { record in
                        await record.get(lease)?["spec"]["holderIdentity"].string.map { $0 != first } ?? false
                    }
                    process.send(SIGKILL)
                    return first
                }
                _ = try await SupervisorProcess.run(arguments) { _ in
                    let holder = try await stage.waitUntilSettled("web", otherThan: old)
                    try await stage.waitForEndpoints([holder], of: "web")
                }
                let audit = await stage.audit("web")
                if order == "DemoteFirst" { #expect(audit.violations.isEmpty && audit.moves == 1) }
                #expect(audit.mostActive <= 2 && audit.sequence.last?.count == 1)
            }
        }

        @Test func namesTheRuleOfAMissingRightAndGoesOnOnceItIsThere() async throws {
            try await ClusterStage.run { stage in
                try await stage.place("web")
                let groups = [Manifests.group("web")]
                let arguments = try await stage.arguments(groups: groups, rights: Manifests.readOnlyRights)
                _ = try await SupervisorProcess.run(arguments) { process in
                    let line = await process.log.wait(for: "may not patch pods")
                    #expect(line?.contains(#"{apiGroups: [""], resources: ["pods"], verbs: ["patch"]}"#) == true)
                    try await stage.apply(Manifests.rights)
                    try await stage.waitUntilSettled("web", atMost: .seconds(60))
                }
            }
        }

        @Test func writesNothingInADryRun() async throws {
            try await ClusterStage.run { stage in
                try await stage.place("web")
                let arguments = try await stage.arguments(groups: [Manifests.group("web")], ["--dry-run"])
                _ = try await SupervisorProcess.run(arguments) { process in
                    let line = await process.log.wait(for: "move withheld", "to=web-0")
                    #expect(line != nil)
                }
                let lease = ObjectKey(.leases, namespace: stage.namespace, name: "kube-standby-web")
                #expect(await stage.record.get(lease) == nil)
                let pods = await stage.record.list(.pods, namespace: stage.namespace)
                #expect(pods.allSatisfy { $0["metadata"]["labels"]["role"] == .null })
            }
        }
    }
}
