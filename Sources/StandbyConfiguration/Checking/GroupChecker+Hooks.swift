import FailoverCore

/// Finds what does not go together in hooks, and what a required one needs beside itself.
extension GroupChecker {
    /// Checks `hooks` by themselves.
    func checkHooks() {
        let choices = HookConfiguration.Hook.fields.schema.choice
        for kind in HookKind.allCases {
            let hook = reader["hooks"][kind.rawValue]
            guard hook.isMapping else { continue }
            let step: [NodePath.Step] = ["hooks", .key(kind.rawValue)]
            let given = choices.filter { hook[$0].isPresent }
            if given.count != 1 { report(.handlerCount(given, allowed: choices), at: step) }
            for problem in PostProblem.all(of: hook["httpPost"]) {
                report(problem.message, at: step + ["httpPost"] + problem.place, severity: problem.severity)
            }
        }
        if reader["hooks"]["onDemote"]["onTimeout"].isPresent, !isDrainRequired, !overridesRequired {
            report(.timeoutOfOptionalHook, at: ["hooks", "onDemote", "onTimeout"])
        }
    }

    /// Whether the group says that its hook is optional where `defaults` say what becomes of a promotion that waits for it.
    private var overridesRequired: Bool {
        let own = NodeReader(node: node.own)["hooks"]["onDemote"]
        return own["required"].isPresent && !own["onTimeout"].isPresent
    }

    /// Checks what a required hook and the group's other fields say together.
    func checkRequiredHook() {
        guard isDrainRequired else { return }
        let place: [NodePath.Step] = ["hooks", "onDemote", "required"]
        if isOfSlices {
            report(.requiredHookInEndpointSliceMode, at: place, comparedWith: [.key(Self.modeKey)])
        } else if FailoverConfiguration.fields.readable(reader["failover"]).order == .promoteFirst {
            report(.requiredHookBeforeFirstPromotion, at: place, comparedWith: ["failover", "order"])
        }
    }

    private static let modeKey = GroupConfiguration.modeKey

    private var isDrainRequired: Bool { reader["hooks"]["onDemote"]["required"].bool ?? false }
}
