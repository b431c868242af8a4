/// The change of a pod's role that a hook is run for; the raw values are the words of the file.
package enum HookKind: String, Sendable, Hashable, CaseIterable {
    /// The pod is active now.
    case promote = "onPromote"
    /// The pod is active no more.
    case demote = "onDemote"
}

/// Which hooks a group runs, and what becomes of a promotion before one has succeeded.
package struct HookPolicy: Sendable, Hashable {
    /// The hooks that there are.
    package var kinds: Set<HookKind>
    /// Whether nobody is promoted before the hook of each demoted member has succeeded, and what if one fails; nil: no promotion waits
    /// for a hook.
    package var requiredOnDemote: HookRequirement?

    /// By default there are no hooks.
    package init(kinds: Set<HookKind> = [], requiredOnDemote: HookRequirement? = nil) {
        self.kinds = kinds
        self.requiredOnDemote = requiredOnDemote
    }
}

/// That a promotion waits for a hook.
package struct HookRequirement: Sendable, Hashable {
    /// What becomes of the promotion when the hook has failed as often as it is tried.
    package var onTimeout: PromotionGate.OnTimeout

    /// `onTimeout`: by default nobody is active until it succeeds, or an operator insists.
    package init(onTimeout: PromotionGate.OnTimeout = .hold) {
        self.onTimeout = onTimeout
    }
}
