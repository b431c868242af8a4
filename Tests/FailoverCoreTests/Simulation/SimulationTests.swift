import Testing

@testable import FailoverCore

@Suite struct SimulationTests {
    /// Schedules of one run.
    private static let seeds: Range<UInt64> = 0..<600

    @Test(.timeLimit(.minutes(5)))
    func neverTwoActiveAndAlwaysOneInTheEnd() async {
        var (steps, faults, moves) = (0, 0, 0)
        for seed in Self.seeds {
            // Long and busy: others share the threads.
            await Task.yield()
            var simulation = Simulation(seed: seed, policy: GroupPolicy(verdictWindow: .seconds(1)))
            for _ in 0..<400 {
                simulation.step()
                if simulation.mostActive > 1 {
                    Issue.record("two active with seed \(seed) after \(simulation.steps) steps")
                    return
                }
            }
            simulation.calm()
            #expect(simulation.mostActive <= 1, "two active with seed \(seed)")
            #expect(simulation.actives.count == 1, "seed \(seed) ends with \(simulation.actives.map(\.name))")
            steps += simulation.steps
            faults += simulation.faults
            moves += simulation.moves
        }
        print("simulation: \(Self.seeds.count) schedules, \(steps) steps, \(faults) faults, \(moves) moves")
        #expect(moves > Self.seeds.count)
    }

    /// A planted fault: without the versions on writes the simulation must find what the protocol prevents.
    @Test(.timeLimit(.minutes(5)))
    func findsTwoActiveWithoutVersions() {
        let finding = Self.seeds.first { seed in
            let policy = GroupPolicy(verdictWindow: .seconds(1))
            var simulation = Simulation(seed: seed, policy: policy, checksVersions: false)
            for _ in 0..<400 where simulation.mostActive <= 1 { simulation.step() }
            return simulation.mostActive > 1
        }
        #expect(finding != nil)
    }

    @Test(.timeLimit(.minutes(5)))
    func endsWithOneActiveWhenItPromotesFirst() async {
        for seed in 0..<UInt64(200) {
            await Task.yield()
            let policy = GroupPolicy(order: .promoteFirst, verdictWindow: .seconds(1))
            var simulation = Simulation(seed: seed, policy: policy)
            for _ in 0..<300 { simulation.step() }
            simulation.calm()
            #expect(simulation.actives.count == 1, "seed \(seed) ends with \(simulation.actives.map(\.name))")
        }
    }
}
