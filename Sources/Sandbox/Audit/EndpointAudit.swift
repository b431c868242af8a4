/// What the recorded history says about who stood behind a Service, and when.
package struct EndpointAudit: Sendable {
    /// The pods that were ready endpoints from a time on.
    package struct State: Sendable, Hashable {
        /// When the change of an EndpointSlice was committed.
        package var time: ContinuousClock.Instant
        /// Names of pods.
        package var pods: Set<String>
    }

    /// Every state, in order; the last one lasts.
    package private(set) var states: [State] = []

    /// `history`: changes of any kind, the oldest first; the EndpointSlices of the Service are picked out, and joined.
    package init(_ history: [StoreChange], namespace: String, service: String) {
        // By the names of the slices.
        var slices: [String: Set<String>] = [:]
        for change in history where change.key.kind == .endpointSlices && change.key.namespace == namespace {
            let isOfService = change.object["metadata"]["labels"][ServiceSlice.serviceName] == .string(service)
            if isOfService, change.action != .deleted {
                let ready = (change.object["endpoints"].array ?? []).filter { $0["conditions"]["ready"] != false }
                slices[change.key.name] = Set(ready.compactMap { $0["targetRef"]["name"].string })
            } else if slices.removeValue(forKey: change.key.name) == nil, !isOfService {
                continue
            }
            let pods = slices.values.reduce(into: Set()) { $0.formUnion($1) }
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
