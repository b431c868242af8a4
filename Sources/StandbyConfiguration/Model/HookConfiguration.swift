/// What is told of a change of role; never delays a failover.
package struct HookConfiguration: Sendable, Hashable {
    /// One hook.
    package struct Hook: Sendable, Hashable {
        package enum Action: Sendable, Hashable {
            /// A command in the pod.
            case exec(command: [String], container: String?)
            /// An HTTP POST to this URL.
            case httpPost(String)
        }

        package static let standardTimeout: Duration = .seconds(5)

        package var action: Action
        package var timeout: Duration
    }

    package var onPromote: Hook?
    package var onDemote: Hook?
}
