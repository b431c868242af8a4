/// An Event.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/
package struct Event: KubernetesResource, Hashable {
    /// Its place in the API.
    package static let resource = ResourceType(
        group: "events.k8s.io",
        version: "v1",
        plural: "events",
        kind: "Event"
    )

    /// How grave it is.
    package enum Kind: String, Codable, Sendable, Hashable {
        /// Nothing is wrong.
        case normal = "Normal"
        /// Somebody should look.
        case warning = "Warning"
    }

    /// The object that an Event speaks of.
    package struct ObjectReference: Codable, Sendable, Hashable {
        /// Of the object's kind.
        package var apiVersion: String
        /// The object's kind.
        package var kind: String
        /// The object's namespace.
        package var namespace: String
        /// The object's name.
        package var name: String
        /// Nil: whoever has the name.
        package var uid: String?

        /// Of nothing.
        init() {
            (apiVersion, kind, namespace, name) = ("", "", "", "")
        }

        /// A reference to an object of a kind.
        package init(_ resource: ResourceType, namespace: String, name: String, uid: String?) {
            self.apiVersion = resource.apiVersion
            self.kind = resource.kind
            self.namespace = namespace
            self.name = name
            self.uid = uid
        }
    }

    /// As every object has it.
    package var apiVersion: String? = Self.resource.apiVersion
    /// As every object has it.
    package var kind: String? = Self.resource.kind
    /// What it says of itself.
    package var metadata: ObjectMeta
    /// Nil for an Event of the core group, which counts by other times.
    package var eventTime: MicroTime?
    /// Who reports.
    package var reportingController: String
    /// At most 128 characters.
    package var reportingInstance: String
    /// What was done, in one word.
    package var action: String
    /// Why, in one word.
    package var reason: String
    /// How grave it is.
    package var type: Kind
    /// At most 1024 bytes.
    package var note: String
    /// What it is about.
    package var regarding: ObjectReference

    /// An Event; the parameters are the properties.
    package init(
        name: String,
        at time: MicroTime,
        controller: String,
        instance: String,
        action: String,
        reason: String,
        type: Kind,
        note: String,
        regarding: ObjectReference
    ) {
        metadata = ObjectMeta(name: name, namespace: regarding.namespace)
        eventTime = time
        reportingController = controller
        reportingInstance = instance.cut(toBytes: 128)
        self.action = action
        self.reason = reason
        self.type = type
        self.note = note.utf8.count <= 1024 ? note : note.cut(toBytes: 1020) + "…"
        self.regarding = regarding
    }
}

extension String {
    /// The beginning, whole Unicode scalars of so many bytes at most: what is one character to a reader can be any number of them,
    /// and the API server counts bytes.
    fileprivate func cut(toBytes limit: Int) -> String {
        var rest = limit
        let scalars = unicodeScalars.prefix { scalar in
            rest -= UTF8.width(scalar)
            return rest >= 0
        }
        return String(String.UnicodeScalarView(scalars))
    }
}

// MARK: Decoding

extension Event {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        apiVersion = try container.decodeIfPresent(String.self, forKey: .apiVersion) ?? Self.resource.apiVersion
        kind = try container.decodeIfPresent(String.self, forKey: .kind) ?? Self.resource.kind
        metadata = try container.omissible(.metadata)
        eventTime = try container.decodeIfPresent(MicroTime.self, forKey: .eventTime)
        reportingController = try container.omissible(.reportingController)
        reportingInstance = try container.omissible(.reportingInstance)
        action = try container.omissible(.action)
        reason = try container.omissible(.reason)
        type = Kind(rawValue: try container.omissible(.type)) ?? .normal
        note = try container.omissible(.note)
        regarding = try container.omissible(.regarding)
    }
}

extension Event.ObjectReference: Omissible {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        apiVersion = try container.omissible(.apiVersion)
        kind = try container.omissible(.kind)
        namespace = try container.omissible(.namespace)
        name = try container.omissible(.name)
        uid = try container.decodeIfPresent(String.self, forKey: .uid)
    }
}
