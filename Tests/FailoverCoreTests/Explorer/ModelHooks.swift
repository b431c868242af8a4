@testable import FailoverCore

/// What the processes in the explorer's pods were told by hooks, and what was done before they were.
///
/// They drop what is older than what they have heard.
struct ModelHooks: Hashable {
    /// What a pod was told last.
    private struct Told: Hashable {
        var kind: HookKind
        var epoch: Epoch
        /// Whether the pod was active nevertheless.
        var wasActive: Bool
    }

    /// What becomes of a promotion that waits for the hooks of those who were demoted, when one fails; nil: none waits.
    var required: PromotionGate.OnTimeout?
    private var told: [Member.ID: Told] = [:]
    /// Pods whose role a supervisor has changed, and to what.
    private var changed: [Member.ID: Role] = [:]
    /// Pods that were demoted and not told since.
    private var untold: Set<Member.ID> = []
    /// A promotion that came before the hook of this pod.
    private var tooSoon: Member.ID?

    /// What must not be; nil: nothing is.
    var violation: String? { tooSoon.map { "somebody was promoted before the hook of \($0)" } }

    /// A supervisor's write of a role is stored; `pods`: the members that run.
    mutating func wrote(_ write: RoleWrite, over pod: Member, beside pods: [Member]) {
        guard pod.role != write.role else { return }
        changed[pod.id] = write.role
        if write.role == .active {
            untold.remove(pod.id)
            guard required != nil else { return }
            tooSoon = tooSoon ?? pods.first { untold.contains($0.id) }?.id
        } else if pod.role == .active, pods.contains(where: { $0.id == pod.id }), !isTold(of: write, pod.id) {
            untold.insert(pod.id)
        }
    }

    /// Whether a pod was told of this very demotion while it was away: it comes back as it left, and is not told twice of one move.
    private func isTold(of write: RoleWrite, _ id: Member.ID) -> Bool {
        told[id].map { $0.kind == .demote && write.epoch <= $0.epoch && !$0.wasActive } ?? false
    }

    /// The slices show somebody else.
    mutating func published(_ pods: [Member], insteadOf before: [Member]) {
        for pod in pods {
            guard let old = before.first(where: { $0.id == pod.id }), old.role != pod.role else { continue }
            changed[pod.id] = pod.role
        }
    }

    /// A hook was run in its pod.
    ///
    /// `isActive`: whether the pod is an endpoint meanwhile.
    mutating func ran(_ call: HookCall, whileActive isActive: Bool) {
        if call.kind == .demote, !isActive { untold.remove(call.id) }
        if let heard = told[call.id], call.epoch < heard.epoch { return }
        told[call.id] = Told(kind: call.kind, epoch: call.epoch, wasActive: isActive)
    }

    /// A hook failed for good: its pod need not hear, and is waited for by a promotion that is to be held.
    mutating func gaveUp(_ call: HookCall) {
        if required == .promote { untold.remove(call.id) }
        if let heard = told[call.id], call.epoch < heard.epoch { return }
        told[call.id] = Told(kind: call.kind, epoch: call.epoch, wasActive: true)
    }

    /// Whether a pod was demoted and has not heard of that.
    func awaits(_ id: Member.ID) -> Bool { untold.contains(id) }

    /// Whether a pod has heard last of the role that it has, if a supervisor gave it that.
    func isTold(_ pod: Member, under policy: HookPolicy) -> Bool {
        guard policy.kinds == Set(HookKind.allCases) else { return true }
        guard pod.role == .active else { return told[pod.id]?.kind != .promote }
        return changed[pod.id] != .active || told[pod.id]?.kind == .promote
    }
}
