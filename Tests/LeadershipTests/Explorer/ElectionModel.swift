import FailoverCore
import Leadership

/// Two candidates for one Lease, the requests and answers on their way, and clocks that run apart.
struct ElectionModel: Hashable {
    /// A guard that is taken away, for the explorer to find what it prevents.
    enum Sabotage: String, CaseIterable {
        case leadCountsFromTheAnswer
        case releaseWithoutLooking
        case expiryAtOnce
        case versionsAreIgnored
        case conflictsAreIgnored
        case renewalsLookTheSame
        case leadOutlivesItsRelease
        case clocksBeyondTheBound
    }

    /// What may still go wrong.
    struct Budget: Hashable {
        var faults = 2
        var releases = 1
        var crashes = 1
        var staleViews = 1
    }

    /// One process, with its elector and what it believes.
    struct Process: Hashable {
        var elector: LeaderElector
        /// Percent of true time that its clock shows.
        var rate: Int
        /// Until when it would write.
        var authority: MonotonicTime?
        var isWanted = true
    }

    /// A request on its way to the server.
    struct Wire: Hashable {
        var process: Int
        var id: Int
        /// Nil: a read.
        var write: LeaseWrite?
        var renewal: Int64
        /// Whether nobody waits for the answer any more.
        var isOrphan = false
    }

    /// An answer on its way back.
    struct Answer: Hashable {
        enum Outcome: Hashable {
            case read(LeaseReadOutcome)
            case write(LeaseWriteOutcome)
        }

        var process: Int
        var id: Int
        var outcome: Outcome
        var renewal: Int64
    }

    static let timing = try? ElectionTiming(
        leaseDuration: .seconds(6),
        renewDeadline: .seconds(4),
        retryPeriod: .seconds(1)
    )

    let sabotage: Sabotage?
    private(set) var budget: Budget
    /// True time in milliseconds.
    private(set) var now = 0
    private(set) var lease: LeaseView?
    /// What the Lease was before its last change.
    private var previous: LeaseView?
    private var version = 1
    private(set) var processes: [Process] = []
    private var lives = 0
    private(set) var wires: [Wire] = []
    private(set) var answers: [Answer] = []

    init(rates: (Int, Int), budget: Budget = Budget(), sabotage: Sabotage? = nil) {
        self.sabotage = sabotage
        self.budget = budget
        for rate in [rates.0, rates.1] { processes.append(newProcess(rate: rate)) }
        for process in processes.indices { begin(process) }
    }

    private mutating func newProcess(rate: Int) -> Process {
        lives += 1
        let timing = Self.timing ?? .standard
        return Process(elector: LeaderElector(identity: "life-\(lives)", timing: timing, jitter: 0), rate: rate)
    }

    private mutating func begin(_ process: Int) {
        observe(process, lease, isRelist: true)
        act(process) { $0.wantedChanged(.atOnce, at: $1) }
    }

    private mutating func observe(_ process: Int, _ lease: LeaseView?, isRelist: Bool = false) {
        let view = shown(lease)
        act(process) { $0.leaseObserved(view, isRelist: isRelist, at: $1) }
    }

    func clock(of process: Int) -> MonotonicTime {
        MonotonicTime(nanoseconds: UInt64(now * processes[process].rate / 100) * 1_000_000)
    }

    /// Who would write now.
    var leaders: [Int] {
        processes.indices.filter { process in processes[process].authority.map { $0 > clock(of: process) } ?? false }
    }

    // MARK: Steps

    enum Step: Hashable {
        case tick
        case wake(Int)
        case watch(Int)
        case staleWatch(Int)
        case deliver(Int)
        case deliverTwice(Int)
        case dropRequest(Int)
        case giveUp(Int)
        case answer(Int)
        case answerTwice(Int)
        case dropAnswer(Int)
        case release(Int)
        case want(Int)
        case crash(Int)
    }

    /// What may happen now.
    var steps: [Step] {
        var steps: [Step] = [.tick]
        for index in wires.indices { steps += [.deliver(index)] }
        for index in answers.indices { steps += [.answer(index)] }
        for (index, process) in processes.enumerated() {
            if process.elector.wakeTime.map({ $0 <= clock(of: index) }) ?? false { steps.append(.wake(index)) }
            if process.elector.view != shown(lease) { steps.append(.watch(index)) }
            if !process.isWanted { steps.append(.want(index)) }
            if budget.releases > 0, process.elector.leadEnd != nil { steps.append(.release(index)) }
            if budget.crashes > 0, process.elector.leadEnd != nil { steps.append(.crash(index)) }
            if budget.staleViews > 0, previous != nil { steps.append(.staleWatch(index)) }
        }
        if budget.faults > 0 {
            for (index, wire) in wires.enumerated() where !wire.isOrphan {
                steps += [.deliverTwice(index), .dropRequest(index), .giveUp(index)]
            }
            for index in answers.indices { steps += [.answerTwice(index), .dropAnswer(index)] }
        }
        return steps
    }

    mutating func take(_ step: Step) {
        switch step {
        case .tick: now += 500
        case .wake(let process): act(process) { $0.woke(at: $1) }
        case .watch(let process): observe(process, lease)
        case .staleWatch(let process):
            budget.staleViews -= 1
            observe(process, previous)
        case .deliver(let index): execute(wires.remove(at: index))
        case .deliverTwice(let index):
            budget.faults -= 1
            execute(wires[index])
            wires[index].isOrphan = true
        case .dropRequest(let index):
            budget.faults -= 1
            unanswered(wires.remove(at: index))
        case .giveUp(let index):
            budget.faults -= 1
            wires[index].isOrphan = true
            unanswered(wires[index])
        case .answer(let index): receive(answers.remove(at: index))
        case .answerTwice(let index):
            budget.faults -= 1
            receive(answers[index])
        case .dropAnswer(let index):
            budget.faults -= 1
            let answer = answers.remove(at: index)
            let isRead = if case .read = answer.outcome { true } else { false }
            let outcome: Answer.Outcome = isRead ? .read(.failed) : .write(.unknown(renewal: answer.renewal))
            receive(.init(process: answer.process, id: answer.id, outcome: outcome, renewal: answer.renewal))
        case .release(let process):
            budget.releases -= 1
            processes[process].isWanted = false
            act(process) { $0.wantedChanged(.never, at: $1) }
        case .want(let process):
            processes[process].isWanted = true
            act(process) { $0.wantedChanged(.atOnce, at: $1) }
        case .crash(let process):
            budget.crashes -= 1
            for index in wires.indices where wires[index].process == process { wires[index].isOrphan = true }
            answers.removeAll { $0.process == process }
            processes[process] = newProcess(rate: processes[process].rate)
            begin(process)
        }
    }

    // MARK: The server

    private mutating func execute(_ wire: Wire) {
        guard let write = wire.write else {
            answer(wire, .read(lease.map { .found(shown($0) ?? $0) } ?? .absent))
            return
        }
        let isBlind = sabotage == .versionsAreIgnored || sabotage == .releaseWithoutLooking && write.holder == nil
        let isConflict = write.version != lease?.version && !isBlind
        if !isConflict {
            version += 1
            previous = lease
            lease = LeaseView(
                version: ObjectVersion("\(version)"),
                holder: write.holder,
                duration: write.duration,
                transitions: write.transitions,
                renewal: wire.renewal
            )
        }
        let isAcknowledged = !isConflict || sabotage == .conflictsAreIgnored
        guard isAcknowledged else { return answer(wire, .write(.conflict)) }
        let stored = LeaseView(
            version: ObjectVersion("\(version)"),
            holder: write.holder,
            duration: write.duration,
            transitions: write.transitions,
            renewal: wire.renewal
        )
        answer(wire, .write(.written(stored)))
    }

    private mutating func answer(_ wire: Wire, _ outcome: Answer.Outcome) {
        if wire.isOrphan { return }
        answers.append(.init(process: wire.process, id: wire.id, outcome: outcome, renewal: wire.renewal))
    }

    /// The Lease as candidates are shown it.
    private func shown(_ lease: LeaseView?) -> LeaseView? {
        guard var lease else { return nil }
        if sabotage == .expiryAtOnce { lease.duration = .zero }
        return lease
    }

    // MARK: The processes

    private mutating func unanswered(_ wire: Wire) {
        let outcome: Answer.Outcome =
            wire.write == nil ? .read(.failed) : .write(.unknown(renewal: wire.renewal))
        receive(.init(process: wire.process, id: wire.id, outcome: outcome, renewal: wire.renewal))
    }

    private mutating func receive(_ answer: Answer) {
        act(answer.process) { elector, now in
            switch answer.outcome {
            case .read(let outcome): elector.readFinished(answer.id, outcome, at: now)
            case .write(let outcome): elector.writeFinished(answer.id, outcome, at: now)
            }
        }
    }

    private mutating func act(
        _ process: Int,
        _ event: (inout LeaderElector, MonotonicTime) -> [LeaderElector.Action]
    ) {
        let time = clock(of: process)
        for action in event(&processes[process].elector, time) {
            switch action {
            case .read(let id): send(Wire(process: process, id: id, write: nil, renewal: 0))
            case .write(let id, let write):
                let renewal = sabotage == .renewalsLookTheSame ? 7 : Int64(id)
                send(Wire(process: process, id: id, write: write, renewal: renewal))
            case .changed(let change): processes[process].authority = authority(process, after: change, at: time)
            }
        }
    }

    private mutating func send(_ wire: Wire) { wires.append(wire) }

    private func authority(
        _ process: Int,
        after change: LeaderElector.Change,
        at time: MonotonicTime
    ) -> MonotonicTime? {
        switch change {
        case .taken(let end), .renewed(let end):
            sabotage == .leadCountsFromTheAnswer ? time + (Self.timing?.renewDeadline ?? .zero) : end
        case .inDoubt: processes[process].authority
        case .lost(nil) where sabotage == .leadOutlivesItsRelease: processes[process].authority
        case .lost: nil
        }
    }
}
