import Foundation
import Repeatable
import Testing

@testable import FailoverCore

/// Exhaustive: every state within bounds, not some.
///
/// `EXPLORER_STATES` says how many states each exploration may visit; without it, it is a glance.
@Suite(.serialized, .timeLimit(.minutes(60))) struct ExplorerTests {
    private static let policy = GroupPolicy(verdictWindow: .zero)
    private static let slices = GroupPolicy(verdictWindow: .zero, ownsEndpoints: true)
    private static let environment = ProcessInfo.processInfo.environment
    private static let states = environment["EXPLORER_STATES"].flatMap { Int($0) }
    /// The thread sanitizer finds nothing where there is one thread, and makes it ten times slower.
    private static let isSanitized = environment["TSAN_OPTIONS"] != nil
    private static let limit = states ?? (isSanitized ? 500 : 2000)
    private static let isThorough = states != nil

    /// Where an exploration begins.
    enum Start: String, CaseIterable {
        /// Nothing is labelled or on record.
        case cold
        /// One is active, and both supervisors know everything.
        case warm
        /// One supervisor moved the role to a pod that the other has never seen.
        case estranged
        /// The record is of an earlier life: it announces a switch below the pods' epochs.
        case revived
        /// The active pod was replaced, one supervisor announced a switch, and the Lease is gone since.
        case bereft

        func state(
            _ policy: GroupPolicy,
            _ budget: ModelState.Budget,
            _ sabotage: ModelCluster.Sabotage? = nil
        ) -> ModelState {
            switch self {
            case .cold: .cold(policy, budget, sabotage: sabotage)
            case .warm: .warm(policy, budget, sabotage: sabotage)
            case .estranged: .estranged(policy, budget, sabotage: sabotage)
            case .revived: .revived(policy, budget, sabotage: sabotage)
            case .bereft: .bereft(policy, budget, sabotage: sabotage)
            }
        }
    }

    /// What may happen in an exploration.
    enum Scope: String, CaseIterable {
        /// Every interleaving, with every kind of fault.
        case anyFault = "any faults"
        /// Fewer faults and changes of process lead to longer schedules.
        case longSchedules = "long schedules"
        /// Beside an operator's request.
        case requests = "with a request"
        /// Pods that leave the members and come back, beside a pause.
        case departures = "with departures"
        /// Pods whose roles nobody may write.
        case denials = "with a denial"

        var budget: ModelState.Budget {
            switch self {
            case .anyFault: .init(faults: 2, terminations: 1, verdicts: 2, deletions: 1)
            case .longSchedules: .init(faults: 1, verdicts: 2, switches: 2)
            case .requests: .init(faults: 1, verdicts: 1, requests: 1, switches: 2)
            case .departures: .init(faults: 2, recreations: 0, verdicts: 1, departures: 2, pauses: 1, switches: 2)
            case .denials: .init(faults: 2, recreations: 0, verdicts: 2, denials: 1, switches: 2)
            }
        }
    }

    @Test(arguments: Start.allCases, Scope.allCases)
    func neverTwoActiveAndAlwaysOneInTheEnd(start: Start, scope: Scope) async {
        var explorer = Explorer()
        let finding = await explorer.explore(
            from: start.state(Self.policy, scope.budget),
            depth: 100,
            limit: Self.limit
        )
        print("explorer, \(start.rawValue), \(scope.rawValue): \(finding)")
        #expect(finding.violation == nil, "\(finding.violation?.description ?? "")")
        #expect(finding.states > Self.limit / 2 || finding.isComplete)
    }

    /// By slices: no older epoch overwrites a newer one, and each address family has one slice of ours with one ready endpoint.
    @Test(arguments: Start.allCases, Scope.allCases)
    func slicesShowOneAndNoOlderEpochReplacesANewer(start: Start, scope: Scope) async {
        var explorer = Explorer()
        let finding = await explorer.explore(
            from: start.state(Self.slices, scope.budget),
            depth: 100,
            limit: Self.limit
        )
        print("explorer, slices, \(start.rawValue), \(scope.rawValue): \(finding)")
        #expect(finding.violation == nil, "\(finding.violation?.description ?? "")")
        #expect(finding.states > Self.limit / 2 || finding.isComplete)
    }

    /// Somebody deletes the slices, or writes another pod into them.
    @Test func editedSlicesAreSetRight() async {
        var explorer = Explorer()
        let budget = ModelState.Budget(faults: 2, recreations: 0, verdicts: 1, edits: 2, switches: 2)
        let finding = await explorer.explore(from: .warm(Self.slices, budget), depth: 100, limit: Self.limit)
        print("explorer, slices, edited: \(finding)")
        #expect(finding.violation == nil, "\(finding.violation?.description ?? "")")
    }

    /// Planted faults: with any one guard of the slices taken away the explorer finds what it prevents.
    @Test(.enabled(if: isThorough), arguments: SliceGuard.allCases)
    func findsWhatAGuardOfTheSlicesPrevents(guard sliceGuard: SliceGuard) async throws {
        var explorer = Explorer()
        explorer.endsOneIn = 0
        let initial = sliceGuard.start.state(Self.slices, sliceGuard.budget, sliceGuard.sabotage)
        let finding = await explorer.explore(from: initial, depth: 100, limit: 1_000_000)
        let violation = try #require(finding.violation, "\(finding)")
        print("explorer, slices, \(sliceGuard): \(finding)\n\(violation)")
        #expect(violation.problem.hasPrefix(sliceGuard.problem))
        #expect(Self.replay(violation.trace, from: initial).violation == violation.problem)
        let whole = sliceGuard.start.state(Self.slices, sliceGuard.budget)
        #expect(Self.replay(violation.trace, from: whole).violation == nil)
    }

    /// What makes the switch by slices safe.
    enum SliceGuard: CaseIterable {
        /// A write names the version that it replaces.
        case versions
        /// A slice of a higher epoch is not written.
        case epochs
        /// A family's slice has one name.
        case names
        /// A write replaces all endpoints.
        case replacement
        /// The record is read before a slice announces a move.
        case record

        var sabotage: ModelCluster.Sabotage {
            switch self {
            case .versions: .versionsAreIgnored
            case .epochs: .epochsAreHidden
            case .names: .slicesAreNamedAnew
            case .replacement: .endpointsAreAdded
            case .record: .recordsAreNotRead
            }
        }

        /// What happens without it.
        var problem: String {
            switch self {
            case .versions, .epochs: "an older epoch replaced a newer one"
            case .names: "slices together"
            case .replacement: "active together"
            case .record: "a move went past a pause"
            }
        }

        var start: Start { self == .names ? .cold : .warm }
        var budget: ModelState.Budget { .init(faults: 0, verdicts: 2, pauses: self == .record ? 1 : 0, switches: 3) }
    }

    /// Nothing is left out: both processes act, one after the other, until nothing more can happen.
    @Test(.enabled(if: isThorough)) func someSpacesAreExploredToTheirEnd() async {
        var explorer = Explorer()
        let budget = ModelState.Budget(faults: 0, verdicts: 1, switches: 2)
        let finding = await explorer.explore(from: .warm(Self.policy, budget), depth: 1000, limit: 1_000_000)
        print("explorer, complete: \(finding)")
        #expect(finding.isComplete && finding.violation == nil, "\(finding.violation?.description ?? "")")
    }

    /// Moves wait for what standbys say, who may change their minds at any time.
    @Test func opinionsComeWheneverTheyCome() async {
        var explorer = Explorer()
        let policy = GroupPolicy(verdictWindow: .zero, secondOpinion: SecondOpinion(from: [.replica], onSilence: .hold))
        let budget = ModelState.Budget(faults: 1, verdicts: 2, opinions: 3, switches: 3)
        let finding = await explorer.explore(from: .warm(policy, budget), depth: 100, limit: Self.limit)
        print("explorer, with opinions: \(finding)")
        #expect(finding.violation == nil, "\(finding.violation?.description ?? "")")
    }

    @Test func promotingFirstStillEndsWithOne() async {
        var explorer = Explorer()
        let policy = GroupPolicy(order: .promoteFirst, verdictWindow: .zero)
        let finding = await explorer.explore(from: .warm(policy, Scope.anyFault.budget), depth: 100, limit: Self.limit)
        print("explorer, PromoteFirst: \(finding)")
        #expect(finding.violation == nil, "\(finding.violation?.description ?? "")")
    }

    /// Planted faults: with any one guard of the protocol taken away the explorer finds what it prevents.
    @Test(.enabled(if: isThorough), arguments: ModelCluster.Sabotage.ofLabels)
    func findsTwoActiveWithoutAGuard(guard sabotage: ModelCluster.Sabotage) async throws {
        let start = Self.start(for: sabotage)
        let budget = Self.budget(for: sabotage)
        var explorer = Explorer()
        explorer.endsOneIn = 0
        let initial = start.state(Self.policy, budget, sabotage)
        let finding = await explorer.explore(from: initial, depth: 100, limit: 1_000_000)
        let violation = try #require(finding.violation, "\(finding)")
        print("explorer, \(sabotage): \(finding)\n\(violation)")
        #expect(violation.problem.hasPrefix("active together"))
        // The trace leads there again, and nowhere with all guards in place.
        #expect(Self.replay(violation.trace, from: initial).violation == violation.problem)
        #expect(Self.replay(violation.trace, from: start.state(Self.policy, budget)).violation == nil)
    }

    /// Where a planted fault shows soonest.
    private static func start(for sabotage: ModelCluster.Sabotage) -> Start {
        switch sabotage {
        case .listsAreStale: .estranged
        case .lostLeasesAreContinued: .bereft
        case .versionsAreIgnored, .passivePodsAreNotFenced, .epochsAreHidden, .unknownOutcomesAreKnown,
            .announcementsAreForgotten, .runsAreKnownByName, .slicesAreNamedAnew, .endpointsAreAdded,
            .recordsAreNotRead, .hooksAreForgotten, .failuresAreForgiven, .namesAreHidden:
            .warm
        }
    }

    /// What has to happen beside two moves for a planted fault to show.
    private static func budget(for sabotage: ModelCluster.Sabotage) -> ModelState.Budget {
        switch sabotage {
        case .versionsAreIgnored, .passivePodsAreNotFenced, .epochsAreHidden, .listsAreStale:
            .init(faults: 0, verdicts: 2, switches: 2)
        case .unknownOutcomesAreKnown: .init(faults: 1, crashes: 0, delays: 0, recreations: 0, verdicts: 4, switches: 0)
        case .announcementsAreForgotten:
            .init(faults: 1, crashes: 0, losses: 0, delays: 0, recreations: 0, verdicts: 2, denials: 1, switches: 2)
        case .runsAreKnownByName: .init(faults: 1, losses: 0, delays: 0, recreations: 0, verdicts: 3, switches: 0)
        case .lostLeasesAreContinued: .init(faults: 0, verdicts: 0, switches: 4)
        case .slicesAreNamedAnew, .endpointsAreAdded, .recordsAreNotRead, .hooksAreForgotten, .failuresAreForgiven,
            .namesAreHidden:
            .init(faults: 0)
        }
    }

    private static func replay(_ trace: [ModelAction], from initial: ModelState) -> ModelState {
        var state = initial
        // Without the sabotage a schedule may end early: what it goes on with is not under way then.
        for action in trace where state.actions.contains(action) { state.perform(action) }
        return state
    }

    /// Far beyond what can be visited exhaustively: random schedules of hundreds of steps.
    @Test(arguments: [false, true]) func longRandomSchedulesEndWithOne(bySlices: Bool) async {
        let budget = ModelState.Budget(
            faults: 60,
            crashes: 10,
            losses: 20,
            delays: 30,
            recreations: 10,
            terminations: 10,
            verdicts: 40,
            requests: 3,
            deletions: 1,
            edits: bySlices ? 3 : 0
        )
        var steps = 0
        let schedules = Self.states.map { max(500, $0 / 3) } ?? (Self.isSanitized ? 50 : 500)
        for seed in 0..<UInt64(schedules) {
            await Task.yield()
            var random = SeededGenerator(seed: seed)
            var state = ModelState.cold(bySlices ? Self.slices : Self.policy, budget)
            var trace: [ModelAction] = []
            for _ in 0..<400 {
                guard let action = state.actions.randomElement(using: &random) else { break }
                state.perform(action)
                steps += 1
                trace.append(action)
                if let violation = state.violation {
                    Issue.record("seed \(seed): \(Explorer.Violation(problem: violation, trace: trace.suffix(30)))")
                    return
                }
            }
            let problem = state.faultOfTheEnd
            #expect(problem == nil, "seed \(seed): \(problem ?? "")")
        }
        print("explorer, at random\(bySlices ? ", slices" : ""): \(schedules) schedules, \(steps) steps")
    }
}

extension Explorer.Finding: CustomStringConvertible {
    var description: String {
        let extent = isComplete ? "all of them" : "every one within \(depth) steps"
        return "\(states) states, \(extent), \(transitions) transitions, \(ends) played to the end of all faults"
    }
}
