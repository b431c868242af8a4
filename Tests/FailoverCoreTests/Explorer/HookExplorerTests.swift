import Foundation
import Repeatable
import Testing

@testable import FailoverCore

/// Hooks under every kind of fault: in the end each pod has heard of the role that it has.
@Suite(.serialized, .timeLimit(.minutes(60))) struct HookExplorerTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let states = environment["EXPLORER_STATES"].flatMap { Int($0) }
    private static let isSanitized = environment["TSAN_OPTIONS"] != nil
    private static let limit = states ?? (isSanitized ? 300 : 1000)
    private static let kinds: Set<HookKind> = [.promote, .demote]

    /// Groups with hooks.
    enum Kind: String, CaseIterable {
        /// They delay nothing.
        case free
        /// A promotion waits for them until they succeed.
        case required
        /// A promotion waits for them until they succeed, or have failed.
        case yielding
        /// Slices say who is active.
        case slices

        var policy: GroupPolicy {
            switch self {
            case .free: GroupPolicy(verdictWindow: .zero, hooks: HookPolicy(kinds: kinds))
            case .required: policy(.hold)
            case .yielding: policy(.promote)
            case .slices: GroupPolicy(verdictWindow: .zero, ownsEndpoints: true, hooks: HookPolicy(kinds: kinds))
            }
        }

        private func policy(_ onTimeout: PromotionGate.OnTimeout) -> GroupPolicy {
            let requirement = HookRequirement(onTimeout: onTimeout)
            return GroupPolicy(verdictWindow: .zero, hooks: HookPolicy(kinds: kinds, requiredOnDemote: requirement))
        }
    }

    @Test(arguments: Kind.allCases, [ExplorerTests.Start.cold, .warm, .estranged])
    func everyPodHearsOfItsRole(kind: Kind, start: ExplorerTests.Start) async {
        var explorer = Explorer()
        var budget = ExplorerTests.Scope.anyFault.budget.sparingTheRecord
        budget.failures = 1
        let finding = await explorer.explore(from: start.state(kind.policy, budget), depth: 100, limit: Self.limit)
        print("explorer, hooks, \(kind.rawValue), \(start.rawValue): \(finding)")
        #expect(finding.violation == nil, "\(finding.violation?.description ?? "")")
    }

    /// Long schedules, with many crashes.
    @Test(arguments: Kind.allCases) func whoeverIsLeftRunsWhatIsOwed(kind: Kind) async {
        let (finding, told) = await Self.walk(kind, count: Self.states == nil ? 150 : 600)
        print("explorer, hooks, \(kind.rawValue): random schedules, \(told) changes of roles and what pods hear")
        #expect(finding == nil, "\(finding?.description ?? "")")
        #expect(told > 500 || Self.isSanitized)
    }

    /// Planted fault: what is owed is remembered by whoever announced the move alone.
    @Test(arguments: Kind.allCases) func whatStandsOnNoRecordIsLost(kind: Kind) async {
        let (finding, _) = await Self.walk(kind, count: 400, sabotage: .hooksAreForgotten)
        #expect(
            finding?.problem.contains("was not told its role") == true,
            "\(finding?.problem ?? "nothing was found")"
        )
    }

    /// Planted fault: a required hook that failed is waited for no more, although it is to hold the promotion.
    @Test func aPromotionPastAFailedHookIsFound() async {
        let (finding, _) = await Self.walk(.yielding, count: 400, sabotage: .failuresAreForgiven)
        #expect(
            finding?.problem.contains("somebody was promoted before the hook") == true,
            "\(finding?.problem ?? "nothing was found")"
        )
    }

    /// A slice alone tells of a failover, to a pod that whoever is left has never seen.
    ///
    /// Planted fault: it does not name that pod.
    @Test(arguments: [nil, .namesAreHidden] as [ModelCluster.Sabotage?])
    func whomOnlyASliceTellsOfHearsOfItsRole(sabotage: ModelCluster.Sabotage?) async {
        var explorer = Explorer()
        explorer.endsOneIn = 2
        let finding = await explorer.explore(from: Self.untold(sabotage), depth: 100, limit: Self.limit)
        print("explorer, hooks, slices, untold: \(finding)")
        let problem = finding.violation?.description ?? ""
        let isFound = problem.contains("b was not told its role")
        #expect(sabotage == nil ? problem.isEmpty : isFound, "\(problem)")
    }

    /// One supervisor has moved the role to a pod that the other does not know, and has ended before the record tells.
    private static func untold(_ sabotage: ModelCluster.Sabotage?) -> ModelState {
        var state = ModelState.warm(Kind.slices.policy, .init(verdicts: 1), sabotage: sabotage)
        state.perform(.recreate("b"))
        state.perform(.observe(0))
        state.perform(.changeVerdict(0, "a"))
        while !state.processes[0].requests.isEmpty, state.cluster.actives.map(\.name) != ["b"] {
            state.perform(.exchange(0, 0))
        }
        state.processes[0].requests = []
        state.perform(.crash(0))
        state.budget = .init(faults: 0, verdicts: 1)
        return state
    }

    private static func walk(
        _ kind: Kind,
        count: Int,
        sabotage: ModelCluster.Sabotage? = nil
    ) async -> (violation: Explorer.Violation?, told: Int) {
        var told = 0
        for seed in 0..<UInt64(isSanitized && sabotage == nil ? count / 10 : count) {
            await Task.yield()
            var random = SeededGenerator(seed: seed)
            var state = ModelState.cold(kind.policy, long, sabotage: sabotage)
            var trace: [ModelAction] = []
            for _ in 0..<Int.random(in: 20...250, using: &random) {
                // Else most of what happens is that verdicts change.
                let all = state.actions
                let some = random.once(in: 3) ? all : all.filter(\.isProgress)
                guard let action = (some.isEmpty ? all : some).randomElement(using: &random) else { break }
                let before = state.cluster.hooks
                state.perform(action)
                trace.append(action)
                if state.cluster.hooks != before { told += 1 }
                if let problem = state.violation {
                    return (.init(problem: "seed \(seed): \(problem)", trace: trace), told)
                }
            }
            if let problem = state.faultOfTheEnd ?? state.faultWhileHooksFail {
                return (.init(problem: "seed \(seed): \(problem)", trace: trace), told)
            }
        }
        return (nil, told)
    }

    /// Everything that may happen, but for the loss of the record.
    private static let long = ModelState.Budget(
        faults: 40,
        crashes: 6,
        losses: 10,
        delays: 20,
        recreations: 4,
        terminations: 4,
        verdicts: 30,
        departures: 2,
        requests: 2,
        failures: 6
    )
}

extension ModelAction {
    /// Whether what is under way goes on by it.
    fileprivate var isProgress: Bool {
        switch self {
        case .exchange, .deliver, .observe, .observeSlices: true
        default: false
        }
    }
}

extension ModelState.Budget {
    /// The same without the loss of the record, and of what it owes.
    fileprivate var sparingTheRecord: Self {
        var budget = self
        budget.deletions = 0
        return budget
    }
}
