import KubernetesClient
import Sandbox
import Testing

@testable import FailoverCore
@testable import Supervision

/// A slice that announces a move is written while the Lease is what the move was decided on, on a server that checks versions.
@Suite(.timeLimit(.minutes(5))) struct SliceAnnouncementTests {
    private static func slice() throws -> EndpointSlice {
        let mapping = try SliceStage.mapping([try SliceStage.pod(1)])
        var slice = try #require(mapping.slice(for: SliceStage.write(ready: 1)))
        (slice.metadata.namespace, slice.metadata.ownerReferences) = ("default", nil)
        return slice
    }

    /// Writes the slice under a version of the record.
    private static func write(
        _ stage: LeaseStage,
        under ground: StoredRecord.Version,
        isWanted: @escaping @Sendable () async -> Bool = { true }
    ) async throws -> SliceWriteOutcome {
        await stage.leader.writeSlice(
            try slice(),
            over: nil,
            under: ground,
            urgency: .failing,
            in: nil,
            isWanted: isWanted
        )
    }

    private static func isStored(_ stage: LeaseStage) async -> Bool {
        let key = ObjectKey(.endpointSlices, namespace: "default", name: "db-kube-standby-ipv4")
        return (try? await stage.sandbox.store.get(key)) != nil
    }

    @Test func itIsWrittenOverTheRecordThatIsKnown() async throws {
        try await LeaseStage.run { stage in
            let outcome = try await Self.write(stage, under: try await stage.begin().version)
            guard case .written = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(await Self.isStored(stage))
        }
    }

    /// A pause, for one, that no informer has shown yet.
    @Test func whatSomebodyWroteOnTheRecordWithholdsIt() async throws {
        try await LeaseStage.run { stage in
            let first = try await stage.begin()
            try await stage.annotate("kube-standby.io/paused", #"{"id":"p"}"#)
            let outcome = try await Self.write(stage, under: first.version)
            guard case .unwritten(.withheld(.found(let found))) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(found.record.pause?.id == "p" && found.version.version > first.version.version)
            #expect(await !Self.isStored(stage))
        }
    }

    @Test func aRecordThatIsGoneWithholdsIt() async throws {
        try await LeaseStage.run { stage in
            let first = try await stage.begin()
            let key = ObjectKey(.leases, namespace: "default", name: "kube-standby-web")
            _ = try await stage.sandbox.store.delete(key)
            let outcome = try await Self.write(stage, under: first.version)
            guard case .unwritten(.withheld(.absent)) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(await !Self.isStored(stage))
        }
    }

    /// It says nothing of the record.
    @Test func anAnswerOfAStandbyDoesNotWithholdIt() async throws {
        try await LeaseStage.run { stage in
            let first = try await stage.begin()
            try await stage.annotate("opinion.kube-standby.io/other", "{}")
            let outcome = try await Self.write(stage, under: first.version)
            guard case .written = outcome else {
                Issue.record("\(outcome)")
                return
            }
        }
    }

    /// What was true of it before the record was read may be so no more.
    @Test func itIsAskedForAgainOnceTheRecordIsRead() async throws {
        try await LeaseStage.run { stage in
            let first = try await stage.begin()
            let asked = Counter()
            let outcome = try await Self.write(stage, under: first.version) { await asked.next() == 1 }
            guard case .unwritten(.notSent) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(await asked.count == 2)
            #expect(await !Self.isStored(stage))
        }
    }

    /// How often something was asked.
    private actor Counter {
        private(set) var count = 0

        func next() -> Int {
            count += 1
            return count
        }
    }
}
