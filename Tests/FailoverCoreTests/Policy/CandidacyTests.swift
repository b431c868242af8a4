import Testing

@testable import FailoverCore

@Suite struct CandidacyTests {
    private static let refusals: [(Candidacy.Refusal, @Sendable (inout Member) -> Void)] = [
        (.terminating, { $0.lifecycle = .terminating }), (.finished, { $0.lifecycle = .finished }),
        (.hasNoAddress, { $0.hasAddress = false }), (.excluded, { $0.isExcluded = true }),
        (.priorityZero, { $0.priority = 0 }), (.notProbeable, { $0.isProbeable = false }),
    ]

    @Test(arguments: 0..<6)
    func refusesWhoCannotBePromoted(index: Int) {
        let (refusal, change) = Self.refusals[index]
        var member = Member(id: .init("a"), name: "a", version: .init("1"))
        #expect(Candidacy(of: member, under: GroupPolicy()) == .candidate)
        change(&member)
        #expect(Candidacy(of: member, under: GroupPolicy()) == .refused(refusal))
    }

    @Test func asksForReadinessOnlyIfConfigured() {
        let member = Member(id: .init("a"), name: "a", version: .init("1"), isReady: false)
        #expect(Candidacy(of: member, under: GroupPolicy()) == .candidate)
        #expect(Candidacy(of: member, under: GroupPolicy(requireReady: true)) == .refused(.notReady))
    }
}
