/// What every object says of itself.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/
package struct ObjectMeta: Codable, Sendable, Hashable {
    /// Who owns an object.
    package struct OwnerReference: Codable, Sendable, Hashable {
        package var apiVersion: String
        package var kind: String
        package var name: String
        package var uid: String
        package var controller: Bool?
        package var blockOwnerDeletion: Bool?
    }

    package var name: String?
    package var namespace: String?
    package var uid: String?
    package var resourceVersion: String?
    /// RFC 3339, seconds.
    package var creationTimestamp: String?
    /// Set once deletion was requested; the time when the grace period ends.
    package var deletionTimestamp: String?
    package var labels: [String: String]?
    package var annotations: [String: String]?
    package var ownerReferences: [OwnerReference]?
    package var finalizers: [String]?

    package init() {}

    package init(name: String?, namespace: String? = nil) {
        self.name = name
        self.namespace = namespace
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
