extension ObjectSchema {
    static let failover = ObjectSchema([
        Field("order", .enumeration(["DemoteFirst", "PromoteFirst"])),
        Field("delaySeconds", .seconds(0...3600)),
        Field("whenNoneHealthy", .enumeration(["KeepActive", "DemoteActive"])),
        Field("preempt", .bool),
        Field("preemptDelaySeconds", .seconds(0...86_400)),
        Field("cooldownSeconds", .seconds(0...86_400)),
        Field("flap", .object(flap)),
        Field("onNodeDrain", .enumeration(FailoverConfiguration.NodeDrain.names)),
    ])

    static let flap = ObjectSchema([
        Field("maxSwitches", .integer(0...1000)),
        Field("windowSeconds", .seconds(1...86_400)),
        Field("holdSeconds", .seconds(1...86_400)),
    ])

    static let hooks = ObjectSchema([
        Field("onPromote", .object(hook)),
        Field("onDemote", .object(hook)),
    ])

    static let hook = ObjectSchema([
        Field("exec", .object(hookExec)),
        Field("httpPost", .object(hookPost)),
        Field("timeoutSeconds", .seconds(0.05...60)),
    ])

    static let hookExec = ObjectSchema([
        Field("command", .list(.string(.any), isEmptyAllowed: false), isRequired: true),
        Field("container", .string(.dnsLabel)),
    ])

    static let hookPost = ObjectSchema([
        Field("url", .string(.url), isRequired: true)
    ])
}
