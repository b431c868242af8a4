import FailoverCore
import StandbyConfiguration

@testable import Probing

extension ProbeTarget {
    /// The only member of group `g`, on loopback unless it says where.
    static func sample(
        _ handler: ProbeConfiguration.Handler,
        pod: String = "a",
        address: String = "127.0.0.1",
        incarnation: String = "1",
        initialWait: Duration = .zero,
        _ change: (inout ProbeTiming) -> Void = { _ in }
    ) -> ProbeTarget {
        var timing = ProbeTiming()
        change(&timing)
        return ProbeTarget(
            id: .init(pod),
            group: "g",
            pod: pod,
            namespace: "default",
            address: address,
            role: .passive,
            incarnation: incarnation,
            ports: ["http": 8080],
            probe: .init(handler: handler, timing: timing),
            initialWait: initialWait
        )
    }
}
