import FailoverCore

/// What has changed in a group in the last hour: health, roles, who came and left, moves.
///
/// A group in which nothing happens keeps nothing, and what its members were at first is no change.
struct GroupTimeline: Sendable {
    /// What is shown of a member.
    struct Sight: Sendable, Hashable {
        /// The pod's name; its successor of the same name goes on where it ended.
        var name: String
        /// By its label.
        var role: Role?
        /// By its probes.
        var health: Health
    }

    /// What has changed.
    enum Change: Sendable, Hashable {
        /// The verdict of a member's probes.
        case health(member: String, from: Health, to: Health)
        /// A member's label.
        case role(member: String, from: Role?, to: Role?)
        /// A member that was not there before.
        case joined(member: String)
        /// A member is there no more.
        case left(member: String)
        /// A switch is complete.
        indirect case moved(from: [String], to: String?, cause: SwitchCause)
    }

    /// A change, and when it was noticed.
    struct Entry: Sendable, Hashable {
        /// By the monotonic clock.
        var time: MonotonicTime
        /// What it was.
        var change: Change
    }

    /// How long changes are kept.
    static let age: Duration = .seconds(3600)
    /// Changes that are kept, the last ones.
    static let limit = 120

    private var kept: [Entry] = []
    /// From when on everything is known; nil: no member was seen yet.
    private var start: MonotonicTime?

    /// The changes of the last hour, oldest first.
    func entries(at now: MonotonicTime) -> some Sequence<Entry> {
        kept.lazy.drop { now.since($0.time) > Self.age }
    }

    /// From when on everything is known, an hour ago at most; nil: no member was seen yet.
    func reach(at now: MonotonicTime) -> MonotonicTime? {
        guard let start else { return nil }
        let hour = Self.age.wholeNanoseconds
        return max(start, MonotonicTime(nanoseconds: now.nanoseconds > hour ? now.nanoseconds - hour : 0))
    }

    // MARK: Events

    /// The members are others than before, or the same.
    mutating func noted(_ before: [Sight], _ after: [Sight], at now: MonotonicTime) {
        if start == nil, !after.isEmpty { start = now }
        guard before != after, !before.isEmpty else { return }
        var old = Dictionary(before.map { ($0.name, $0) }) { $1 }
        for sight in after {
            guard let previous = old.removeValue(forKey: sight.name) else {
                add(.joined(member: sight.name), at: now)
                continue
            }
            compare(previous, sight, at: now)
        }
        for name in old.keys.sorted() { add(.left(member: name), at: now) }
    }

    /// A switch is complete.
    mutating func moved(_ move: CompletedMove, at now: MonotonicTime) {
        add(.moved(from: move.from.map(\.name), to: move.target?.name, cause: move.cause), at: now)
    }

    private mutating func compare(_ old: Sight, _ new: Sight, at now: MonotonicTime) {
        // Thousands of groups that start have a first verdict and a first label for each member, which is no news.
        if old.health != new.health, old.health != .unknown || !kept.isEmpty {
            add(.health(member: new.name, from: old.health, to: new.health), at: now)
        }
        if old.role != new.role, old.role != nil || !kept.isEmpty {
            add(.role(member: new.name, from: old.role, to: new.role), at: now)
        }
    }

    private mutating func add(_ change: Change, at now: MonotonicTime) {
        let outdated = kept.prefix { now.since($0.time) > Self.age }.count
        kept.removeFirst(outdated)
        if kept.count >= Self.limit {
            let surplus = kept.count - Self.limit + 1
            start = kept[surplus - 1].time
            kept.removeFirst(surplus)
        }
        kept.append(Entry(time: now, change: change))
    }
}

extension GroupSupervisor {
    /// What the timeline shows of the members.
    var sights: [GroupTimeline.Sight] {
        let view = machine.view
        return view.all.map { .init(name: $0.name, role: $0.role, health: view.health(of: $0.id)) }
    }
}
