extension ObjectSchema {
    /// The whole file.
    package static let file = ObjectSchema([
        Field("apiVersion", .enumeration(["kube-standby.io/v1"]), isRequired: true),
        Field("kind", .enumeration(["StandbyConfiguration"]), isRequired: true),
        Field("defaults", .object(defaults)),
        Field("groups", .list(.object(group), isEmptyAllowed: true), isRequired: true),
    ])

    /// Any field of a group that groups can have in common.
    static let defaults = group.without(["name", "namespace", "service", "selector", "paused"])

    static let group = ObjectSchema([
        Field("name", .string(.dnsLabel), isRequired: true),
        Field("namespace", .string(.dnsLabel)),
        Field("service", .string(.dnsLabel), isRequired: true),
        Field("selector", .object(selector)),
        Field("mode", .enumeration(GroupConfiguration.Mode.names)),
        Field("roleLabel", .object(roleLabel)),
        Field("probe", .object(probe), isRequired: true),
        Field("passiveProbe", .object(probe)),
        Field("requireReady", .bool),
        Field("priorities", .list(.object(priority), isEmptyAllowed: true)),
        Field("failover", .object(failover)),
        Field("hooks", .object(hooks)),
        Field("paused", .bool),
    ])

    static let selector = ObjectSchema([
        Field("matchLabels", .labels),
        Field("matchExpressions", .list(.object(matchExpression), isEmptyAllowed: true)),
    ])

    static let matchExpression = ObjectSchema([
        Field("key", .string(.labelKey), isRequired: true),
        Field("operator", .enumeration(LabelSelector.Operator.names), isRequired: true),
        Field("values", .list(.string(.labelValue), isEmptyAllowed: true)),
    ])

    static let roleLabel = ObjectSchema([
        Field("key", .string(.labelKey)),
        Field("active", .string(.labelValue)),
        Field("passive", .nullable(.string(.labelValue))),
    ])

    static let priority = ObjectSchema([
        Field("pod", .string(.dnsSubdomain)),
        Field("matchLabels", .labels),
        Field("priority", .integer(0...1000), isRequired: true),
    ])
}
