/// A kind of object, and the rules that set it apart.
///
/// All kinds are at version `v1` of their group.
package struct Kind: Sendable {
    /// Where the objects of a kind are.
    enum Storage: Sendable {
        /// In the store, under this kind.
        case stored
        /// Another form of the objects of another kind.
        case form(of: FormConversion)
        /// Nowhere: a POST is a question, and its answer is the object.
        case answered
    }

    /// What can be asked of an object beside the object itself.
    enum Subresource: String, Sendable {
        /// The name in the path, behind the object's: `/pods/NAME/eviction`.
        case status, scale, binding, eviction, exec, proxy, token
    }

    /// The API group; empty for the core group.
    package var group: String
    /// The name in paths and in the rules of roles, such as `leases`.
    package var plural: String
    /// The name in manifests, such as `Lease`.
    package var kind: String
    /// What kubectl accepts in place of the plural, such as `svc`.
    var shortNames: [String] = []
    /// `all` puts a kind into `kubectl get all`.
    var categories: [String] = []
    /// False for a cluster-scoped kind, such as Node.
    package var isNamespaced = true
    /// Where the objects are; a kind that is not stored is only answered, or read in another form.
    var storage: Storage = .stored
    /// Those that are served; any other is answered with 404.
    var subresources: Set<Subresource> = []
    /// Whether a PUT without a resourceVersion is accepted.
    var allowsUnconditionalUpdate = true
    /// Whether a PUT of an absent object creates it.
    var createsOnUpdate = false
    /// Whether `metadata.generation` counts the changes of the spec.
    var countsGenerations = false
    /// Whether it counts the changes of the labels, too.
    var countsLabels = false
    /// What a `Warning` header tells whoever asks for such objects; nil: there is nothing to tell.
    var warning: String?
    /// The columns of kubectl's table; NAME goes before them, AGE is among them.
    var columns: [Column] = [.age]
    /// The fields by which objects can be selected, beside name and namespace, with their values for an object.
    var fields: @Sendable (JSONValue) -> [String: String] = { _ in [:] }
    /// Fills in what the writer left out.
    var fillIn: @Sendable (inout JSONValue) -> Void = { _ in }
    /// Gives an object what the cluster has for it, and refuses what does not fit into the cluster; the second object is the
    /// one that is replaced.
    var settle: @Sendable (inout JSONValue, JSONValue?, ClusterNetwork) throws(APIFailure) -> Void = {
        (_, _, _) throws(APIFailure) in
    }
    /// Refuses what a real API server refuses; the second object is the one that is replaced.
    var check: @Sendable (JSONValue, JSONValue?) throws(APIFailure) -> Void = { (_, _) throws(APIFailure) in }

    /// The API version, the same for every kind.
    package var version: String { "v1" }
    /// As in manifests: `coordination.k8s.io/v1`, or `v1` for the core group.
    package var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }
    /// The `singularName` in discovery.
    var singular: String { kind.lowercased() }

    /// `leases.coordination.k8s.io`, or `pods` for the core group.
    var qualified: String { group.isEmpty ? plural : "\(plural).\(group)" }

    /// `Lease.coordination.k8s.io`, or `Pod` for the core group.
    var qualifiedKind: String { group.isEmpty ? kind : "\(kind).\(group)" }

    /// The kind under which the objects are stored.
    var stored: Kind {
        if case .form(let conversion) = storage { conversion.stored } else { self }
    }

    /// The verbs of RBAC that collections and objects of this kind know.
    var verbs: [String] {
        if case .answered = storage { return ["create"] }
        return ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
    }

    /// Refuses what a real API server refuses of an object, and settles it; `old`: the one that it replaces.
    func validate(
        _ object: inout JSONValue,
        replacing old: JSONValue?,
        in network: ClusterNetwork
    ) throws(APIFailure) {
        try Int32Fields.check(object, of: self)
        try MetadataRules.check(object, of: self, replacing: old)
        try settle(&object, old, network)
        try check(object, old)
    }

    /// The part of an object whose changes `metadata.generation` counts: the spec, or what stands in its place.
    func counted(_ object: JSONValue) -> JSONValue {
        if object["spec"] != .null { return object["spec"] }
        let labels: JSONValue = countsLabels ? ["labels": object["metadata"]["labels"]] : .null
        return object.with("metadata", labels).with("status", .null)
    }

    /// The values by which objects can be selected, for an object.
    func selectableFields(_ object: JSONValue) -> [String: String] {
        var values = fields(object)
        values["metadata.name"] = object["metadata"]["name"].string ?? ""
        values["metadata.namespace"] = object["metadata"]["namespace"].string ?? ""
        return values
    }
}

extension Kind: Hashable {
    package static func == (lhs: Kind, rhs: Kind) -> Bool { lhs.plural == rhs.plural && lhs.group == rhs.group }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(plural)
        hasher.combine(group)
    }
}

/// How objects of one kind are another form of a stored kind's.
struct FormConversion: Sendable {
    /// Asked for late: the table of kinds is not there yet while it is being made.
    private let storedKind: @Sendable () -> Kind
    /// To the stored form.
    let toStored: @Sendable (JSONValue) -> JSONValue
    /// From the stored form.
    let fromStored: @Sendable (JSONValue) -> JSONValue

    /// `stored`: called when the stored kind is needed, not now.
    init(
        of stored: @escaping @Sendable () -> Kind,
        toStored: @escaping @Sendable (JSONValue) -> JSONValue,
        fromStored: @escaping @Sendable (JSONValue) -> JSONValue
    ) {
        storedKind = stored
        self.toStored = toStored
        self.fromStored = fromStored
    }

    /// The kind under which the objects are stored.
    var stored: Kind { storedKind() }
}
