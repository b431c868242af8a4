import FailoverCore

extension ObjectSchema {
    /// What holds when nothing is said.
    private static let plain = FailoverConfiguration()

    static let failover = ObjectSchema(
        "failover",
        [
            .optional(
                "order",
                .enumeration(GroupPolicy.SwitchOrder.names),
                default: .string(plain.order.rawValue),
                "DemoteFirst: never two active, for a short gap; PromoteFirst: never none, for a short overlap"
            ),
            .optional(
                "delaySeconds",
                .seconds(0...3600),
                default: .seconds(plain.delay),
                "Extra wait after the threshold; not applied when the active pod is gone or Terminating"
            ),
            .optional(
                "whenNoneHealthy",
                .enumeration(GroupPolicy.WhenNoneHealthy.names),
                default: .string(plain.whenNoneHealthy.rawValue),
                "What becomes of an unhealthy active pod when no candidate is healthy"
            ),
            .optional(
                "preempt",
                .bool,
                default: .bool(plain.preempt),
                "Whether the role returns to a healthy member of higher priority"
            ),
            .optional(
                "preemptDelaySeconds",
                .seconds(0...86_400),
                default: .seconds(plain.preemptDelay),
                "Unbroken health that a member needs before it may preempt"
            ),
            .optional(
                "cooldownSeconds",
                .seconds(0...86_400),
                default: .seconds(plain.cooldown),
                "No voluntary move this soon after a move"
            ),
            .optional(
                "activationSeconds",
                .seconds(0...3600),
                "How long a pod that was just promoted may fail its probe; its first success ends it; default: 30 with a "
                    + "passiveProbe, else 0"
            ),
            .optional("flap", .object(flap), "When too many moves mean that moving does not help"),
            .optional(
                "onNodeDrain",
                .enumeration(FailoverConfiguration.NodeDrain.names),
                default: .string(plain.onNodeDrain.rawValue),
                "Switch: move off a node that is being drained; needs access to nodes"
            ),
        ]
    )

    static let flap = ObjectSchema(
        "flap",
        [
            .optional(
                "maxSwitches",
                .integer(0...1000),
                default: .integer(plain.flap.maxSwitches),
                "More moves than this in the window: hold; 0 turns it off"
            ),
            .optional(
                "windowSeconds",
                .seconds(1...86_400),
                default: .seconds(plain.flap.window),
                "The window in which moves are counted"
            ),
            .optional(
                "holdSeconds",
                .seconds(1...86_400),
                default: .seconds(plain.flap.hold),
                "How long automatic moves are suspended"
            ),
        ]
    )

    static let hooks = ObjectSchema(
        "hooks",
        [
            .optional("onPromote", .object(hook), "Run after a pod was promoted"),
            .optional("onDemote", .object(hook), "Run after a pod was demoted"),
        ]
    )

    static let hook = ObjectSchema(
        "hook",
        choice: ["exec", "httpPost"],
        [
            .optional("exec", .object(hookExec), "A command in the pod"),
            .optional("httpPost", .object(hookPost), "An HTTP request"),
            .optional(
                "timeoutSeconds",
                .seconds(0.05...300),
                default: .seconds(HookConfiguration.Hook.standardTimeout),
                "How long the hook may take"
            ),
        ]
    )

    static let hookExec = ObjectSchema(
        "hookExec",
        [
            .required("command", .list(.string(.any), isEmptyAllowed: false), "The program and its arguments"),
            .optional("container", .string(.dnsLabel), "The container; default: the pod's only or default one"),
        ]
    )

    static let hookPost = ObjectSchema(
        "hookPost",
        [.required("url", .string(.url), "Where to; http:// or https://")]
    )
}
