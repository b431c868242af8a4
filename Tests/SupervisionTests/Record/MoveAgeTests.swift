import FailoverCore
import Foundation
import KubernetesClient
import Testing

@testable import Supervision

/// How old the moves on record are, by clocks that differ.
@Suite struct MoveAgeTests {
    private static func date(_ text: String) throws -> Date {
        Date(timeIntervalSince1970: Double(try #require(MicroTime(text)).seconds))
    }

    /// A new leader's clock may be hours behind: old moves are not those of this moment, which would be held for flapping.
    @Test func aClockThatIsBehindBringsNoMovesTogether() throws {
        var lease = Lease(metadata: ObjectMeta(name: "l"), spec: Lease.Spec())
        lease.metadata.annotations = [
            "kube-standby.io/history": """
            [{"time":"2026-01-01T08:00:00Z","from":["a"],"to":"b","cause":"ActiveUnhealthy","epoch":3},
             {"time":"2026-01-01T08:20:00Z","from":["b"],"to":"a","cause":"ActiveUnhealthy","epoch":4}]
            """
        ]
        let behind = try Self.date("2026-01-01T05:00:00Z")
        #expect(RecordMapping.stored(lease, now: behind).record.history.map(\.age) == [.seconds(1200), .zero])
        lease.spec?.renewTime = MicroTime("2026-01-01T09:00:00Z")
        #expect(RecordMapping.stored(lease, now: behind).record.history.map(\.age) == [.seconds(3600), .seconds(2400)])
        let right = try Self.date("2026-01-01T10:00:00Z")
        #expect(RecordMapping.stored(lease, now: right).record.history.map(\.age) == [.seconds(7200), .seconds(6000)])
        // What is stored by our clock is as old as it is, whatever stands before it.
        lease.metadata.annotations?["kube-standby.io/history"] = """
            [{"time":"2026-01-01T08:00:00Z","from":["a"],"to":"b","cause":"ActiveUnhealthy","epoch":3},
             {"time":"2026-01-01T05:00:00Z","from":["b"],"to":"a","cause":"ActiveUnhealthy","epoch":4}]
            """
        lease.spec?.renewTime = MicroTime("2026-01-01T05:00:00Z")
        let later = try Self.date("2026-01-01T05:00:07Z")
        #expect(RecordMapping.stored(lease, now: later).record.history.map(\.age) == [.zero, .seconds(7)])
    }
}
