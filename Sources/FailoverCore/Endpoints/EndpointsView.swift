/// What the group knows of its Service's EndpointSlices: the newest version of each, and who is active by them.
///
/// Sources of different age feed it (the informer, reads, the answers to our own writes); an older version never overwrites a
/// newer one.
package struct EndpointsView: Sendable, Hashable {
    /// Those that are ours, in the order in which they are written; the first decides who is active.
    package private(set) var slices: [PublishedSlice]
    /// The members that slices of others publish as ready, each with the name of one such slice.
    package private(set) var foreign: [Member.ID: String]
    /// Of the newest collection that was taken in.
    private(set) var version: ObjectVersion
    /// The highest epoch that a slice carried, as far as this process has seen.
    private var highestEpoch: Epoch?

    /// What the informer showed first.
    init(_ shown: PublishedEndpoints, version: ObjectVersion) {
        slices = shown.slices
        foreign = shown.foreign
        self.version = version
        noteEpochs()
    }

    /// The epoch of the slices; of one that is gone, the one that it was seen with.
    var epoch: Epoch? { highestEpoch }

    /// The epoch of the slice that decides who is active; nil: it carries none, or there is no such slice.
    var decidingEpoch: Epoch? { slices.first?.epoch }

    /// Whether a member is active: the first slice sends traffic to it or, while there is no such slice, one of others does.
    func isActive(_ id: Member.ID) -> Bool {
        guard let first = slices.first, first.version != nil else { return foreign[id] != nil }
        return first.ready.contains(id)
    }

    // MARK: What comes in

    /// The informer shows the slices as of `version`.
    mutating func observed(_ shown: PublishedEndpoints, version: ObjectVersion) {
        let known = slices
        slices = shown.slices.map { newest in
            guard var before = known.first(where: { $0.family == newest.family }) else { return newest }
            // What is absent is so as of the version of the collection.
            guard let stored = before.version, newest.version ?? version < stored else { return newest }
            before.reachable = newest.reachable
            return before
        }
        foreign = shown.foreign
        self.version = max(version, self.version)
        noteEpochs()
    }

    /// A slice was read, or stored.
    mutating func found(_ slice: PublishedSlice) {
        guard let index = slices.firstIndex(where: { $0.family == slice.family }) else { return }
        if let stored = slices[index].version, let newest = slice.version, newest < stored { return }
        slices[index] = slice
        noteEpochs()
    }

    /// A slice was read because of a doubt: the server was set back if it is older than what was known.
    ///
    /// - Returns: whether it is.
    mutating func confirmed(_ slice: PublishedSlice) -> Bool {
        guard let index = slices.firstIndex(where: { $0.family == slice.family }) else { return false }
        let before = slices[index].version
        slices[index] = slice
        guard let before, let found = slice.version, found < before else { return false }
        version = found
        highestEpoch = slices.compactMap(\.epoch).max()
        return true
    }

    /// From now on an epoch above `highest` is taken for none: no switch has led there, somebody wrote it.
    mutating func believe(upTo highest: Epoch) {
        for index in slices.indices {
            if let epoch = slices[index].epoch, epoch > highest { slices[index].epoch = nil }
        }
        if let epoch = highestEpoch, epoch > highest { highestEpoch = slices.compactMap(\.epoch).max() }
    }

    private mutating func noteEpochs() {
        highestEpoch = max(highestEpoch ?? Epoch(0), slices.compactMap(\.epoch).max() ?? Epoch(0))
        if highestEpoch == Epoch(0) { highestEpoch = nil }
    }
}
