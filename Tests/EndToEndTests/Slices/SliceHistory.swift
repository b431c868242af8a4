import Sandbox

/// What the recorded history says of the EndpointSlices of a Service, version by version.
///
/// The slices are joined as proxies join them: one address in two slices is one endpoint.
struct SliceHistory {
    /// How the slices were after one change of one of them.
    struct Version {
        var revision: Int
        /// The addresses that are ready, by their type.
        var ready: [String: Set<String>]
        /// The addresses that are shown as serving and terminating, by their type.
        var draining: [String: Set<String>]
    }

    /// After each change, in order.
    private(set) var versions: [Version] = []
    /// Each time that a slice was stored with a lower epoch than one of its name had been before.
    private(set) var returns: [String] = []

    /// `history`: changes of any kind, the oldest first.
    init(_ history: [StoreChange], service: String, namespace: String = "default") {
        var slices: [String: JSONValue] = [:]
        var epochs: [String: Int] = [:]
        for change in history where change.key.kind == .endpointSlices && change.key.namespace == namespace {
            let name = change.key.name
            let isOfService = change.object["metadata"]["labels"]["kubernetes.io/service-name"] == .string(service)
            let isPresent = isOfService && change.action != .deleted
            if !isPresent, slices[name] == nil { continue }
            slices[name] = isPresent ? change.object : nil
            let ready = Self.addresses(slices.values) { $0["conditions"]["ready"] != false }
            let draining = Self.addresses(slices.values) {
                $0["conditions"] == ["ready": false, "serving": true, "terminating": true]
            }
            versions.append(Version(revision: change.revision, ready: ready, draining: draining))
            guard isPresent, let epoch = Self.epoch(of: change.object) else { continue }
            if epoch < epochs[name] ?? 0 {
                returns.append("\(name) at \(change.revision): \(epochs[name] ?? 0), \(epoch)")
            }
            epochs[name] = max(epoch, epochs[name] ?? 0)
        }
    }

    /// The epoch that a slice carries.
    static func epoch(of slice: JSONValue) -> Int? {
        slice["metadata"]["annotations"]["kube-standby.io/epoch"].string.flatMap { Int($0) }
    }

    private static func addresses(
        _ slices: some Sequence<JSONValue>,
        where isMeant: (JSONValue) -> Bool
    ) -> [String: Set<String>] {
        var addresses: [String: Set<String>] = [:]
        for slice in slices {
            let endpoints = (slice["endpoints"].array ?? []).filter(isMeant)
            addresses[slice["addressType"].string ?? "", default: []]
                .formUnion(endpoints.compactMap { $0["addresses"].array?.first?.string })
        }
        return addresses
    }

    // MARK: Questions

    /// The revisions at which not exactly one address was ready, from the first that was on.
    ///
    /// `foreign`: revisions that somebody else wrote, which are left out.
    func breaches(_ type: String = "IPv4", except foreign: Set<Int> = []) -> [Int] {
        let begin = versions.firstIndex { !($0.ready[type] ?? []).isEmpty } ?? versions.endIndex
        return versions[begin...].filter { ($0.ready[type] ?? []).count != 1 && !foreign.contains($0.revision) }
            .map(\.revision)
    }

    /// How often another address was ready than before; what was written at `foreign` revisions is left out.
    func moves(_ type: String = "IPv4", except foreign: Set<Int> = []) -> Int {
        let holders = versions.filter { !foreign.contains($0.revision) }.compactMap { $0.ready[type] }
            .filter { !$0.isEmpty }
        return zip(holders, holders.dropFirst()).count { $0 != $1 }
    }
}
