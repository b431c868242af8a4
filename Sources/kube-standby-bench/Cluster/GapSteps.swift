import Foundation
import Sandbox

/// One time without an endpoint, and the steps of it, as the sandbox's history has them.
struct GapSteps: CustomStringConvertible {
    /// From the demotion to the slice that shows nobody: the controller's part before the gap.
    private let shown: Duration
    /// From there to the promotion: the watch, and the supervisor's part.
    private let promoted: Duration
    /// From there to the slice that shows the new pod: the controller's part.
    private let followed: Duration

    /// How long there was no endpoint.
    var total: Duration { promoted + followed }

    /// In milliseconds.
    var description: String {
        let text = { (duration: Duration) in String(format: "%.1f", duration / .milliseconds(1)) }
        return "demotion, after \(text(shown)) nobody shown, after \(text(promoted)) promotion, after \(text(followed))"
            + " the pod shown"
    }

    /// Every time without an endpoint since `start` in which a pod was promoted; without settling, most are promoted before.
    static func all(_ history: [StoreChange], _ audit: EndpointAudit, since start: ContinuousClock.Instant) -> [Self] {
        let roles = history.filter { $0.key.kind == .pods && $0.time > start && role($0.object) != role($0.previous) }
        return zip(audit.states, audit.states.dropFirst()).compactMap { state, next in
            guard state.pods.isEmpty, state.time > start else { return nil }
            let demotion = roles.last { $0.time <= state.time && role($0.previous) == "active" }
            let promotion = roles.last { $0.time <= next.time && role($0.object) == "active" }
            guard let demotion, let promotion, promotion.time > state.time else { return nil }
            return Self(
                shown: state.time - demotion.time,
                promoted: promotion.time - state.time,
                followed: next.time - promotion.time
            )
        }
    }

    private static func role(_ pod: JSONValue?) -> String? { pod?["metadata"]["labels"]["role"].string }
}
