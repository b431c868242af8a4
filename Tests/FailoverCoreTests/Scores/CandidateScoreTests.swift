import Testing

@testable import FailoverCore

@Suite struct CandidateScoreTests {
    @Test(arguments: [ScorePolicy.Preference.lowest, .highest])
    func ranksNumbersInTheirOrder(prefer: ScorePolicy.Preference) {
        let policy = ScorePolicy(prefer: prefer)
        let numbers = [-1e300, -2, -1.5, -1e-300, 0, 1e-300, 0.5, 1, 7, 1e15, 1e300]
        let ranks = numbers.map { policy.rank(of: .number($0)) }
        #expect(ranks == (prefer == .lowest ? ranks.sorted() : ranks.sorted().reversed()))
        #expect(Set(ranks).count == numbers.count)
        #expect(policy.rank(of: .number(-0.0)) == policy.rank(of: .number(0)))
        #expect(ranks.allSatisfy { $0 < policy.rank(of: .missing("")) })
        #expect(policy.rank(of: nil) == policy.rank(of: .missing("")))
    }

    @Test func refusesWhatIsOutsideOfItsBounds() {
        let policy = ScorePolicy(refuseAbove: 100, refuseBelow: -1.5)
        #expect(policy.refusal(of: .number(100)) == nil && policy.refusal(of: .number(-1.5)) == nil)
        #expect(policy.refusal(of: .number(120))?.description == "its score 120 is above 100")
        #expect(policy.refusal(of: .number(-2))?.description == "its score -2 is below -1.5")
        #expect(policy.refusal(of: .missing("HTTP 500")) == nil)
    }

    @Test func refusesWhoGivesNoneOnlyIfOneIsRequired() {
        #expect(ScorePolicy(isRequired: true).refusal(of: .missing("HTTP 500"))?.description == "it gave no score")
        #expect(ScorePolicy(isRequired: true).refusal(of: .number(1)) == nil)
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity]) func isNoNumberUnlessItIsFinite(number: Double) {
        #expect(CandidateScore.number(number).bounded == .missing("not a finite number"))
    }

    @Test func keepsTheBeginningOfALongReason() {
        #expect(
            CandidateScore.missing(String(repeating: "x", count: 900)).bounded
                == .missing(String(repeating: "x", count: 200))
        )
    }

    @Test func readsLikeANumberThatPeopleWrite() {
        #expect("\(CandidateScore.number(120))" == "score 120")
        #expect("\(CandidateScore.number(0.25))" == "score 0.25")
        #expect("\(CandidateScore.number(1e18))" == "score 1e+18")
        #expect("\(CandidateScore.missing("HTTP 500"))" == "no score (HTTP 500)")
    }
}
