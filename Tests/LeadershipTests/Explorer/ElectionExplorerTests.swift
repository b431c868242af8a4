import Foundation
import Leadership
import Testing

/// Two candidates, one Lease: whatever is late, doubled or lost, and however their clocks run within the bound.
@Suite(.serialized, .timeLimit(.minutes(60))) struct ElectionExplorerTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let states = environment["EXPLORER_STATES"].flatMap { Int($0) }
    private static let isSanitized = environment["TSAN_OPTIONS"] != nil
    private static let limit = states ?? (isSanitized ? 500 : 5000)
    private static let walks = states.map { $0 / 20 } ?? (isSanitized ? 20 : 300)

    /// Percent of true time: at the deadline of 4 s and the duration of 6 s one may be 1.5 times slower than the other.
    static let rates = [(100, 100), (80, 100), (100, 80), (80, 120), (120, 80)]

    @Test(arguments: rates) func neverTwoLeaders(rates: (Int, Int)) {
        let finding = ElectionExplorer.breadthFirst(
            from: ElectionModel(rates: rates, budget: .init(faults: 1, releases: 1, crashes: 1, staleViews: 0)),
            until: 60_000,
            limit: Self.limit
        )
        print("election, clocks at \(rates): \(finding)")
        #expect(finding.trace == nil)
    }

    @Test(arguments: rates) func longRandomSchedulesHaveOneLeaderInTheEnd(rates: (Int, Int)) {
        for seed in 0..<UInt64(Self.walks) {
            let budget = ElectionModel.Budget(faults: 12, releases: 3, crashes: 2, staleViews: 3)
            let (end, finding) = ElectionExplorer.walk(
                from: ElectionModel(rates: rates, budget: budget),
                seed: seed,
                steps: 250
            )
            #expect(finding.trace == nil, "seed \(seed)")
            // As long as a Lease at the slowest clock, and as candidates wait beyond it.
            let calm = ElectionExplorer.calm(end, for: 20_000)
            #expect(calm.leaders.count == 1, "seed \(seed)")
        }
    }

    @Test(arguments: ElectionModel.Sabotage.allCases) func findsTwoLeadersWithoutAGuard(
        sabotage: ElectionModel.Sabotage
    ) {
        let rates = sabotage == .clocksBeyondTheBound ? (50, 120) : (100, 100)
        let budget = ElectionModel.Budget(faults: 4, releases: 2, crashes: 1, staleViews: 1)
        let start = ElectionModel(rates: rates, budget: budget, sabotage: sabotage)
        let found = (0..<20_000 as Range<UInt64>).lazy.compactMap { seed in
            ElectionExplorer.walk(from: start, seed: seed, steps: 120).1.trace
        }.first
        print("election without a guard, \(sabotage.rawValue): \(found.map { "\($0.count) steps" } ?? "nothing found")")
        #expect(found != nil)
    }
}
