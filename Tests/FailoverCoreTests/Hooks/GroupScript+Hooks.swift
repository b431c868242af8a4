@testable import FailoverCore

/// Groups with hooks.
extension GroupScript {
    /// `a` is active and on record, `b` and `c` can take over; all carry epoch 1 and are healthy.
    static func hooked(
        _ kinds: Set<HookKind> = [.promote, .demote],
        required: HookRequirement? = nil,
        _ change: (inout GroupPolicy) -> Void = { _ in }
    ) -> GroupScript {
        var policy = GroupPolicy(hooks: HookPolicy(kinds: kinds, requiredOnDemote: required))
        change(&policy)
        return three(policy)
    }

    /// `a` was active before, and is passive at epoch 2; the move to `b` is announced, and made if `isMade`.
    ///
    /// Another supervisor did that, and left the hooks behind.
    static func takenOver(_ policy: GroupPolicy, isMade: Bool) -> (script: GroupScript, story: [String]) {
        var script = GroupScript(policy, identity: "other")
        script.at(100_000)
        script.place("a", .passive, epoch: 2)
        script.place("b", isMade ? .active : .passive, epoch: isMade ? 2 : 1)
        script.place("c", .passive, epoch: 1)
        var record = script.record("b", epoch: 2, origin: .intended)
        record.history = [MoveEntry(epoch: Epoch(2), from: ["a"], target: "b", cause: .activeUnhealthy)]
        record.hooks = [script.call(.demote, "a", epoch: 2), script.call(.promote, "b", epoch: 2)]
        if !isMade { record.outgoing = [OutgoingMember(name: "a", id: .init("uid-a"), epoch: Epoch(2))] }
        let story = script.play(script.start(record: record, healthy: ["b", "c"]))
        return (script, story)
    }

    func call(_ kind: HookKind, _ name: String, epoch: Int) -> HookCall {
        HookCall(
            kind: kind,
            pod: name,
            id: .init("uid-\(name)"),
            epoch: Epoch(epoch),
            from: ["a"],
            to: "b",
            cause: .activeUnhealthy
        )
    }

    /// Hooks are not answered.
    mutating func holdHooks(of names: String...) {
        holds = {
            guard case .runHook(_, let call) = $0 else { return false }
            return names.isEmpty || names.contains(call.pod)
        }
    }

    /// What the record owes, in words.
    var owed: [String] { lease?.record.hooks.map(\.words) ?? [] }

    /// A pod terminates, and its containers have ended.
    mutating func stop(_ name: String) {
        change(name) {
            $0.lifecycle = .terminating
            $0.hasStopped = true
        }
    }
}

extension [String] {
    /// What of a story is about hooks.
    var ofHooks: [String] { filter { $0.contains(" of ") } }

    /// Whether one comes before another.
    func has(_ first: String, before second: String) -> Bool {
        guard let start = firstIndex(of: first), let end = firstIndex(of: second) else { return false }
        return start < end
    }
}
