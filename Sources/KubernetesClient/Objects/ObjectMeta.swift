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
