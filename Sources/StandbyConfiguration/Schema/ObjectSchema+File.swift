extension ObjectSchema {
    /// The only `apiVersion` there is.
    package static let apiVersion = "kube-standby.io/v1"
    /// The only `kind` there is.
    package static let kind = "StandbyConfiguration"

    /// The whole file.
    package static let file = ObjectSchema(
        "configuration",
        [
            .required("apiVersion", .enumeration([apiVersion]), "The version of the file format"),
            .required("kind", .enumeration([kind]), "What the document is"),
            .optional("defaults", .object(defaults), "Fields that every group has unless it gives them itself"),
            .required("groups", .list(.object(group), isEmptyAllowed: true), "The groups to supervise; may be empty"),
        ]
    )

    /// Any field of a group that groups can have in common.
    static let defaults = group.without(["name", "namespace", "service", "selector", "paused"], named: "defaults")

    static let group = ObjectSchema(
        "group",
        [
            .required(
                "name",
                .string(.dnsLabel),
                "The group's name, unique in the file; its Lease is kube-standby-NAME"
            ),
            .optional(
                "namespace",
                .string(.dnsLabel),
                "The namespace of Service and pods; default: the supervisor's own"
            ),
            .required("service", .string(.dnsLabel), "The Service that clients use"),
            .optional(
                "selector",
                .object(selector),
                "Which of the Service's pods may be chosen; the others stay passive; default: all of them"
            ),
            .optional(
                "mode",
                .enumeration(GroupConfiguration.Mode.names),
                default: .string(GroupConfiguration.Mode.label.rawValue),
                "How the role is made known: by a label, or by the EndpointSlice of a Service without a selector"
            ),
            .optional("roleLabel", .object(roleLabel), "The label that carries the role; not in mode EndpointSlice"),
            .required("probe", .object(probe), "How members are probed; here or in defaults"),
            .optional(
                "passiveProbe",
                .object(probe),
                "How members that are not active are probed; default: as probe says"
            ),
            .optional("requireReady", .bool, default: .bool(false), "Whether a candidate must also be Ready"),
            .optional(
                "priorities",
                .list(.object(priority), isEmptyAllowed: true),
                default: .list([]),
                "Who is preferred; the first entry that matches a pod counts, a pod that none matches has 100"
            ),
            .optional("failover", .object(failover), "When and how the role moves"),
            .optional("hooks", .object(hooks), "What is told of a change of role; never delays a failover"),
            .optional("paused", .bool, default: .bool(false), "Whether to observe and report only, and move nothing"),
        ]
    )

    static let selector = ObjectSchema(
        "selector",
        [
            .optional("matchLabels", .labels, "Labels that a pod must have"),
            .optional(
                "matchExpressions",
                .list(.object(matchExpression), isEmptyAllowed: true),
                default: .list([]),
                "Conditions on labels that a pod must meet"
            ),
        ]
    )

    static let matchExpression = ObjectSchema(
        "matchExpression",
        [
            .required("key", .string(.labelKey), "The label's key"),
            .required("operator", .enumeration(LabelSelector.Operator.names), "How the label is compared"),
            .optional(
                "values",
                .list(.string(.labelValue), isEmptyAllowed: true),
                default: .list([]),
                "The values for In and NotIn"
            ),
        ]
    )

    static let roleLabel = ObjectSchema(
        "roleLabel",
        [
            .optional(
                "key",
                .string(.labelKey),
                default: .string(RoleLabel().key),
                "The label's key; the Service's selector must contain it"
            ),
            .optional(
                "active",
                .string(.labelValue),
                default: .string(RoleLabel().active),
                "Its value on the active pod"
            ),
            .optional(
                "passive",
                .nullable(.string(.labelValue)),
                default: RoleLabel().passive.map(ConfigurationValue.string) ?? .null,
                "Its value on every other pod; null: they have no such label"
            ),
        ]
    )

    /// What a priority may be.
    package static let priorities = 0...1000

    static let priority = ObjectSchema(
        "priority",
        choice: ["pod", "matchLabels"],
        [
            .optional("pod", .string(.dnsSubdomain), "The name of the pod that this is about"),
            .optional("matchLabels", .labels, "The labels of the pods that this is about"),
            .required("priority", .integer(priorities), "Higher wins; 0: never promote"),
        ]
    )
}
