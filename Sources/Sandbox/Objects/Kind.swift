/// A kind of object that the sandbox stores, and the rules that set it apart.
package struct Kind: Sendable, Hashable {
    /// The API group; empty for the core group.
    package var group: String
    package var plural: String
    package var kind: String
    package var isNamespaced = true
    /// Whether a PUT without a resourceVersion is accepted.
    var allowsUnconditionalUpdate = true
    /// Whether a PUT of an absent object creates it.
    var createsOnUpdate = false

    package var version: String { "v1" }
    package var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

    package static func == (lhs: Kind, rhs: Kind) -> Bool { lhs.group == rhs.group && lhs.plural == rhs.plural }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(group)
        hasher.combine(plural)
    }
}

extension Kind {
    package static let pods = Kind(group: "", plural: "pods", kind: "Pod")
    package static let services = Kind(group: "", plural: "services", kind: "Service")
    package static let namespaces = Kind(group: "", plural: "namespaces", kind: "Namespace", isNamespaced: false)
    package static let configMaps = Kind(group: "", plural: "configmaps", kind: "ConfigMap")
    package static let statefulSets = Kind(group: "apps", plural: "statefulsets", kind: "StatefulSet")
    package static let endpointSlices = Kind(group: "discovery.k8s.io", plural: "endpointslices", kind: "EndpointSlice")
    package static let events = Kind(group: "events.k8s.io", plural: "events", kind: "Event")
    package static let leases = Kind(
        group: "coordination.k8s.io",
        plural: "leases",
        kind: "Lease",
        allowsUnconditionalUpdate: false,
        createsOnUpdate: true
    )

    /// Every kind that is stored.
    package static let all = [pods, services, namespaces, configMaps, statefulSets, endpointSlices, events, leases]

    /// The kind at a place of the API; nil if the sandbox has none there.
    static func at(group: String, plural: String) -> Kind? {
        all.first { $0.group == group && $0.plural == plural }
    }

    /// The kind of a manifest; nil if the sandbox has none of that name.
    static func named(_ kind: String, apiVersion: String) -> Kind? {
        all.first { $0.kind == kind && $0.apiVersion == apiVersion }
    }
}
