import Foundation
import Sandbox
import Testing
import Transport

@testable import KubernetesClient

@Suite(.timeLimit(.minutes(5))) struct APIClientTests {
    private func failure<Value>(_ body: () async throws -> Value) async -> KubernetesError? {
        do {
            _ = try await body()
            return nil
        } catch {
            return error as? KubernetesError
        }
    }

    @Test func readsAndListsPages() async throws {
        try await ClientStage.run { sandbox, client in
            for index in 0..<7 {
                try await sandbox.apply(ClientStage.pod("p\(index)", labels: "app: \(index < 5 ? "x" : "y")"))
            }
            let list = try await client.list(Pod.self, namespace: "default", labelSelector: "app=x")
            #expect(list.items?.compactMap(\.metadata.name) == (0..<5).map { "p\($0)" })
            let last = try await client.get(Pod.self, namespace: "default", name: "p6")
            #expect(last.metadata.labels?["app"] == "y")
            #expect(await failure { try await client.get(Pod.self, namespace: "default", name: "none") }?.code == 404)
        }
    }

    @Test func patchesExactlyOneVersionOfOnePod() async throws {
        try await ClientStage.run { sandbox, client in
            try await sandbox.apply(ClientStage.pod("p"))
            let pod = try await client.get(Pod.self, namespace: "default", name: "p")
            let (uid, version) = (pod.metadata.uid ?? "", pod.metadata.resourceVersion ?? "")
            let patch = MetadataPatch(
                uid: uid,
                resourceVersion: version,
                labels: ["role": "active", "app": nil],
                annotations: ["e": "1"]
            )
            let patched = try await client.patchMetadata(Pod.self, namespace: "default", name: "p", patch)
            #expect(patched.metadata.labels == ["role": "active"] && patched.metadata.annotations?["e"] == "1")
            #expect(
                await failure { try await client.patchMetadata(Pod.self, namespace: "default", name: "p", patch) }?.code
                    == 409
            )
            let other = MetadataPatch(
                uid: "other",
                resourceVersion: patched.metadata.resourceVersion ?? "",
                labels: ["role": "x"]
            )
            let refusal = await failure {
                try await client.patchMetadata(Pod.self, namespace: "default", name: "p", other)
            }
            #expect(refusal?.code == 422 && refusal?.status?.hasCause(field: "metadata.uid") == true)
        }
    }

    @Test func createsAndUpdatesLeasesByVersion() async throws {
        try await ClientStage.run { _, client in
            var spec = Lease.Spec()
            spec.holderIdentity = "a"
            spec.leaseTransitions = 1
            spec.acquireTime = MicroTime(Date())
            let lease = Lease(metadata: ObjectMeta(name: "l", namespace: "default"), spec: spec)
            let created = try await client.create(lease, namespace: "default")
            #expect(await failure { try await client.create(lease, namespace: "default") }?.code == 409)
            var next = created
            next.spec?.holderIdentity = nil
            let updated = try await client.update(next, namespace: "default")
            #expect(updated.spec?.holderIdentity == nil && updated.spec?.acquireTime == spec.acquireTime)
            #expect(await failure { try await client.update(next, namespace: "default") }?.code == 409)
        }
    }

    @Test func asksWhatItMay() async throws {
        try await ClientStage.run(token: "few") { sandbox, client in
            let rule = PolicyRule(groups: [""], resources: ["pods"], verbs: ["get"])
            try await sandbox.admit(token: "few", user: "u", rules: [rule], namespace: "default")
            let may = SelfSubjectAccessReview.ResourceAttributes(
                namespace: "default",
                verb: "get",
                group: "",
                resource: "pods"
            )
            let isAllowed = try await client.review(may)
            #expect(isAllowed)
            var mayNot = may
            mayNot.verb = "patch"
            let isAllowedToPatch = try await client.review(mayNot)
            #expect(!isAllowedToPatch)
        }
    }

    @Test func namesTheGrantingRuleOfAMissingRight() async throws {
        try await ClientStage.run(token: "few") { sandbox, client in
            try await sandbox.admit(token: "few", user: "u", rules: [])
            let error = await failure { try await client.get(Lease.self, namespace: "shop", name: "l") }
            #expect(
                error?.description
                    == "may not get leases \"l\" in namespace \"shop\": 403 Forbidden; a Role with this rule"
                    + " grants it: {apiGroups: [\"coordination.k8s.io\"], resources: [\"leases\"], verbs: [\"get\"]}"
            )
        }
    }

    @Test(arguments: [(500, 2, true), (503, 2, true), (429, 2, true), (500, 9, false), (404, 1, false)])
    func retriesReadsAFewTimes(code: Int, times: Int, succeeds: Bool) async throws {
        try await ClientStage.run { sandbox, client in
            try await sandbox.apply(ClientStage.pod("p"))
            await sandbox.control.add(Fault(.refuse(code: code, retryAfter: nil), verb: "get", count: times))
            let error = await failure { try await client.get(Pod.self, namespace: "default", name: "p") }
            #expect((error == nil) == succeeds)
        }
    }

    /// A review stores nothing.
    @Test func repeatsAReviewOfUnknownOutcome() async throws {
        try await ClientStage.run { sandbox, client in
            await sandbox.control.add(Fault(.loseAnswer, verb: "create", count: 2))
            let isAllowed = try await client.review(
                .init(namespace: "default", verb: "get", group: "", resource: "pods")
            )
            #expect(isAllowed)
        }
    }

    @Test func doesNotRepeatAWriteOfUnknownOutcome() async throws {
        try await ClientStage.run { sandbox, client in
            let lease = Lease(metadata: ObjectMeta(name: "l", namespace: "default"), spec: Lease.Spec())
            await sandbox.control.add(Fault(.loseAnswer, verb: "create", count: 1))
            let error = await failure { try await client.create(lease, namespace: "default", retry: .standard) }
            #expect(error?.code == nil && error != nil)
            let stored = try await client.get(Lease.self, namespace: "default", name: "l")
            #expect(stored.metadata.name == "l")
        }
    }

    @Test func repeatsAWriteThatWasNotExecuted() async throws {
        try await ClientStage.run { sandbox, client in
            let lease = Lease(metadata: ObjectMeta(name: "l", namespace: "default"), spec: Lease.Spec())
            await sandbox.control.add(Fault(.refuse(code: 429, retryAfter: nil), verb: "create", count: 2))
            _ = try await client.create(lease, namespace: "default", retry: .standard)
        }
    }

    @Test func deletesTheVersionThatWasReadAndNoOther() async throws {
        try await ClientStage.run { sandbox, client in
            let lease = Lease(metadata: ObjectMeta(name: "l", namespace: "default"), spec: Lease.Spec())
            let first = try await client.create(lease, namespace: "default")
            var changed = first
            changed.spec?.holderIdentity = "another"
            let second = try await client.update(changed, namespace: "default")
            let late = await failure { try await client.delete(first, namespace: "default") }
            #expect(late?.code == 409)
            try await client.delete(second, namespace: "default")
            let gone = await failure { try await client.delete(second, namespace: "default") }
            #expect(gone?.code == 404)
        }
    }

    /// Whoever has to decide before a deadline cannot wait for the usual five seconds.
    @Test func aRequestTakesNoLongerThanItMay() async throws {
        try await ClientStage.run { sandbox, client in
            await sandbox.control.add(Fault(.hang, kind: .leases))
            let error = await failure {
                try await client.get(
                    Lease.self,
                    namespace: "default",
                    name: "l",
                    timeout: .milliseconds(50),
                    retry: .none
                )
            }
            guard case .transport(let cause) = error?.cause else {
                Issue.record("\(error?.description ?? "answered")")
                return
            }
            #expect(cause.kind == .timedOut)
        }
    }
}
