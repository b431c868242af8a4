import Foundation
import Testing

@testable import FailoverCore

/// Many groups, all faults, virtual time.
///
/// `SIMULATION_SEEDS` says how many schedules; `SIMULATION_SEED` tells the story of one. Without them a few are played.
@Suite(.timeLimit(.minutes(60))) struct SimulationTests {
    private static let environment = ProcessInfo.processInfo.environment
    /// The thread sanitizer finds nothing where there is one thread, and makes it ten times slower.
    private static let isSanitized = environment["TSAN_OPTIONS"] != nil
    private static let count = environment["SIMULATION_SEEDS"].flatMap { UInt64($0) } ?? (isSanitized ? 20 : 200)
    private static let isThorough = environment["SIMULATION_SEEDS"] != nil

    /// What a run of schedules came to.
    private struct Tally: Sendable {
        var schedules = 0
        var hours = 0.0
        var steps = 0
        var moves = 0
        var evacuations = 0
        var follows = 0
        var faults: [SimulatedFault: Int] = [:]
        var failures: [String] = []

        mutating func add(_ simulation: Simulation) {
            schedules += 1
            hours += Double(simulation.now) / 3.6e12
            steps += simulation.steps
            moves += simulation.groups.reduce(0) { $0 + $1.moves }
            evacuations += simulation.evacuations
            follows += simulation.followCount
            faults.merge(simulation.faults) { $0 + $1 }
            if let violation = simulation.violation { failures.append("seed \(simulation.seed): \(violation)") }
        }

        mutating func add(_ other: Tally) {
            schedules += other.schedules
            hours += other.hours
            steps += other.steps
            moves += other.moves
            evacuations += other.evacuations
            follows += other.follows
            faults.merge(other.faults) { $0 + $1 }
            failures += other.failures
        }
    }

    @Test func manySchedulesOfSmallClusters() async {
        let tally = await Self.run(seeds: 0..<Self.count, .small)
        Self.tell("small clusters", tally)
        #expect(tally.failures.count == 0, "told above")
        #expect(tally.faults.count == SimulatedFault.usual.count)
        #expect(tally.moves > tally.schedules)
    }

    @Test func twoSupervisorsGetInEachOthersWay() async {
        let tally = await Self.run(seeds: 0..<Self.count / 4, .contested)
        Self.tell("contested clusters", tally)
        #expect(tally.failures.count == 0, "told above")
    }

    @Test func slicesLeadToOneMember() async {
        let tally = await Self.run(seeds: 0..<Self.count, .sliced)
        Self.tell("EndpointSlices", tally)
        #expect(tally.failures.count == 0, "told above")
        #expect(tally.moves > tally.schedules)
    }

    @Test func promotionsWaitForAProof() async {
        let tally = await Self.run(seeds: 0..<Self.count / 4, .gated)
        Self.tell("promotion gates", tally)
        #expect(tally.failures.count == 0, "told above")
        #expect(tally.moves > tally.schedules)
    }

    @Test func podsHearOfTheirRoles() async {
        let tally = await Self.run(seeds: 0..<Self.count / 2, .hooked)
        Self.tell("hooks", tally)
        #expect(tally.failures.count == 0, "told above")
        #expect(tally.moves > tally.schedules)
    }

    @Test func podsHearOfTheirRolesWhereSlicesSayThem() async {
        let tally = await Self.run(seeds: 0..<Self.count / 4, .hookedSlices)
        Self.tell("hooks and EndpointSlices", tally)
        #expect(tally.failures.count == 0, "told above")
        #expect(tally.moves > tally.schedules)
    }

    @Test func cordonedNodesAreLeft() async {
        let tally = await Self.run(seeds: 0..<Self.count / 4, .drained)
        Self.tell("drains, \(tally.evacuations) moves off nodes", tally)
        #expect(tally.failures.count == 0, "told above")
        #expect(tally.evacuations > tally.schedules / 4)
    }

    @Test func groupsFollowOthers() async {
        let tally = await Self.run(seeds: 0..<Self.count / 4, .accompanied)
        Self.tell("sets, \(tally.follows) moves that follow", tally)
        #expect(tally.failures.count == 0, "told above")
        #expect(tally.follows > tally.schedules / 4)
    }

    @Test func rollingUpdatesMoveTheRoleAsSeldomAsCanBe() async {
        let tally = await Self.run(seeds: 0..<Self.count, .undisturbed)
        Self.tell("rolling updates", tally)
        #expect(tally.failures.count == 0, "told above")
        #expect(tally.moves > tally.schedules)
    }

    @Test func opinionsMislead() async {
        let tally = await Self.run(seeds: 0..<Self.count, .opinionated)
        Self.tell("second opinions", tally)
        #expect(tally.failures.count == 0, "told above")
        #expect(tally.moves > tally.schedules)
    }

    @Test func scoresChooseAmongCandidates() async {
        let tally = await Self.run(seeds: 0..<Self.count / 4, .scored)
        Self.tell("scores", tally)
        #expect(tally.failures.count == 0, "told above")
        #expect(tally.moves > tally.schedules)
    }

    /// In each schedule a supervisor is cut off from nodes that standbys and clients reach; without the second opinion it moves
    /// the role for nothing in many of them.
    @Test func aSupervisorThatIsCutOffFromOneNodeAloneMovesNothing() {
        // Of few schedules, how many show it is chance.
        let count = max(Self.count, 200)
        var needless = 0
        for seed in 0..<count {
            let moves = [nil, Simulation.Sabotage.nobodyIsAsked].map { sabotage in
                var simulation = Simulation(seed: seed, .severed)
                simulation.sabotage = sabotage
                simulation.run()
                #expect((simulation.violation == nil) == (simulation.groups[0].moves <= 1), "seed \(seed)")
                return simulation.groups[0].moves
            }
            // The first move is that of the start, when nobody is active; no pod may be probeable.
            #expect(moves[0] <= 1, "seed \(seed)")
            if moves[1] > 1 { needless += 1 }
        }
        print(
            "simulation, cut off from one node: \(count) schedules, \(needless) with needless moves where nobody is asked"
        )
        #expect(needless > count / 10)
    }

    @Test(.enabled(if: isThorough)) func someSchedulesOfThousandsOfMembers() async {
        let tally = await Self.run(seeds: 0..<max(2, Self.count / 2500), .large)
        Self.tell("large clusters", tally)
        #expect(tally.failures.count == 0, "told above")
    }

    @Test func aSeedReplaysToTheSameStory() {
        let stories = (0..<2).map { _ in
            var simulation = Simulation(seed: 4, .small)
            simulation.tellsStory = true
            simulation.run()
            return simulation.story
        }
        #expect(stories[0] == stories[1] && !stories[0].isEmpty)
    }

    /// `make simulate SEED=…`: one schedule, told.
    @Test(.enabled(if: environment["SIMULATION_SEED"] != nil))
    func theStoryOfOneSeed() throws {
        var simulation = Simulation(
            seed: try #require(Self.environment["SIMULATION_SEED"].flatMap { UInt64($0) }),
            [
                nil: .small, "undisturbed": .undisturbed, "contested": .contested, "opinionated": .opinionated,
                "severed": .severed, "sliced": .sliced, "gated": .gated, "drained": .drained,
                "scored": .scored, "hooked": .hooked, "hookedSlices": .hookedSlices,
            ][Self.environment["SIMULATION_SIZE"]]
                ?? .large
        )
        simulation.tellsStory = true
        simulation.run()
        print(simulation.story.joined(separator: "\n"))
        #expect(simulation.violation == nil, "\(simulation.violation ?? "")")
    }

    /// Planted faults: what the simulation is to find, it finds.
    @Test(
        .enabled(if: !isSanitized),
        arguments: zip(
            Simulation.Sabotage.allCases,
            [
                "needless move", "active together", "moves within", "nobody is active", "in a rolling update",
                "needless move", "was not told its role",
            ]
        )
    )
    func findsWhatItIsThereToFind(sabotage: Simulation.Sabotage, words: String) async {
        for seed in UInt64(0)..<8000 {
            await Task.yield()
            var simulation = Simulation(seed: seed, Self.size(for: sabotage))
            simulation.sabotage = sabotage
            simulation.run()
            if let violation = simulation.violation, violation.contains(words) {
                print("simulation, \(sabotage): seed \(seed): \(violation)")
                return
            }
        }
        Issue.record("nothing was found")
    }

    /// Where a planted fault shows soonest.
    private static func size(for sabotage: Simulation.Sabotage) -> Simulation.Size {
        switch sabotage {
        case .nobodyDoubtsHimself, .movesAreForgotten, .promotionsAreNotRetried: .small
        case .versionsAreIgnored: .contested
        case .revisionsAreHidden: .undisturbed
        case .nobodyIsAsked: .severed
        case .hooksAreForgotten: .hooked
        }
    }

    private static func run(seeds: Range<UInt64>, _ size: Simulation.Size) async -> Tally {
        await withTaskGroup(of: Tally.self) { group in
            for start in stride(from: seeds.lowerBound, to: seeds.upperBound, by: 100) {
                group.addTask {
                    var tally = Tally()
                    for seed in start..<min(start + 100, seeds.upperBound) {
                        await Task.yield()
                        var simulation = Simulation(seed: seed, size)
                        simulation.run()
                        tally.add(simulation)
                    }
                    return tally
                }
            }
            var total = Tally()
            for await tally in group { total.add(tally) }
            total.failures.sort { $0.count == $1.count ? $0 < $1 : $0.count < $1.count }
            return total
        }
    }

    private static func tell(_ what: String, _ tally: Tally) {
        for failure in tally.failures.prefix(12) { print("simulation, \(what): \(failure)") }
        let faults = tally.faults.values.reduce(0, +)
        print(
            "simulation, \(what): \(tally.schedules) schedules, \(Int(tally.hours)) simulated hours, \(tally.steps) steps, "
                + "\(faults) faults, \(tally.moves) moves, \(tally.failures.count) violations"
        )
    }
}
