/// An Event.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/
package struct Event: KubernetesResource, Hashable {
    package static let resource = ResourceType(
        group: "events.k8s.io",
        version: "v1",
        plural: "events",
        kind: "Event"
    )

    package enum Kind: String, Codable, Sendable, Hashable {
        case normal = "Normal"
        case warning = "Warning"
    }

    /// The object that an Event speaks of.
    package struct ObjectReference: Codable, Sendable, Hashable {
        package var apiVersion: String
        package var kind: String
        package var namespace: String
        package var name: String
        package var uid: String?

        package init(_ resource: ResourceType, namespace: String, name: String, uid: String?) {
            self.apiVersion = resource.apiVersion
            self.kind = resource.kind
            self.namespace = namespace
            self.name = name
            self.uid = uid
        }
    }

    package var apiVersion: String? = Self.resource.apiVersion
    package var kind: String? = Self.resource.kind
    package var metadata: ObjectMeta
    package var eventTime: MicroTime
    package var reportingController: String
    /// At most 128 characters.
    package var reportingInstance: String
    package var action: String
    package var reason: String
    package var type: Kind
    /// At most 1024 bytes.
    package var note: String
    package var regarding: ObjectReference

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
        reportingInstance = String(instance.prefix(128))
        self.action = action
        self.reason = reason
        self.type = type
        self.note = note.utf8.count <= 1024 ? note : String(note.prefix(340)) + "…"
        self.regarding = regarding
    }
}
