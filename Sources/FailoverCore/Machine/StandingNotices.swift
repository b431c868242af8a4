/// What was reported and still holds, so that it is reported once.
struct StandingNotices: Sendable, Hashable {
    /// A move that is due and not made, and why.
    private struct WithheldMove: Sendable, Hashable {
        var target: Member.ID?
        var cause: SwitchCause
        var reason: Withholding
    }

    /// The situation reported last; nil when it is over.
    private var finding: Decision.Finding?
    /// The move that was withheld last.
    @Seldom private var withheld: WithheldMove?

    /// The situation is this now.
    mutating func found(_ finding: Decision.Finding?, _ trace: @autoclosure () -> DecisionTrace) -> [Effect] {
        guard finding != self.finding else { return [] }
        defer { self.finding = finding }
        guard let finding else { return self.finding.map { [.report(.findingEnded($0))] } ?? [] }
        return [.report(.found(finding, trace()))]
    }

    /// A decision is not carried out.
    mutating func withheld(
        _ decision: Decision,
        because reason: Withholding,
        _ trace: @autoclosure () -> DecisionTrace
    ) -> [Effect] {
        guard case .move(let move) = decision else {
            withheld = nil
            return []
        }
        let next = WithheldMove(target: move.target?.id, cause: move.cause, reason: reason)
        guard withheld != next else { return [] }
        withheld = next
        return [.report(.withheld(to: move.target?.name, move.cause, reason, trace()))]
    }

    /// Decisions are carried out.
    mutating func moveIsMade() {
        withheld = nil
    }
}
