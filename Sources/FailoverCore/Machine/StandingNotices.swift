/// What was reported and still holds, so that it is reported once.
struct StandingNotices: Sendable, Hashable {
    /// The situation reported last; nil when it is over.
    private var finding: Decision.Finding?
    /// The move that was withheld last, because the group is paused.
    @Seldom private var withheldMove: Decision.Move?

    /// The situation is this now.
    mutating func found(_ finding: Decision.Finding?, _ trace: @autoclosure () -> DecisionTrace) -> [Effect] {
        guard finding != self.finding else { return [] }
        defer { self.finding = finding }
        guard let finding else { return self.finding.map { [.report(.findingEnded($0))] } ?? [] }
        return [.report(.found(finding, trace()))]
    }

    /// A decision is not carried out, because the group is paused.
    mutating func withheld(_ decision: Decision, _ trace: @autoclosure () -> DecisionTrace) -> [Effect] {
        guard case .move(let move) = decision else {
            withheldMove = nil
            return []
        }
        guard withheldMove?.target?.id != move.target?.id || withheldMove?.cause != move.cause else { return [] }
        withheldMove = move
        return [.report(.withheld(to: move.target?.name, move.cause, trace()))]
    }

    /// Decisions are carried out.
    mutating func moveIsMade() {
        withheldMove = nil
    }
}
