/// What a field of a message holds.
enum ProtobufType: Sendable {
    /// A plain value; `time`: whole seconds since 1970, shown as RFC 3339 text.
    case string, int, bool, intOrString, time
    /// A message of this name.
    case message(String)
    /// Texts by name; binary ones are shown as base64.
    case map(isBinary: Bool)
}

/// The fields of a message by their numbers; those that are missing here are passed over.
///
/// https://github.com/kubernetes/api and https://github.com/kubernetes/apimachinery, the files `generated.proto`.
struct ProtobufMessage: Sendable {
    /// One field.
    struct Field: Sendable {
        /// The member's name in JSON.
        var name: String
        /// How its bytes are read.
        var type: ProtobufType
        /// Whether it is a list; each item comes as a field of its own.
        var isRepeated: Bool
    }

    /// By the field numbers of `generated.proto`.
    var fields: [Int: Field] = [:]

    /// Reads lines such as `1 name string`, `2 rules [PolicyRule]`, `11 labels map`.
    init(_ text: String) {
        for line in text.split(separator: ",") {
            let words = line.split(separator: " ").map(String.init)
            guard words.count == 3, let number = Int(words[0]) else { continue }
            let isRepeated = words[2].hasPrefix("[")
            let type = words[2].trimmingPrefix("[").prefix { $0 != "]" }
            fields[number] = Field(name: words[1], type: Self.type(String(type)), isRepeated: isRepeated)
        }
    }

    private static func type(_ word: String) -> ProtobufType {
        switch word {
        case "string": .string
        case "int": .int
        case "bool": .bool
        case "time": .time
        case "intOrString": .intOrString
        case "map": .map(isBinary: false)
        case "binaryMap": .map(isBinary: true)
        default: .message(word)
        }
    }

    // MARK: The schema

    /// The part of `runtime.Unknown`, the wrapper of every object, that names its kind.
    static let envelope = ProtobufMessage("1 typeMeta TypeMeta")
    /// An `IntOrString`; `type`: 0 for the number, 1 for the text.
    static let intOrString = ProtobufMessage("1 type int, 2 intVal int, 3 strVal string")
    /// A `Time`, whose fractions of a second are left out.
    static let time = ProtobufMessage("1 seconds int")

    /// The kinds that kubectl sends in this form.
    static let kinds: [String: ProtobufMessage] = [
        "Namespace": .init("1 metadata ObjectMeta"),
        "ConfigMap": .init("1 metadata ObjectMeta, 2 data map, 3 binaryData binaryMap, 4 immutable bool"),
        "Secret": .init("1 metadata ObjectMeta, 2 data binaryMap, 3 type string, 4 stringData map, 5 immutable bool"),
        "ServiceAccount": .init("1 metadata ObjectMeta, 4 automountServiceAccountToken bool"),
        "Service": .init("1 metadata ObjectMeta, 2 spec ServiceSpec"),
        "Deployment": .init("1 metadata ObjectMeta, 2 spec DeploymentSpec"),
        "Role": .init("1 metadata ObjectMeta, 2 rules [PolicyRule]"),
        "ClusterRole": .init("1 metadata ObjectMeta, 2 rules [PolicyRule]"),
        "RoleBinding": .init("1 metadata ObjectMeta, 2 subjects [Subject], 3 roleRef RoleRef"),
        "ClusterRoleBinding": .init("1 metadata ObjectMeta, 2 subjects [Subject], 3 roleRef RoleRef"),
        "TokenRequest": .init("1 metadata ObjectMeta, 2 spec TokenRequestSpec"),
        "Eviction": .init("1 metadata ObjectMeta, 2 deleteOptions DeleteOptions"),
        "DeleteOptions": .init("1 gracePeriodSeconds int, 2 preconditions Preconditions, 4 propagationPolicy string"),
        "SelfSubjectAccessReview": .init("1 metadata ObjectMeta, 2 spec SelfSubjectAccessReviewSpec"),
        "SelfSubjectRulesReview": .init("1 metadata ObjectMeta, 2 spec SelfSubjectRulesReviewSpec"),
        "SelfSubjectReview": .init("1 metadata ObjectMeta"),
    ]

    /// The messages inside them.
    private static let parts: [String: ProtobufMessage] = [
        "TypeMeta": .init("1 apiVersion string, 2 kind string"),
        "ObjectMeta": .init(
            "1 name string, 2 generateName string, 3 namespace string, 5 uid string, 6 resourceVersion string,"
                + " 11 labels map, 12 annotations map, 14 finalizers [string]"
        ),
        "ServiceSpec": .init("1 ports [ServicePort], 2 selector map, 3 clusterIP string, 4 type string"),
        "ServicePort": .init(
            "1 name string, 2 protocol string, 3 port int, 4 targetPort intOrString, 5 nodePort int"
        ),
        "DeploymentSpec": .init("1 replicas int, 2 selector LabelSelector, 3 template PodTemplateSpec"),
        "LabelSelector": .init("1 matchLabels map"),
        "PodTemplateSpec": .init("1 metadata ObjectMeta, 2 spec PodSpec"),
        "PodSpec": .init("2 containers [Container]"),
        "Container": .init(
            "1 name string, 2 image string, 3 command [string], 4 args [string], 6 ports [ContainerPort]"
        ),
        "ContainerPort": .init("1 name string, 3 containerPort int, 4 protocol string"),
        "PolicyRule": .init(
            "1 verbs [string], 2 apiGroups [string], 3 resources [string], 4 resourceNames [string],"
                + " 5 nonResourceURLs [string]"
        ),
        "Subject": .init("1 kind string, 2 apiGroup string, 3 name string, 4 namespace string"),
        "RoleRef": .init("1 apiGroup string, 2 kind string, 3 name string"),
        "TokenRequestSpec": .init("1 audiences [string], 4 expirationSeconds int"),
        "Preconditions": .init("1 uid string, 2 resourceVersion string"),
        "SelfSubjectAccessReviewSpec": .init(
            "1 resourceAttributes ResourceAttributes, 2 nonResourceAttributes NonResourceAttributes"
        ),
        "ResourceAttributes": .init(
            "1 namespace string, 2 verb string, 3 group string, 4 version string, 5 resource string,"
                + " 6 subresource string, 7 name string"
        ),
        "NonResourceAttributes": .init("1 path string, 2 verb string"),
        "SelfSubjectRulesReviewSpec": .init("1 namespace string"),
    ]

    /// The message of this name; nil if the schema does not have it.
    static func named(_ name: String) -> ProtobufMessage? { parts[name] ?? kinds[name] }
}
