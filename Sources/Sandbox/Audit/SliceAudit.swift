/// What the recorded history says about the EndpointSlices of a Service: at each of their versions, how many endpoints of each
/// family are ready.
package struct SliceAudit: Sendable {
    /// A family of addresses.
    package enum Family: String, Sendable, Hashable, CaseIterable {
        /// Addresses of four octets.
        case ipv4 = "IPv4"
        /// Addresses of sixteen octets.
        case ipv6 = "IPv6"
    }

    /// The ready endpoints of one slice.
    package struct Slice: Sendable, Hashable {
        /// What its addresses are.
        package var family: Family
        /// The addresses of its ready endpoints, one for each; a consumer looks at the first of each endpoint only.
        package var addresses: [String]
        /// The names of the pods behind them, in the same order; an endpoint without a pod is left out.
        package var pods: [String]
    }

    /// How the slices were after one change.
    package struct Version: Sendable, Hashable {
        /// The resourceVersion of the slice that was changed; of one that was deleted, the revision of that.
        package var revision: Int
        /// When the change was committed.
        package var time: ContinuousClock.Instant
        /// By the names of the slices.
        package var slices: [String: Slice]

        /// The addresses that are ready, of all slices together.
        package func addresses(_ family: Family) -> Set<String> {
            Set(slices.values.filter { $0.family == family }.flatMap(\.addresses))
        }

        /// The names of the pods that are ready, of all slices together.
        package func pods(_ family: Family) -> Set<String> {
            Set(slices.values.filter { $0.family == family }.flatMap(\.pods))
        }

        /// How many endpoints are ready, of all slices together; one that two slices have is one.
        package func count(_ family: Family) -> Int { addresses(family).count }
    }

    /// After each change of one of the slices, in order.
    package private(set) var versions: [Version] = []

    /// `history`: changes of any kind, the oldest first.
    package init(_ history: [StoreChange], namespace: String, service: String) {
        var slices: [String: Slice] = [:]
        for change in history where change.key.kind == .endpointSlices && change.key.namespace == namespace {
            let isOfService = change.object["metadata"]["labels"][ServiceSlice.serviceName] == .string(service)
            let isPresent = isOfService && change.action != .deleted
            if !isPresent, slices[change.key.name] == nil { continue }
            slices[change.key.name] = isPresent ? Slice(change.object) : nil
            versions.append(Version(revision: change.revision, time: change.time, slices: slices))
        }
    }

    // MARK: Counts

    /// The most ready endpoints that there were at once.
    package func most(_ family: Family) -> Int { versions.map { $0.count(family) }.max() ?? 0 }

    /// The most ready endpoints that one slice had at once; each slice of the family, by its name.
    package func mostOfEach(_ family: Family) -> [String: Int] {
        versions.reduce(into: [:]) { most, version in
            for (name, slice) in version.slices where slice.family == family {
                most[name] = max(most[name] ?? 0, slice.addresses.count)
            }
        }
    }

    /// The versions with more than one ready endpoint, and, after the first that has one, those with none.
    ///
    /// Empty: from its first endpoint on the Service always had exactly one.
    package func breaches(_ family: Family) -> [Version] {
        let begin = versions.firstIndex { $0.count(family) > 0 } ?? versions.endIndex
        return versions[begin...].filter { $0.count(family) != 1 }
    }

    // MARK: Times

    /// How long there was no ready endpoint, each time that there was one before and again afterwards, from `start` on.
    package func gaps(_ family: Family, since start: ContinuousClock.Instant? = nil) -> [Duration] {
        let begin = versions.firstIndex { $0.count(family) > 0 } ?? versions.endIndex
        return lengths(versions[begin...], since: start) { $0.count(family) == 0 }
    }

    /// How long there was more than one ready endpoint, each time that it came to an end, from `start` on.
    package func overlaps(_ family: Family, since start: ContinuousClock.Instant? = nil) -> [Duration] {
        lengths(versions[...], since: start) { $0.count(family) > 1 }
    }

    /// How long the two families showed different pods, each time that it came to an end, from `start` on: between the writes
    /// of two slices.
    package func divergences(since start: ContinuousClock.Instant? = nil) -> [Duration] {
        lengths(versions[...], since: start) { $0.pods(.ipv4) != $0.pods(.ipv6) }
    }

    /// The lengths of the times in which something is so and after which it is not.
    private func lengths(
        _ versions: ArraySlice<Version>,
        since start: ContinuousClock.Instant?,
        _ isSo: (Version) -> Bool
    ) -> [Duration] {
        var lengths: [Duration] = []
        var begin: ContinuousClock.Instant?
        for version in versions {
            if isSo(version) {
                begin = begin ?? version.time
            } else if let first = begin {
                let from = start.map { max(first, $0) } ?? first
                if version.time > from { lengths.append(version.time - from) }
                begin = nil
            }
        }
        return lengths
    }
}

extension SliceAudit.Slice {
    /// Nil for a slice of names.
    fileprivate init?(_ slice: JSONValue) {
        guard let family = slice["addressType"].string.flatMap(SliceAudit.Family.init) else { return nil }
        let ready = (slice["endpoints"].array ?? []).filter { $0["conditions"]["ready"] != false }
        self.init(
            family: family,
            addresses: ready.compactMap { $0["addresses"].array?.first?.string },
            pods: ready.compactMap { $0["targetRef"]["name"].string }
        )
    }
}
