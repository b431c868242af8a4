/// A merge patch of labels and annotations, bound to one version of one object.
///
/// https://www.rfc-editor.org/rfc/rfc7386
package struct MetadataPatch: Encodable, Sendable, Hashable {
    /// The condition that it is the same object.
    package var uid: String
    /// The condition that nobody wrote it since.
    package var resourceVersion: String
    /// Nil removes the label.
    package var labels: [String: String?]
    /// Values to be set; nil takes the annotation away.
    package var annotations: [String: String?]

    /// A patch; the parameters are the properties.
    package init(
        uid: String,
        resourceVersion: String,
        labels: [String: String?] = [:],
        annotations: [String: String?] = [:]
    ) {
        self.uid = uid
        self.resourceVersion = resourceVersion
        self.labels = labels
        self.annotations = annotations
    }

    package func encode(to encoder: any Encoder) throws {
        var root = encoder.container(keyedBy: PatchKey.self)
        var metadata = root.nestedContainer(keyedBy: PatchKey.self, forKey: PatchKey("metadata"))
        try metadata.encode(uid, forKey: PatchKey("uid"))
        try metadata.encode(resourceVersion, forKey: PatchKey("resourceVersion"))
        try encode(labels, as: "labels", into: &metadata)
        try encode(annotations, as: "annotations", into: &metadata)
    }

    private func encode(
        _ values: [String: String?],
        as name: String,
        into metadata: inout KeyedEncodingContainer<PatchKey>
    ) throws {
        if values.isEmpty { return }
        var container = metadata.nestedContainer(keyedBy: PatchKey.self, forKey: PatchKey(name))
        for (key, value) in values { try container.encode(value, forKey: PatchKey(key)) }
    }
}

/// Any key of a JSON object.
private struct PatchKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ key: String) { stringValue = key }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
