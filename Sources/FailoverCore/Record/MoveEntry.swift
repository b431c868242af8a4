/// One move of a group, as its record remembers it.
package struct MoveEntry: Sendable, Hashable {
    /// Entries that a record keeps at least.
    package static let limit = 20

    /// The epoch that the move was announced at; a history has at most one entry of each.
    package var epoch: Epoch
    /// The pods that were active when it was decided.
    package var from: [String]
    /// Nil: nobody.
    package var target: String?
    /// As it was announced, whatever happened since.
    package var cause: SwitchCause
    /// The id of the operator's request that it carries out; nil: none.
    package var request: String?
    /// When it was announced, microseconds since 1970 by the wall clock of whoever announced it; nil: now, to be filled in
    /// when the record is written.
    package var startedAt: Int64?
    /// How long ago that was when the record was read; nothing else is ever made of `startedAt`.
    package var age: Duration
    /// How long the active pod had failed when the move was decided; nil: it had not, or not recorded.
    package var failing: Duration? {
        get { failure }
        set { failure = newValue }
    }
    @Seldom private var failure: Duration?
    /// How long the address families led to different pods; nil: there is one family, or not recorded.
    package var familyGap: Duration? {
        get { betweenFamilies }
        set { betweenFamilies = newValue }
    }
    @Seldom private var betweenFamilies: Duration?
    /// From the decision to the last acknowledged write; nil: not finished, or not recorded.
    package var duration: Duration?
    /// How long nobody was active because of it; nil: nobody was before, nobody is now, both were, or not recorded.
    package var gap: Duration?

    /// A move that is announced now and not finished, unless more is given; it carries out no request.
    package init(
        epoch: Epoch,
        from: [String],
        target: String?,
        cause: SwitchCause,
        startedAt: Int64? = nil,
        age: Duration = .zero,
        duration: Duration? = nil,
        gap: Duration? = nil
    ) {
        self.epoch = epoch
        self.from = from
        self.target = target
        self.cause = cause
        self.startedAt = startedAt
        self.age = age
        self.duration = duration
        self.gap = gap
    }

    /// Whether it was announced and nobody moved before the next one was: the same pods were active still.
    ///
    /// So it is of two supervisors that announce the same move at the same time.
    func wasNotMade(before next: MoveEntry) -> Bool { duration == nil && !from.isEmpty && next.from == from }

    /// Whether it was announced and is not known to be made, and a pod that it was to leave was found active after it.
    func wasNotMade(as found: String?) -> Bool { duration == nil && found.map(from.contains) ?? false }
}

extension MoveEntry {
    /// What a record says of a move that is complete, as it was announced there.
    init(_ move: CompletedMove, in record: GroupRecord?) {
        let announced = record?.history.last { $0.epoch == move.epoch }
        let from = move.from.map(\.name)
        self = announced ?? MoveEntry(epoch: move.epoch, from: from, target: move.target?.name, cause: move.cause)
        duration = move.duration
        gap = move.gap
        familyGap = move.familyGap
    }
}
