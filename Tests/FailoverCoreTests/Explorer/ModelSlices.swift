@testable import FailoverCore

/// The EndpointSlices of the explorer's Service, and what was done to them that must not be.
struct ModelSlices: Hashable {
    /// One slice as it is stored.
    private struct Stored: Hashable {
        var family: AddressFamily
        var version: Int
        var epoch: Epoch?
        var cause: SwitchCause?
        var ready: Set<Member.ID>
        var draining: Set<Member.ID> = []
    }

    /// Those of the Service; none: it has a selector.
    var families: [AddressFamily] = []
    private var stored: [Stored] = []
    private var writes = 0
    /// A write of a lower epoch replaced one of a higher.
    private(set) var wasSetBack = false

    /// Of the collection.
    var version: ObjectVersion { ObjectVersion("\(writes)") }

    /// What must not be; nil: nothing is.
    var violation: String? {
        for family in families {
            let slices = stored.filter { $0.family == family }
            if slices.count > 1 { return "slices together: \(slices.count) of \(family.rawValue)" }
            if let slice = slices.first, slice.ready.count > 1 { return "endpoints together: \(slice.ready.count)" }
        }
        return wasSetBack ? "an older epoch replaced a newer one" : nil
    }

    /// Of the one that decides who is active.
    var epoch: Epoch? { slice(families.first)?.epoch }

    /// Why it began a move that no record announced; nil: it says nothing.
    var cause: SwitchCause? { slice(families.first)?.cause }

    /// Whether traffic goes to a pod.
    func isActive(_ id: Member.ID) -> Bool { slice(families.first)?.ready.contains(id) ?? false }

    /// Whether every family leads to this pod and no other.
    func allLead(to id: Member.ID) -> Bool { families.allSatisfy { slice($0)?.ready == [id] } }

    private func slice(_ family: AddressFamily?) -> Stored? { stored.first { $0.family == family } }

    /// The slice as a supervisor is shown it.
    func shown(_ family: AddressFamily, reachable: [Member.ID]) -> PublishedSlice {
        let slice = slice(family)
        return PublishedSlice(
            family: family,
            version: slice.map { ObjectVersion("\($0.version)") },
            epoch: slice?.epoch,
            cause: slice?.cause,
            ready: slice?.ready ?? [],
            draining: slice?.draining ?? [],
            reachable: Set(reachable)
        )
    }

    // MARK: Others

    /// Somebody publishes a pod, in place of another; `epoch`: nil: that which is there.
    mutating func publish(_ id: Member.ID, at epoch: Epoch? = nil, cause: SwitchCause? = nil) {
        for family in families {
            writes += 1
            let before = slice(family)
            stored.removeAll { $0.family == family }
            let cause = cause ?? (epoch == nil ? before?.cause : nil)
            let epoch = epoch ?? before?.epoch
            stored.append(Stored(family: family, version: writes, epoch: epoch, cause: cause, ready: [id]))
        }
    }

    /// Somebody deletes the slices.
    mutating func delete() {
        writes += 1
        stored = []
    }

    // MARK: Supervisors

    mutating func write(
        _ write: EndpointsWrite,
        _ sabotage: ModelCluster.Sabotage?,
        reachable: [Member.ID]
    ) -> EndpointsWriteOutcome {
        let family = write.slice.family
        let isCreation = write.slice.version == nil && sabotage == .slicesAreNamedAnew
        let before = isCreation ? nil : slice(family)
        let expected = before.map { ObjectVersion("\($0.version)") }
        if expected != write.slice.version, sabotage != .versionsAreIgnored { return .conflict }
        if let theirs = before?.epoch, write.epoch < theirs { wasSetBack = true }
        writes += 1
        var ready = Set([write.ready].compactMap(\.self))
        if sabotage == .endpointsAreAdded { ready.formUnion(before?.ready ?? []) }
        if before != nil { stored.removeAll { $0.family == family } }
        stored.append(
            Stored(
                family: family,
                version: writes,
                epoch: write.epoch,
                cause: write.announcement?.cause ?? (before?.epoch == write.epoch ? before?.cause : nil),
                ready: ready,
                draining: write.draining
            )
        )
        return .written(shown(family, reachable: reachable))
    }
}
