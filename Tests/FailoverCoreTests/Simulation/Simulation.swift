import Repeatable

@testable import FailoverCore

/// One schedule: groups, one or two supervisors with the real machines, an API server, and faults at random moments of
/// virtual time.
struct Simulation {
    /// How much is on the stage.
    struct Size: Sendable {
        var groups: ClosedRange<Int>
        var members: ClosedRange<Int>
        var faults: ClosedRange<Int>
        /// What may befall them.
        var kinds = SimulatedFault.usual
        /// Whether groups ask for opinions, and standbys answer.
        var asksOpinions = false
        /// Whether slices say who is active.
        var ownsEndpoints = false
        /// Whether nobody is promoted before it is proved that those before act so no more.
        var isGated = false
        /// Whether groups have hooks.
        var hasHooks = false
        /// Whether groups leave nodes that are cordoned.
        var leavesNodes = false
        /// Whether groups ask candidates for their scores.
        var asksScores = false

        static let small = Size(groups: 1...4, members: 2...4, faults: 4...14)
        /// Nothing happens but rolling updates.
        static let undisturbed = Size(groups: 1...1, members: 2...5, faults: 1...2, kinds: [.rollout])
        /// Two supervisors get in each other's way.
        static let contested = Size(
            groups: 1...2,
            members: 2...3,
            faults: 12...24,
            kinds: [.takeover, .slowness, .outage, .stall, .application, .application, .request, .restart]
        )
        /// Groups that ask for opinions, and standbys that may be wrong.
        static let opinionated = Size(
            groups: 1...2,
            members: 2...4,
            faults: 6...14,
            kinds: [
                .severance, .severance, .severance, .standby, .standby, .application, .application, .node, .outage,
                .slowness, .silentWatch, .restart, .takeover, .deletion, .containerRestart, .stall, .request,
                .noResults,
            ],
            asksOpinions: true
        )
        /// A supervisor is cut off from one node alone, and its standbys are not.
        static let severed = Size(
            groups: 1...1,
            members: 2...3,
            faults: 1...3,
            kinds: [.severance],
            asksOpinions: true
        )
        /// Services without a selector, whose slices are the supervisors'.
        static let sliced = Size(
            groups: 1...3,
            members: 2...4,
            faults: 6...16,
            kinds: SimulatedFault.usual.filter {
                ![.denial, .rename, .lostPassiveLabel, .stripper].contains($0)
            } + [.restart, .takeover, .slowness],
            ownsEndpoints: true
        )
        /// Groups whose promotions wait for a proof.
        static let gated = Size(
            groups: 1...3,
            members: 2...4,
            faults: 6...14,
            kinds: SimulatedFault.usual + [.restart, .takeover, .deletion],
            isGated: true
        )
        /// Nodes are cordoned one after the other, or together, while other things happen.
        static let drained = Size(
            groups: 1...3,
            members: 2...4,
            faults: 6...14,
            kinds: [
                .drain, .drain, .drain, .drain, .application, .node, .deletion, .notReady, .restart, .takeover, .outage,
                .slowness, .silentWatch, .stall, .request, .denial,
            ],
            leavesNodes: true
        )
        /// Groups that ask candidates for their scores.
        static let scored = Size(
            groups: 1...3,
            members: 2...4,
            faults: 6...16,
            kinds: SimulatedFault.usual.filter {
                ![.denial, .rename, .lostPassiveLabel, .stripper].contains($0)
            } + [.application, .application, .deletion, .reload],
            asksScores: true
        )
        static let large = Size(groups: 500...500, members: 4...4, faults: 300...300)
    }

    /// What is taken away from the supervisors, to see that it is missed.
    enum Sabotage: CaseIterable {
        /// Nothing doubts its own probes or asks a candidate again.
        case nobodyDoubtsHimself
        /// The API server checks no versions.
        case versionsAreIgnored
        /// The group forgets its moves.
        case movesAreForgotten
        /// Answers to promotions never arrive, and are not asked for again.
        case promotionsAreNotRetried
        /// Nobody knows of which revision a pod is.
        case revisionsAreHidden
        /// Nobody is asked for a second opinion.
        case nobodyIsAsked
        /// Whoever writes the record knows what hooks are owed, and nobody else.
        case hooksAreForgotten
    }

    static let second: UInt64 = 1_000_000_000
    /// How long the API server may take for a request, until its sender gives up.
    static let deadline = 5 * second
    /// When faults end, and when the schedule does.
    static let (calm, end) = (120 * second, 300 * second)

    let seed: UInt64
    var random: SeededGenerator
    var agenda = Agenda<SimulatedEvent>()
    private(set) var now: UInt64 = 0
    private(set) var steps = 0
    var groups: [SimulatedGroup] = []
    /// The second may be absent.
    var processes: [SimulatedProcess?] = [nil, nil]
    var generations = 0
    var faults: [SimulatedFault: Int] = [:]
    var sabotage: Sabotage?
    /// Whether nothing happens but rolling updates.
    let isUndisturbed: Bool
    /// Whether groups ask for opinions, and standbys answer.
    let asksOpinions: Bool
    /// Whether nothing happens but that supervisors are cut off from nodes.
    let isSevered: Bool
    /// Whether slices say who is active, and not labels.
    let ownsEndpoints: Bool
    /// Whether promotions wait for a proof.
    let isGated: Bool
    /// Whether groups have hooks.
    let hasHooks: Bool
    /// Whether groups leave nodes that are cordoned.
    let leavesNodes: Bool
    /// Until when each node is cordoned.
    var cordons: [UInt64]
    /// Moves off nodes that were begun.
    var evacuations = 0
    /// Whether groups ask candidates for their scores.
    let asksScores: Bool
    /// Wishes to follow another group, moves that do, and when each group has last begun one.
    var (wishes, followCount, follows) = (0, 0, [Int: UInt64]())
    var standbys: [SimulatedStandby] = []
    /// Until when each process is cut off from each node.
    var severances: [[UInt64]] = [[], []]
    /// The API server is away until then.
    var outageUntil: UInt64 = 0
    var slowUntil: UInt64 = 0
    var silentUntil: UInt64 = 0
    /// It answers 429 to many a request until then.
    var throttledUntil: UInt64 = 0
    /// Until when the probes of some supervisor reached nobody, at last.
    var lastBlind: UInt64?
    /// Until when that happened more than once in a short time.
    var flickers: UInt64 = 0
    /// Until when the probes of some supervisor gave no result, at last.
    var lastResultless: UInt64?
    /// When a request or its answer was lost last, or a supervisor started or stood still, as far as it matters.
    var lastLoss: UInt64 = 0
    /// When a move was begun last.
    var lastBegun: UInt64 = 0
    /// Nodes that are down, until then.
    var nodes: [UInt64]
    /// How far the wall clock is from the monotonic one.
    var wallOffset: Int64 = 0
    /// When the wall clock was set last.
    var wallSetAt: MonotonicTime?
    private(set) var violation: String?
    var tellsStory = false
    private(set) var story: [String] = []

    init(seed: UInt64, _ size: Size) {
        self.seed = seed
        isUndisturbed = size.kinds == [.rollout]
        asksOpinions = size.asksOpinions
        isSevered = size.kinds == [.severance]
        isGated = size.isGated
        hasHooks = size.hasHooks
        leavesNodes = size.leavesNodes
        asksScores = size.asksScores
        ownsEndpoints = size.ownsEndpoints || size.asksScores && seed % 4 == 0
        random = SeededGenerator(seed: seed)
        nodes = Array(repeating: 0, count: Int.random(in: 2...3, using: &random))
        cordons = nodes.map { _ in 0 }
        severances = severances.map { _ in nodes.map { _ in 0 } }
        if asksOpinions { makeStandbys(atLeast: isSevered ? 1 : 0) }
        let count = Int.random(in: size.groups, using: &random)
        for _ in 0..<count { groups.append(makeGroup(members: Int.random(in: size.members, using: &random))) }
        for _ in 0..<Int.random(in: size.faults, using: &random) {
            guard let fault = size.kinds.randomElement(using: &random) else { continue }
            let at = UInt64.random(in: (isUndisturbed ? Self.calm / 4 : 0)..<Self.calm, using: &random)
            agenda.add(.fault(fault), at: at)
        }
    }

    // MARK: The run

    /// Plays the schedule to its end, or to the first thing that must not be.
    mutating func run() {
        for group in groups.indices { groups[group].cluster.sabotage = sabotage?.ofTheCluster }
        start(0)
        while violation == nil, let (at, event) = agenda.next(), at <= lastEnd {
            now = max(now, at)
            steps += 1
            take(event)
        }
        if violation == nil { checkEnd() }
    }

    /// When the schedule is over: a move that is tried again and again, because a pod cannot be written, may have begun just before.
    private var lastEnd: UInt64 { max(Self.end, min(lastBegun + 10 * Self.second, Self.end + 60 * Self.second)) }

    private mutating func take(_ event: SimulatedEvent) {
        switch event {
        case .process(let index, let generation, let step):
            guard let process = processes[index], process.generation == generation else { return }
            if now < process.stalledUntil { return agenda.add(event, at: process.stalledUntil) }
            noteTime(index)
            perform(step, of: index)
        case .request(let index, let generation, let group, let effect, let isLost):
            guard generation >= groups[group].firstGeneration else { return }
            execute(effect, of: index, generation: generation, group: group, isLost: isLost)
        case .announcement(let index, let generation, let group, let effect, let isLost):
            guard generation >= groups[group].firstGeneration else { return }
            guard isLost || isStillWanted(effect, of: index, generation: generation, group: group) else { return }
            finish(effect, of: index, generation: generation, group: group, isLost: isLost)
        case .fault(let fault):
            faults[fault, default: 0] += 1
            begin(fault)
        case .replace(let group, let name, let id): replace(name, id, in: group)
        case .heal(let group, let id): heal(id, in: group)
        case .lift(let fault, let group, let id): lift(fault, from: id, in: group)
        case .strip(let group, let end): strip(group, until: end)
        case .pause(let group): pause(group)
        case .kubelets: lookByKubelets()
        case .nodesChanged: showNodes()
        case .rollout(let group): rollOut(group)
        case .vanish(let group, let id): vanish(id, in: group)
        case .restart(let index): if processes[index] != nil { start(index) }
        }
    }

    mutating func tell(_ words: @autoclosure () -> String) {
        if tellsStory { story.append("\(now / 1_000_000) ms: \(words())") }
    }

    mutating func fail(_ problem: String) {
        tell("VIOLATION \(problem)")
        if violation == nil { violation = "at \(now / 1_000_000) ms: \(problem)" }
    }

    var time: MonotonicTime { MonotonicTime(nanoseconds: now) }

    mutating func between(_ low: UInt64, _ high: UInt64) -> UInt64 { UInt64.random(in: low...high, using: &random) }

    private func isOnRecord(_ pod: Member, of group: SimulatedGroup) -> Bool {
        group.cluster.lease?.record.names(pod) ?? false
    }

    // MARK: The end

    /// Long after the last fault everybody must be where they belong.
    private mutating func checkEnd() {
        for (index, group) in groups.enumerated() where !group.isPausedByRequest {
            if isKnownToWait(index) { continue }
            var actives = group.actives
            // Whom nobody may write to stays what he is, when somebody labels another.
            if actives.count > 1 { actives.removeAll { group.denies($0) && !isOnRecord($0, of: group) } }
            let candidates = group.members.filter { isWanted($0, in: group) }
            if candidates.isEmpty { continue }
            if actives.count != 1 { fail("group \(index) ends with \(actives.count) active") }
            guard let record = group.cluster.lease?.record, let active = actives.first else { continue }
            if hasHooks { checkHooksAtTheEnd(of: index) }
            if !record.names(active) { fail("group \(index) ends with \(active.name) active, but not on record") }
            if let request = record.request, !isWaiting(request) {
                fail("group \(index) ends with a request unanswered")
            }
        }
    }
}

extension SeededGenerator {
    /// True once in `times`.
    mutating func once(in times: Int) -> Bool { Int.random(in: 0..<times, using: &self) == 0 }
}
