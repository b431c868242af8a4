/// What the group's Lease says: who is, or is about to be, the active member, what operators want, and what happened.
package struct GroupRecord: Sendable, Hashable {
    /// The member on record.
    package struct Holder: Sendable, Hashable {
        /// The pod's name, `spec.holderIdentity`.
        package var name: String
        /// The pod's uid; nil if whoever wrote the record did not say.
        package var id: Member.ID?

        /// `id`: nil if only the name is known; the holder is then compared by name.
        package init(name: String, id: Member.ID?) {
            self.name = name
            self.id = id
        }
    }

    /// How the record came to name its holder.
    package enum Origin: String, Sendable, Hashable {
        /// The holder was found active; no pod was written for it.
        case adopted = "Adopted"
        /// A switch announced it; the switch is complete once the holder carries the record's epoch.
        case intended = "Intended"
    }

    /// Nil when nobody is to be active.
    package var holder: Holder?
    /// The Lease's `spec.leaseTransitions`.
    package var epoch: Epoch
    /// Decides whether a holder that is not active is a switch to finish: only an intended one is.
    package var origin: Origin
    /// The identity of the supervisor process that wrote this epoch; unique for each process.
    package var writer: String
    /// Why, in words for people.
    package var reason: String
    /// The try that announced its epoch; nil: nobody was announced, or whoever did it did not say.
    package var attempt: RecordAttempt? {
        get { announcedBy }
        set { announcedBy = newValue }
    }
    @Seldom private var announcedBy: RecordAttempt?
    /// The pods, by name, that an operator wants not to be active.
    package var fenced: Set<String> = []
    /// An operator's pause; nil: none, though the configuration may pause the group all the same.
    package var pause: Pause?
    /// What an operator asks for and was not answered yet.
    package var request: OperatorRequest?
    /// The answers to the last requests, oldest first.
    package var answers: [RequestAnswer] = []
    /// The last moves, oldest first.
    package var history: [MoveEntry] = []
    /// Whom this record and those before it announced.
    package var announced: Announcements
    /// The pods that the last move left, and that may still act as active; none once another was promoted.
    package var outgoing: [OutgoingMember] = []
    /// The hooks that are owed for moves, oldest first.
    package var hooks: [HookCall] = []
    /// Moves up to this epoch are forgiven: they count neither as flapping nor as an operator's choice.
    package var forgivenEpoch: Epoch?

    /// A first record: nothing is fenced, requested, answered or remembered.
    package init(holder: Holder?, epoch: Epoch, origin: Origin, writer: String, reason: String) {
        self.holder = holder
        self.epoch = epoch
        self.origin = origin
        self.writer = writer
        self.reason = reason
        announced = Announcements(since: epoch)
    }

    /// Whether `member` is the one on record.
    package func names(_ member: Member) -> Bool {
        guard let holder else { return false }
        return holder.id.map { $0 == member.id } ?? (holder.name == member.name)
    }

    /// Whether it announces a switch of which nothing was done but, at most, that others were sealed: exactly one member is
    /// active, and its role was not written for it.
    func isOnlyAnnounced(_ actives: [Member]) -> Bool {
        guard origin == .intended, actives.count == 1, let active = actives.first, !names(active) else { return false }
        return active.epoch ?? Epoch(0) < epoch
    }

    /// Who was active by this record, or before its last move.
    var holders: [Holder] {
        let before = (history.last?.from ?? []).filter { $0 != holder?.name }.map { Holder(name: $0, id: nil) }
        return [holder].compactMap(\.self) + before
    }

    /// Answers the pending request, and forgets it.
    mutating func answer(_ answer: RequestAnswer) {
        request = nil
        answers = (answers + [answer]).suffix(RequestAnswer.limit)
    }

    /// Answers a request that may not be the pending one any more, unless it is answered.
    ///
    /// Requests that are written by hand may share an id, or have none.
    mutating func answerOnce(_ answer: RequestAnswer, to asked: OperatorRequest?) {
        if request?.id == answer.id, request == asked { return self.answer(answer) }
        if !answers.contains(where: { $0.id == answer.id }) {
            answers = (answers + [answer]).suffix(RequestAnswer.limit)
        }
    }

    /// Remembers a move that is announced, and forgets the oldest beyond `limit`.
    ///
    /// Of an epoch there is one move: what somebody else wrote at this one or a later is none of the group's.
    mutating func remember(_ move: MoveEntry, limit: Int) {
        history = (history.filter { $0.epoch < move.epoch } + [move]).suffix(limit)
    }

    /// Adds the end of a move to its entry, unless the entry has one.
    mutating func complete(_ move: MoveEntry) {
        guard let index = history.lastIndex(where: { $0.epoch == move.epoch && $0.duration == nil }) else { return }
        history[index].duration = move.duration
        history[index].gap = move.gap
        history[index].familyGap = move.familyGap
    }
}

/// A record together with the Lease version that it was read from or stored as.
package struct StoredRecord: Sendable, Hashable {
    /// The Lease's identity and version: what an update must name so that it replaces exactly this.
    package struct Version: Sendable, Hashable {
        /// The Lease's `metadata.uid`.
        package var uid: String
        /// The Lease's `metadata.resourceVersion`.
        package var version: ObjectVersion

        /// Both as the API server returned them with the Lease.
        package init(uid: String, version: ObjectVersion) {
            self.uid = uid
            self.version = version
        }
    }

    /// What the Lease says at that version.
    package var record: GroupRecord
    /// What the next update has to name.
    package var version: Version

    /// `version`: of the Lease that `record` was decoded from.
    package init(record: GroupRecord, version: Version) {
        self.record = record
        self.version = version
    }
}
