package import FailoverCore

/// What is run when a move has changed a pod's role.
package struct HookConfiguration: Sendable, Hashable {
    /// One hook.
    package struct Hook: Sendable, Hashable {
        /// What is done.
        package enum Action: Sendable, Hashable {
            /// Runs a command in the pod.
            case exec(Command)
            /// Sends a request.
            case httpPost(PostConfiguration)
        }

        /// A command in the pod.
        package struct Command: Sendable, Hashable {
            /// Not empty; the first is the program.
            package var command: [String]
            /// Nil: the pod's only or default container.
            package var container: String?
        }

        /// What is done.
        package var action: Action
        /// How long one try may take, 0.05...300 s.
        package var timeout: Duration = .seconds(5)
    }

    /// The hook of a demotion, for which a promotion may wait.
    package struct Demotion: Sendable, Hashable {
        /// What is run.
        package var hook: Hook
        /// Whether nobody is promoted before it has succeeded.
        package var isRequired = false
        /// What becomes of the promotion when it fails; only of one that is required.
        package var onTimeout: PromotionGate.OnTimeout = .hold
    }

    /// Run when a pod was promoted; nil: nothing is.
    package var onPromote: Hook?
    /// Run when a pod was demoted; nil: nothing is.
    package var onDemote: Demotion?
}

extension HookConfiguration {
    /// What is run when a role changed so; nil: nothing is.
    package func hook(_ kind: HookKind) -> Hook? {
        switch kind {
        case .promote: onPromote
        case .demote: onDemote?.hook
        }
    }

    /// What is run, of either kind.
    package var all: [(kind: HookKind, hook: Hook)] {
        HookKind.allCases.compactMap { kind in hook(kind).map { (kind, $0) } }
    }
}

extension HookConfiguration {
    /// The fields of `hooks`.
    static let fields = FieldTable("hooks", HookConfiguration(), isMerged: true) {
        Field.optional("onPromote", \.onPromote, .object(Hook.fields)).says("Run when a move has promoted a pod")
        Field.optional("onDemote", \.onDemote, .object(Demotion.fields)).says("Run when a move has demoted a pod")
    }
}

extension HookConfiguration.Hook {
    /// What is filled in before it is used.
    fileprivate static let blank = HookConfiguration.Hook(action: .httpPost(.blank))

    /// The fields of a hook.
    static let fields = FieldTable("hook", blank, isMerged: true) {
        Field.alternative("exec", \.action, .object(Command.fields), as: Action.exec) {
            if case .exec(let command) = $0 { command } else { nil }
        }
        .says("A command in the pod, through the API server; success is exit code 0")
        Field.alternative("httpPost", \.action, .object(PostConfiguration.fields), as: Action.httpPost) {
            if case .httpPost(let request) = $0 { request } else { nil }
        }
        .says("An HTTP request that tells the change as a JSON object; success is an answer 200-299")
        Field.defaulted("timeoutSeconds", \.timeout, .seconds(0.05...300))
            .says("How long one try may take, of which there are three at most")
    }
}

extension HookConfiguration.Hook.Command {
    /// The fields of a hook's `exec`.
    fileprivate static let fields = FieldTable("hookExec", HookConfiguration.Hook.Command(command: [])) {
        Field.required("command", \.command, .list(.string(.argument), isEmptyAllowed: false))
            .says(
                "The program and its arguments, without a shell; $(GROUP), $(NAMESPACE), $(MEMBER), $(ROLE), $(FROM), $(TO), "
                    + "$(CAUSE), $(EPOCH), $(TIME) and the container's own variables are replaced"
            )
        Field.optional("container", \.container, .string(.dnsLabel))
            .says("The container; default: the pod's only or default one")
    }
}

extension HookConfiguration.Demotion {
    /// The fields of `onDemote`.
    static let fields = FieldTable("demotionHook", HookConfiguration.Demotion(hook: .blank), isMerged: true) {
        Field.fields(of: HookConfiguration.Hook.fields, at: \.hook)
        Field.defaulted("required", \.isRequired, .bool)
            .says("Whether nobody is promoted before it has succeeded, or the demoted pod has stopped")
        Field.defaulted("onTimeout", \.onTimeout, .choice).only { $0.isRequired }
            .says(
                "What becomes of the promotion when three tries have failed; Hold: it waits, and the hook is tried again; "
                    + "Promote: it is made all the same"
            )
    }
}
