import Testing

@testable import FailoverCore

/// Sets of groups that follow each other, with cooldowns, windows, flap limits and returns: it ends, and nobody waits for ever.
@Suite struct CompanionWorldTests {
    /// Ten minutes of faults, then none for an hour.
    private static func play(_ seed: UInt64, _ sabotage: CompanionWorld.Sabotage? = nil) -> CompanionWorld {
        var world = CompanionWorld(seed: seed, sabotage: sabotage)
        world.pass(600, faults: true)
        world.heal()
        world.pass(3600, faults: false)
        return world
    }

    @Test(.timeLimit(.minutes(5)), arguments: 0..<10)
    func endsQuietAndServed(part: UInt64) {
        var followed = 0
        for seed in part * 20..<part * 20 + 20 {
            let world = Self.play(seed)
            let follows = world.moves.count { $0.cause == .following }
            let others = world.moves.count - follows
            followed += follows
            #expect(follows <= 2 * others, "seed \(seed): each other move makes two groups follow once")
            // Each returns once at most, and two follow.
            #expect(world.moves.count { $0.second > 700 } <= 9, "seed \(seed)")
            let last = world.moves.last?.second ?? 0
            #expect(last <= 600 + 1800, "seed \(seed): the last move is at \(last)")
            for group in 0..<3 { #expect(world.place(of: group) != nil, "seed \(seed): group \(group) is not served") }
            #expect(
                world.groups.allSatisfy { !$0.machine.isSwitching },
                "seed \(seed): nobody waits for another"
            )
        }
        #expect(followed > 20, "the set does move")
    }

    /// Whatever breaks, a group with a healthy candidate is served by a healthy pod, unless it holds because it moved too often.
    @Test(.timeLimit(.minutes(5)), arguments: 200..<220)
    func isServedByWhoIsHealthy(seed: UInt64) {
        var world = CompanionWorld(seed: seed)
        for _ in 0..<40 {
            world.pass(15, faults: true)
            for group in 0..<3 where (0..<3).contains(where: { world.isHealthy(group, $0) }) {
                let assessment = world.groups[group].machine.assessment(at: world.groups[group].now)
                if assessment.conditions.contains(.flapping) { continue }
                let pod = (0..<3).first { world.place(of: group) == "n\($0)" }
                #expect(pod.map { world.isHealthy(group, $0) } ?? false, "seed \(seed): group \(group)")
            }
        }
    }

    /// Without the rule that who followed stays, groups that prefer different nodes pull each other back and forth.
    @Test func theSimulationWouldSeeTwoThatChaseEachOther() {
        let restless = (0..<20 as Range<UInt64>).count { seed in
            let world = Self.play(seed, .followersReturn)
            return world.moves.count { $0.second > 700 } > 20
        }
        #expect(restless > 0)
    }
}
