@testable import FailoverCore

/// Other groups of a set, that are not on the stage: what processes hear of them.
extension Simulation {
    /// Another group is elsewhere, so that this one is to follow, or is to be apart from it.
    mutating func moveCompanion(of group: Int) {
        let node = "node\(Int.random(in: nodes.indices, using: &random))"
        let relation: Companions.Relation = Bool.random(using: &random) ? .together : .apart
        var companions = Companions([.init(group: "other", relation: relation, node: node)])
        if relation == .together, !random.once(in: 4) {
            wishes += 1
            companions.wish = FollowWish(number: wishes, group: "other", node: node)
        }
        tell("group \(group) hears of others: \(companions)")
        // One process leads the set; another hears of it only if it leads, too.
        for index in processes.indices where processes[index] != nil && (index == 0 || random.once(in: 2)) {
            schedule(.companions(group: group, companions), of: index, at: now + between(1_000_000, 80_000_000))
        }
    }

    // MARK: What must never be

    /// A move begins that follows another group: it leads to where that is, and each wish to one move in each process at most.
    mutating func checkFollowing(to target: String?, of index: Int, group: Int) {
        follows[group] = now
        followCount += 1
        guard let view = processes[index]?.machines[group].view, let wish = view.companions?.companions.wish,
            let node = target.flatMap({ name in groups[group].pod(name)?.node })
        else { return fail("group \(group): it follows nobody") }
        if node != wish.node {
            fail("group \(group): it follows to \(node), and the other is on \(wish.node ?? "no node")")
        }
        if groups[group].policy.isPaused { fail("group \(group): it follows while it is paused") }
    }
}

extension Simulation.Size {
    /// Groups that follow others, which are not on the stage.
    static let accompanied = Simulation.Size(
        groups: 1...3,
        members: 2...4,
        faults: 8...18,
        kinds: SimulatedFault.usual.filter { $0 != .rename } + Array(repeating: .companion, count: 24)
    )
}
