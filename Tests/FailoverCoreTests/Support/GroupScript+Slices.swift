@testable import FailoverCore

/// EndpointSlices on the stage.
extension GroupScript {
    /// `a` is active in every slice at epoch 1, and on record; `b` is healthy, too.
    static func slicedPair(
        _ policy: GroupPolicy = GroupPolicy(verdictWindow: .seconds(5), ownsEndpoints: true),
        families: [AddressFamily] = [.ipv4]
    ) -> GroupScript {
        var script = GroupScript(policy)
        script.slices.families = families
        script.place("a", nil)
        script.place("b", nil)
        script.slices.publish(script.member("a").id, at: Epoch(1))
        _ = script.settle(script.start(record: script.record("a"), healthy: ["a", "b"]))
        return script
    }

    /// Tells the machine of the slices; `change`: how they are shown.
    mutating func observeSlices(_ change: (inout PublishedEndpoints) -> Void = { _ in }) -> [Effect] {
        var shown = PublishedEndpoints(slices: slices.families.map(shown))
        change(&shown)
        return answered(machine.endpointsObserved(shown, version: slices.version, at: now))
    }

    /// Answers one operation on a slice as an API server without faults would.
    mutating func followSlices(_ effect: Effect) -> [Effect] {
        switch effect {
        case .writeEndpoints(let id, let write):
            guard machine.turnCame(id, at: now) else { return machine.endpointsWritten(id, .notSent, at: now) }
            if let ground = write.announcement?.ground, ground != lease?.version {
                return machine.endpointsWritten(id, .withheld(lease.map { .found($0) } ?? .absent), at: now)
            }
            let outcome = slices.write(write, nil, reachable: members.map(\.id))
            return machine.endpointsWritten(id, outcome, at: now)
        case .readEndpoints(let id, let family):
            return machine.endpointsRead(id, .found(shown(family)), at: now)
        default: return []
        }
    }

    /// One of them, which names whom it shows.
    private func shown(_ family: AddressFamily) -> PublishedSlice {
        var slice = slices.shown(family, reachable: members.map(\.id))
        for id in slice.ready { slice.names[id] = String(id.uid.dropFirst("uid-".count)) }
        return slice
    }
}
