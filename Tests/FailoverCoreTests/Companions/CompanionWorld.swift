import Repeatable

@testable import FailoverCore

/// Groups of one set on three nodes, each with its machine, in one process: what befalls them is drawn by chance.
///
/// Every second what is due is done and told, as by the registry of a supervisor.
struct CompanionWorld {
    /// What is taken away, to see that it is missed.
    enum Sabotage {
        /// Who followed returns by itself.
        case followersReturn
    }

    static let nodes = ["n0", "n1", "n2"]

    let seed: UInt64
    private var random: SeededGenerator
    private(set) var groups: [GroupScript] = []
    private let windows: [Bool]
    private var policies: [GroupPolicy] = []
    private let sabotage: Sabotage?
    private var wish: FollowWish?
    private var wishes = 0
    private var second = 0
    /// Moves so far, by the group's place, with when they were complete.
    private(set) var moves: [(group: Int, cause: SwitchCause, second: Int)] = []

    init(seed: UInt64, sabotage: Sabotage? = nil) {
        self.seed = seed
        self.sabotage = sabotage
        random = SeededGenerator(seed: seed)
        var drawn: [Bool] = []
        for _ in 0..<3 { drawn.append(random.once(in: 3)) }
        windows = drawn
        for group in 0..<3 { begin(group) }
    }

    private mutating func begin(_ group: Int) {
        let cooldown = Duration.seconds([0, 10, 30].randomElement(using: &random) ?? 0)
        let preempts = Bool.random(using: &random)
        let policy = GroupPolicy(
            flap: FlapLimit(maxMoves: random.once(in: 2) ? 3 : 0, window: .seconds(300), hold: .seconds(120)),
            cooldown: cooldown,
            preemption: preempts ? Preemption(delay: .seconds(20), cooldown: cooldown) : nil,
            window: windows[group] ? .unread : nil
        )
        policies.append(policy)
        let priorities = [100, 100, 200].shuffled(using: &random)
        let first = Int.random(in: 0..<3, using: &random)
        var script = GroupScript(policy, identity: "process")
        for (index, node) in Self.nodes.enumerated() {
            script.place("p\(index)", index == first ? .active : .passive, epoch: 1) {
                $0.node = node
                $0.priority = priorities[index]
            }
        }
        var record = script.record("p\(first)")
        record.announced = Announcements(since: Epoch(0))
        _ = script.settle(script.start(record: record, healthy: ["p0", "p1", "p2"]))
        groups.append(script)
    }

    /// Whether a pod of a group answers.
    func isHealthy(_ group: Int, _ pod: Int) -> Bool {
        groups[group].machine.view.health(of: groups[group].member("p\(pod)").id) == .healthy
    }

    /// The node of a group's active pod; nil: there is not exactly one.
    func place(of group: Int) -> String? { groups[group].machine.place?.node }

    // MARK: Time

    /// Lets time pass; `faults`: whether something may break, or be healed, now and then.
    mutating func pass(_ seconds: Int, faults: Bool) {
        for _ in 0..<seconds {
            second += 1
            for group in groups.indices { groups[group].at(second * 1000) }
            if faults, random.once(in: 15) { breakSomething() }
            for group in groups.indices { turn(group) { script in script.fireTimers() } }
        }
    }

    /// Everything is healed.
    mutating func heal() {
        for pod in 0..<3 { setAll(pod, .healthy) }
    }

    private mutating func breakSomething() {
        let (group, pod) = (Int.random(in: 0..<3, using: &random), Int.random(in: 0..<3, using: &random))
        let health: Health = Bool.random(using: &random) ? .healthy : .unhealthy
        if random.once(in: 4) { setAll(pod, health) } else { set(group, pod, health) }
    }

    private mutating func setAll(_ pod: Int, _ health: Health) {
        for group in groups.indices.shuffled(using: &random) { set(group, pod, health) }
    }

    private mutating func set(_ group: Int, _ pod: Int, _ health: Health) {
        if isHealthy(group, pod) == (health == .healthy) { return }
        turn(group) { $0.health("p\(pod)", health) }
    }

    // MARK: What groups hear

    private mutating func turn(_ group: Int, _ event: (inout GroupScript) -> [Effect]) {
        readCalendar(group)
        var completed: [CompletedMove] = []
        let effects = event(&groups[group])
        _ = groups[group].settle(effects) { if case .report(.moved(let move)) = $0 { completed.append(move) } }
        for move in completed { ended(move, of: group) }
        if !completed.isEmpty { tellAll() }
    }

    private mutating func ended(_ move: CompletedMove, of group: Int) {
        moves.append((group, move.cause, second))
        if move.cause == .following, sabotage == .followersReturn {
            _ = groups[group].settle(groups[group].annotate { $0.forgivenEpoch = $0.epoch })
        }
        guard groups[group].machine.isFollowed(move) else { return }
        wishes += 1
        wish = FollowWish(number: wishes, group: "\(group)", node: move.target?.node)
    }

    private mutating func tellAll() {
        let isValid = wish.flatMap { wish in Int(wish.group).map { place(of: $0) == wish.node } } ?? false
        for group in groups.indices {
            let places = groups.indices.filter { $0 != group }.compactMap { other in
                place(of: other).map { Companions.Place(group: "\(other)", relation: .together, node: $0) }
            }
            let companions = Companions(places, wish: isValid && wish?.group != "\(group)" ? wish : nil)
            turn(group) { $0.observe(companions) }
        }
    }

    /// Windows are open every other five minutes.
    private mutating func readCalendar(_ group: Int) {
        let now = groups[group].now
        guard windows[group], groups[group].machine.awaitsCalendar(at: now) else { return }
        let end = (second / 300 + 1) * 300
        let until = MonotonicTime(nanoseconds: UInt64(min(end, second + 60)) * 1_000_000_000)
        policies[group].window = MoveWindow(isOpen: (second / 300).isMultiple(of: 2), until: until)
        _ = groups[group].settle(groups[group].machine.policyChanged(policies[group], at: now))
    }
}
