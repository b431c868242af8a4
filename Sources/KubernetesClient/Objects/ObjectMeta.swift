/// What every object says of itself.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/
package struct ObjectMeta: Codable, Sendable, Hashable {
    /// Who owns an object.
    package struct OwnerReference: Codable, Sendable, Hashable {
        /// Of the owner's kind.
        package var apiVersion: String
        /// The owner's kind.
        package var kind: String
        /// The owner's name.
        package var name: String
        /// The owner's uid.
        package var uid: String
        /// Whether the owner manages the object; nil: it does not.
        package var controller: Bool?
        /// Kept as it is.
        package var blockOwnerDeletion: Bool?

        /// An owner that manages nothing.
        package init(apiVersion: String, kind: String, name: String, uid: String) {
            self.apiVersion = apiVersion
            self.kind = kind
            self.name = name
            self.uid = uid
        }
    }

    /// Unique in its namespace among its kind, at one time.
    package var name: String?
    /// Nil: it is in none.
    package var namespace: String?
    /// Unique for ever.
    package var uid: String?
    /// Of the stored object; `ResourceVersion` orders them.
    package var resourceVersion: String?
    /// RFC 3339, seconds.
    package var creationTimestamp: String?
    /// Set once deletion was requested; the time when the grace period ends.
    package var deletionTimestamp: String?
    private var labelPairs: TextPairs?
    private var annotationPairs: TextPairs?
    /// Whom it belongs to.
    package var ownerReferences: [OwnerReference]?
    /// Who has to be done before it may go.
    package var finalizers: [String]?

    /// What selectors look at; made anew each time, of a list that takes less memory.
    package var labels: [String: String]? {
        get { labelPairs?.dictionary }
        set { labelPairs = newValue.map(TextPairs.init) }
    }

    /// What is noted besides; made anew each time, too.
    package var annotations: [String: String]? {
        get { annotationPairs?.dictionary }
        set { annotationPairs = newValue.map(TextPairs.init) }
    }

    private enum CodingKeys: String, CodingKey {
        case name, namespace, uid, resourceVersion, creationTimestamp, deletionTimestamp
        case labelPairs = "labels"
        case annotationPairs = "annotations"
        case ownerReferences, finalizers
    }

    /// Nothing is said.
    package init() {}

    /// The metadata of an object that is to be created.
    package init(name: String?, namespace: String? = nil) {
        self.name = name
        self.namespace = namespace
    }
}

extension ObjectMeta {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func text(_ key: CodingKeys) throws -> String? { try container.decodeIfPresent(String.self, forKey: key) }
        name = try text(.name)
        namespace = try text(.namespace)
        uid = try text(.uid)
        resourceVersion = try text(.resourceVersion)
        creationTimestamp = try text(.creationTimestamp).map(CommonTexts.shared)
        deletionTimestamp = try text(.deletionTimestamp)
        labelPairs = try container.decodeIfPresent(TextPairs.self, forKey: .labelPairs).map(Self.commonLabels.shared)
        annotationPairs = try container.decodeIfPresent(TextPairs.self, forKey: .annotationPairs)
        ownerReferences = try container.decodeIfPresent([OwnerReference].self, forKey: .ownerReferences)
        finalizers = try container.decodeIfPresent([String].self, forKey: .finalizers)
    }
}

extension ObjectMeta.OwnerReference {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        apiVersion = try container.omissible(.apiVersion)
        kind = try container.omissible(.kind)
        name = try container.omissible(.name)
        uid = try container.omissible(.uid)
        controller = try container.decodeIfPresent(Bool.self, forKey: .controller)
        blockOwnerDeletion = try container.decodeIfPresent(Bool.self, forKey: .blockOwnerDeletion)
    }
}

/// The order of resource versions: decimal integers of any length without leading zeros; a text that is none is older than
/// every number, so that it cannot stand in the way of a newer object.
///
/// The core, which imports nothing, has the same order for its `ObjectVersion`; a test of Supervision holds them against each
/// other. https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
package enum ResourceVersion {
    /// Whether `left` is older than `right`; an absent version is older than any.
    package static func isOlder(_ left: String?, than right: String?) -> Bool {
        let (a, b) = (Array((left ?? "").utf8), Array((right ?? "").utf8))
        let isNumber = (isDecimal(a), isDecimal(b))
        if isNumber.0 != isNumber.1 { return isNumber.1 }
        return a.count == b.count ? a.lexicographicallyPrecedes(b) : a.count < b.count
    }

    private static func isDecimal(_ text: [UInt8]) -> Bool {
        !text.isEmpty && text.allSatisfy { (0x30...0x39).contains($0) }
    }
}
