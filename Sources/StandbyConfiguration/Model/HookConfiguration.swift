/// What is told of a change of role; never delays a failover.
package struct HookConfiguration: Sendable, Hashable {
    /// One hook.
    package struct Hook: Sendable, Hashable {
        /// What is done.
        package enum Action: Sendable, Hashable {
            /// Runs a command in the pod.
            case exec(Command)
            /// Sends a request.
            case httpPost(Request)
        }

        /// A command in the pod.
        package struct Command: Sendable, Hashable {
            /// Not empty; the first is the program.
            package var command: [String]
            /// Nil: the pod's only or default container.
            package var container: String?
        }

        /// An HTTP POST.
        package struct Request: Sendable, Hashable {
            /// With `http://` or `https://`.
            package var url: String
        }

        /// What is done.
        package var action: Action
        /// 0.05...300 s.
        package var timeout: Duration = .seconds(5)
    }

    /// After a pod was promoted; nil: nothing.
    package var onPromote: Hook?
    /// After a pod was demoted; nil: nothing.
    package var onDemote: Hook?
}

extension HookConfiguration {
    /// The fields of `hooks`.
    static let fields = FieldTable("hooks", HookConfiguration(), isMerged: true) {
        Field.optional("onPromote", \.onPromote, .object(Hook.fields)).says("Run after a pod was promoted")
        Field.optional("onDemote", \.onDemote, .object(Hook.fields)).says("Run after a pod was demoted")
    }
}

extension HookConfiguration.Hook {
    /// The fields of a hook.
    static let fields = FieldTable("hook", HookConfiguration.Hook(action: .httpPost(Request(url: "")))) {
        Field.alternative("exec", \.action, .object(Command.fields), as: Action.exec) {
            if case .exec(let command) = $0 { command } else { nil }
        }
        .says("A command in the pod")
        Field.alternative("httpPost", \.action, .object(Request.fields), as: Action.httpPost) {
            if case .httpPost(let request) = $0 { request } else { nil }
        }
        .says("An HTTP request")
        Field.defaulted("timeoutSeconds", \.timeout, .seconds(0.05...300)).says("How long the hook may take")
    }
}

extension HookConfiguration.Hook.Command {
    /// The fields of a hook's `exec`.
    fileprivate static let fields = FieldTable("hookExec", HookConfiguration.Hook.Command(command: [])) {
        Field.required("command", \.command, .list(.string(.argument), isEmptyAllowed: false))
            .says("The program and its arguments")
        Field.optional("container", \.container, .string(.dnsLabel))
            .says("The container; default: the pod's only or default one")
    }
}

extension HookConfiguration.Hook.Request {
    /// The fields of a hook's `httpPost`.
    fileprivate static let fields = FieldTable("hookPost", HookConfiguration.Hook.Request(url: "")) {
        Field.required("url", \.url, .string(.url)).says("Where to; http:// or https://")
    }
}
