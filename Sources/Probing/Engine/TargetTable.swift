import Coordination
import FailoverCore
import StandbyConfiguration
import Transport

/// All targets by number, and their numbers by group and member; numbers are given again.
struct TargetTable {
    /// By number; those of free numbers mean nothing.
    var states: ContiguousArray<TargetState> = []
    /// By number; nil: the number is free.
    private(set) var records: ContiguousArray<TargetRecord?> = []
    private var numbers: [String: [Member.ID: Int]] = [:]
    private var free: [Int] = []

    /// How many targets there are.
    var count: Int { records.count - free.count }
    /// Whether there is none.
    var isEmpty: Bool { count == 0 }
    /// The groups that have a target.
    var groups: [String] { Array(numbers.keys) }

    /// The number of a target; nil if there is no such target.
    func number(of key: ProbeTarget.Key) -> Int? { numbers[key.group]?[key.member] }

    /// The numbers of a group's targets, by member; empty for a group without any.
    func numbers(of group: String) -> [Member.ID: Int] { numbers[group] ?? [:] }

    /// Adds a target under a number that is free.
    mutating func add(_ record: TargetRecord, _ state: TargetState) -> Int {
        let number: Int
        if let reused = free.popLast() {
            number = reused
            states[number] = state
            records[number] = record
        } else {
            number = states.count
            states.append(state)
            records.append(record)
        }
        numbers[record.target.group, default: [:]][record.target.id] = number
        return number
    }

    /// Frees a number.
    mutating func remove(_ number: Int) {
        guard let record = records[number] else { return }
        let group = record.target.group
        numbers[group]?[record.target.id] = nil
        if numbers[group]?.isEmpty ?? false { numbers[group] = nil }
        records[number] = nil
        free.append(number)
    }
}

/// What changes with every probe of a target: without a reference, so that thousands lie side by side.
struct TargetState {
    /// The probe that is on its way.
    enum Flight: Equatable {
        /// Nothing is.
        case none
        /// A check of the loop.
        case check
        /// Runs beside the loop; a number tells its end from that of an earlier one.
        case command(Int)
    }

    /// What its results come to.
    var tracker: HealthTracker
    /// How its probes follow each other.
    var pace: ProbePace
    /// When the probe that is next, or on its way, was or is due; monotonic nanoseconds.
    var due: UInt64
    /// What is on its way.
    var flight = Flight.none
    /// Probes that were begun.
    var probeCount = 0
    /// When the probe that is on its way, or was last, began.
    var startedAt = MonotonicTime(nanoseconds: 0)
    /// Whether the probe that is on its way, or was last, was begun because a kept connection was lost.
    var wasHurried = false

    /// Whether a probe of it has ever succeeded.
    var isProven: Bool { tracker.evidence.lastSuccess != nil }

    /// Probes that ended.
    var endedCount: Int { flight == .none ? probeCount : probeCount - 1 }
}

/// What is known of a target besides.
///
/// Confined to the loop's thread.
final class TargetRecord {
    /// Who is probed, and how.
    @safe @exclusivity(unchecked) var target: ProbeTarget
    /// Nil: it is probed by a command, or its port is not known.
    @safe @exclusivity(unchecked) var check: Check?
    /// The redirects of the probe that is on its way; nil if there was none.
    @safe @exclusivity(unchecked) var trail: Boxed<RedirectTrail>?
    /// What redirects led to, in their order; kept for the next probe, which is likely to be led there, too.
    @safe @exclusivity(unchecked) var hops: [Check] = []
    /// The result that was reported last; nil: none was.
    @safe @exclusivity(unchecked) var lastOutcome: ProbeOutcome?
    /// Whether the machine is notified of the next result, whatever it is.
    @safe @exclusivity(unchecked) var isReportDue = false
    /// Since when somebody waits for a probe: its end is reported in any case; nil: nobody does.
    @safe @exclusivity(unchecked) var awaitedSince: MonotonicTime?

    /// Judges the answers to `check`.
    var probe: (any ExchangeProbe)? { target.probe.handler.exchange }

    /// What it adds to the engine's need of descriptors.
    var descriptorShare = 0.0

    /// A target of which nothing is known.
    init(_ target: ProbeTarget) {
        self.target = target
    }
}
