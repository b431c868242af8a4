/// What the recorded history says about who stood behind a Service, and when.
package struct EndpointAudit: Sendable {
    /// The pods that were ready endpoints from a time on.
    package struct State: Sendable, Hashable {
        /// When the change of the EndpointSlice was committed.
        package var time: ContinuousClock.Instant
        /// Names of pods.
        package var pods: Set<String>
    }

    /// Every state, in order; the last one lasts.
    package private(set) var states: [State] = []

    /// `history`: changes of any kind, the oldest first; the EndpointSlices of the Service are picked out.
    package init(_ history: [StoreChange], namespace: String, service: String) {
        for change in history where change.key.kind == .endpointSlices && change.key.namespace == namespace {
            guard change.object["metadata"]["labels"]["kubernetes.io/service-name"] == .string(service) else {
                continue
            }
            let endpoints = change.action == .deleted ? [] : change.object["endpoints"].array ?? []
            let ready = endpoints.filter { $0["conditions"]["ready"] != false }
            let pods = Set(ready.compactMap { $0["targetRef"]["name"].string })
            if states.last?.pods != pods { states.append(State(time: change.time, pods: pods)) }
        }
    }

    /// The pods that are ready endpoints now.
    package var current: Set<String> { states.last?.pods ?? [] }

    /// How long there was no endpoint, each time that there was one again afterwards, from `start` on.
    package func gaps(since start: ContinuousClock.Instant) -> [Duration] {
        zip(states, states.dropFirst()).compactMap { state, next in
            state.pods.isEmpty && next.time > start && !states.prefix { $0.time < state.time }.isEmpty
                ? next.time - max(state.time, start) : nil
        }
    }

    /// When exactly these pods became the endpoints, for the first time after `start`; nil if they did not.
    package func became(_ pods: Set<String>, after start: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        states.first { $0.time > start && $0.pods == pods }?.time
    }
}
