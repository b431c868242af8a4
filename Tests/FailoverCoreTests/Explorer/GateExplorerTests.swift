import Foundation
import Repeatable
import Testing

@testable import FailoverCore

/// Gates under random schedules in which the processes of the pods are followed.
@Suite(.timeLimit(.minutes(60))) struct GateExplorerTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let isThorough = environment["EXPLORER_STATES"] != nil
    private static let isSanitized = environment["TSAN_OPTIONS"] != nil

    /// A label says who is to be active; processes learn of that late, and go on when their objects are gone.
    @Test(arguments: PromotionGate.Method.allCases) func noTwoProcessesActTogether(method: PromotionGate.Method) async {
        let policy = GroupPolicy(verdictWindow: .zero, promotionGate: PromotionGate(method))
        let (finding, schedules, moves) = await Self.walk(policy, count: Self.count(300, thoroughly: 600))
        print("explorer, gate \(method): \(schedules) schedules, \(moves) moves")
        #expect(finding == nil, "\(finding?.description ?? "")")
        #expect(moves > schedules / 2)
    }

    /// The same without a gate: two act together soon.
    @Test func withoutAGateTwoProcessesActTogether() async {
        let (finding, _, _) = await Self.walk(GroupPolicy(verdictWindow: .zero), count: 300)
        #expect(finding?.problem.contains("acting together") == true)
    }

    /// Without crashes and force-deletions every proof comes in the end, and so does somebody active.
    @Test(arguments: PromotionGate.Method.allCases) func everyGateOpensInTheEnd(method: PromotionGate.Method) async {
        let policy = GroupPolicy(verdictWindow: .zero, promotionGate: PromotionGate(method))
        let budget = ModelState.Budget(
            faults: 40,
            crashes: 0,
            losses: 20,
            delays: 20,
            recreations: 0,
            terminations: 10,
            verdicts: 30
        )
        let (finding, _, _) = await Self.walk(policy, budget, count: Self.count(100, thoroughly: 200), toTheEnd: true)
        #expect(finding == nil, "\(finding?.description ?? "")")
    }

    /// How many schedules are played where none must find anything.
    private static func count(_ usual: Int, thoroughly: Int) -> Int {
        isThorough ? thoroughly : isSanitized ? usual / 10 : usual
    }

    /// Random schedules in which the processes of the pods are followed.
    private static func walk(
        _ policy: GroupPolicy,
        _ budget: ModelState.Budget = gated,
        count: Int,
        toTheEnd: Bool = false
    ) async -> (violation: Explorer.Violation?, schedules: Int, moves: Int) {
        var moves = 0
        for seed in 0..<UInt64(count) {
            await Task.yield()
            var random = SeededGenerator(seed: seed)
            var state = ModelState.cold(policy, budget)
            state.followsProcesses = true
            var trace: [ModelAction] = []
            for _ in 0..<300 {
                guard let action = state.actions.randomElement(using: &random) else { break }
                state.perform(action)
                trace.append(action)
                if let problem = state.violation {
                    return (.init(problem: "seed \(seed): \(problem)", trace: trace), Int(seed), moves)
                }
            }
            moves += state.cluster.lease?.record.history.count ?? 0
            if toTheEnd, let problem = state.faultOfTheEnd {
                return (.init(problem: "seed \(seed): \(problem)", trace: trace), Int(seed), moves)
            }
        }
        return (nil, count, moves)
    }

    /// Everything that may happen to what a record remembers, but for its loss.
    private static let gated = ModelState.Budget(
        faults: 40,
        crashes: 6,
        losses: 10,
        delays: 20,
        recreations: 5,
        terminations: 8,
        verdicts: 30
    )
}
