@testable import FailoverCore

/// A group of three in trouble: what several suites begin with, and how they answer by hand.
extension GroupScript {
    /// `a` is active, `b` and `c` are passive, all carry `epoch`.
    static func three(
        _ policy: GroupPolicy = GroupPolicy(),
        announced: Announcements? = nil,
        healthy: [String] = ["a", "b", "c"],
        identity: String = "me",
        epoch: Int = 1
    ) -> GroupScript {
        var script = GroupScript(policy, identity: identity)
        for (name, role) in [("a", Role.active), ("b", .passive), ("c", .passive)] {
            script.place(name, role, epoch: epoch)
        }
        var record = script.record("a", epoch: epoch)
        record.announced = announced ?? Announcements(since: Epoch(0))
        _ = script.settle(script.start(record: record, healthy: healthy))
        return script
    }

    static func request(_ action: OperatorRequest.Action, _ id: String = "o") -> OperatorRequest {
        OperatorRequest(id: id, action: action)
    }

    /// The informer shows nodes in these conditions, and no others that are not as they should be.
    mutating func observe(_ nodes: NodeConditions) -> [Effect] { answered(machine.nodesObserved(nodes, at: now)) }

    /// Seconds pass, and timers fire; tells everything that the machine wanted done, in order.
    mutating func pass(_ seconds: ClosedRange<Int>) -> [String] {
        var story: [String] = []
        for second in seconds {
            at(second * 1000)
            story += play(fireTimers())
        }
        return story
    }

    /// A switchover to `b`.
    static let toB = OperatorRequest(id: "o", action: .switchover(to: "b", isForced: false))

    /// Another supervisor announced a move from `a`, and has written no pod.
    static func foreign(
        _ record: inout GroupRecord,
        to target: String?,
        cause: SwitchCause = .activeUnhealthy,
        epoch: Int = 2,
        request: OperatorRequest? = nil
    ) {
        record.epoch = Epoch(epoch)
        record.writer = "another"
        record.origin = .intended
        record.holder = target.map { .init(name: $0, id: .init("uid-\($0)")) }
        record.request = request
        var move = MoveEntry(epoch: Epoch(epoch), from: ["a"], target: target, cause: cause)
        move.request = request?.id
        record.remember(move, limit: 20)
    }

    /// Whether an effect writes a member, in a role if one is given.
    static func isWrite(of name: String, _ role: Role? = nil) -> (Effect) -> Bool {
        { effect in
            guard let (_, write) = effect.roleWrite else { return false }
            return write.member.name == name && (role.map { $0 == write.role } ?? true)
        }
    }

    /// The answers on record.
    var answers: [RequestAnswer] { machine.record?.record.answers ?? [] }

    /// Answers at most `limit` effects, but for those that are held; tells all of them.
    mutating func story(of effects: [Effect], limit: Int) -> [String] {
        var queue = effects
        var words: [String] = []
        while !queue.isEmpty, words.count < limit {
            let effect = queue.removeFirst()
            words.append(effect.words)
            if !holds(effect) { queue += follow(effect) }
        }
        return words
    }

    /// A write of a role ends as the outcome says; nothing follows from another effect.
    mutating func end(_ effect: Effect, role outcome: RoleWriteOutcome) -> [Effect] {
        effect.roleWrite.map { machine.roleWritten($0.id, outcome, at: now) } ?? []
    }

    /// A write of the record ends as the outcome says; nothing follows from another effect.
    mutating func end(_ effect: Effect, record outcome: RecordWriteOutcome) -> [Effect] {
        effect.recordWrite.map { machine.recordWritten($0.id, outcome, at: now) } ?? []
    }

    /// A pod is deleted by its uid, and goes on running for now.
    mutating func delete(_ pod: OutgoingMember, as id: OperationID) -> [Effect] {
        guard let member = members.first(where: { $0.id == pod.id }) else {
            return machine.podDeleted(id, .gone, at: now)
        }
        change(member.name) { $0.lifecycle = .terminating }
        return machine.podDeleted(id, .accepted, at: now)
    }

    /// Something of a member changes, without telling the machine.
    mutating func change(_ name: String, _ change: (inout Member) -> Void) {
        let before = member(name)
        place(name) { member in
            let version = member.version
            member = before
            change(&member)
            member.version = version
        }
    }
}
