import FailoverCore
import KubernetesClient
import Testing

@testable import Supervision

/// A pause on the Lease.
@Suite struct StoredPauseTests {
    /// By hand people write yes and no; what is neither pauses, and is told.
    @Test(arguments: [
        ("true", true, true), ("True", true, true), ("false", false, true), ("FALSE", false, true), ("", true, false),
        ("no", true, false), ("{\"id\":\"op-1\"}", true, true),
    ])
    func readsAPauseThatWasWrittenByHand(text: String, isPaused: Bool, isExpected: Bool) {
        var lease = Lease(metadata: ObjectMeta(name: "l"), spec: Lease.Spec())
        lease.metadata.annotations = ["kube-standby.io/paused": text]
        #expect((RecordMapping.stored(lease).record.pause != nil) == isPaused)
        #expect(RecordMapping.oddities(lease).isEmpty == isExpected)
    }
}
