/// What is known of a group: its policy, its members, its record, and what this machine itself wrote.
///
/// It changes by what comes in, never by what is decided. What has to agree among its parts is kept in agreement here: the
/// fences of the record in the policy, the epochs that are believed of pods, the end of an own run.
struct GroupKnowledge: Sendable, Hashable {
    /// The group's identity on records: unique for each supervisor process.
    let identity: String
    /// What no other machine has, whatever its name: which of all announcements are of this one.
    let mark: UInt64
    /// The configuration, with the fences of the record in it.
    var policy: GroupPolicy
    /// The members with their evidence; empty before the first listing.
    var view = MemberView()
    /// The record as read, as seen and as far as it is trusted.
    private(set) var records: RecordView
    /// The epochs and writes of this machine itself; they decide who needs no seal.
    private(set) var run: OwnRun
    /// While the supervisor doubts its own probes.
    private(set) var suspension: Suspension?
    /// While a move waits for certainty.
    private(set) var confirmation: Confirmation?
    /// The opinions of others on the active member.
    private(set) var inquiry = Inquiry()

    /// What is known at the start: nothing of the record, and no run.
    init(policy: GroupPolicy, identity: String, mark: UInt64, records: RecordView = .init(), run: OwnRun = .init()) {
        (self.policy, self.identity, self.mark) = (policy, identity, mark)
        self.records = records
        self.run = run
    }

    // MARK: Probes

    /// Probes say something of a member.
    ///
    /// - Returns: whether that is new.
    mutating func probed(_ id: Member.ID, _ evidence: HealthEvidence) -> Bool {
        guard view.evidence(of: id) != evidence else { return false }
        view.probed(id, evidence)
        return true
    }

    /// The supervisor began to doubt its own probes, or does not any more.
    mutating func suspended(_ suspension: Suspension?) { self.suspension = suspension }

    /// A move waits for probes of these members.
    ///
    /// - Returns: those of which none was asked for yet.
    mutating func awaitProbes(of members: [Member], at now: MonotonicTime) -> [Member] {
        var current = confirmation ?? Confirmation(since: now)
        defer { confirmation = current }
        return members.filter { current.ask($0.id) }
    }

    /// No move waits for probes.
    mutating func awaitsNoProbes() { confirmation = nil }

    /// Others are asked about the active member's failure, asked again, or asked no more.
    mutating func ask(about subject: Inquiry.Subject?, at now: MonotonicTime) -> [Effect] {
        inquiry.follow(subject, under: policy.secondOpinion, by: identity, at: now)
    }

    /// Standbys gave their opinions.
    ///
    /// - Returns: whether that is new.
    mutating func heard(_ answers: [OpinionAnswer], standbys: Int, at now: MonotonicTime) -> Bool {
        inquiry.heard(answers, standbys: standbys, at: now)
    }

    // MARK: Members

    /// The informer shows the group's pods.
    mutating func observed(_ members: [Member], version: ObjectVersion, isRelist: Bool, stopped: [Member.ID] = []) {
        if policy.waitsForOutgoing { view.sawStopped(stopped) }
        let known = view.all
        view.listed(members, version: version, isRelist: isRelist)
        // Who leaves while its promotion is on its way may become active although nothing shows it; slices show it in any case.
        let doubtful = policy.ownsEndpoints ? [] : known.filter { view[$0.id] == nil && run.mayPromote($0) }
        view.noteDoubtful(doubtful)
        run.forgetAll { id in view[id] != nil || view.departed.contains { $0.id == id } }
    }

    /// The pods were listed consistently because a relist was in doubt.
    mutating func relisted(_ members: [Member], version: ObjectVersion) {
        let isSetBack = view.listedVersion.map { version < $0 } ?? false
        if isSetBack { run.end() }
        view.listed(members, version: version, isRelist: isSetBack)
    }

    /// The pods were listed consistently for a switch.
    mutating func listed(_ members: [Member], version: ObjectVersion, at now: MonotonicTime) {
        view.listed(members, version: version, isRelist: false)
        look(at: now)
        run.listed()
    }

    /// One pod was read.
    ///
    /// - Returns: the pod, with the epoch that is believed of it.
    mutating func found(_ member: Member) -> Member {
        view.updated(member)
        run.found(member)
        // An epoch that is far above is believed once, so that the record is read, and not again if that does not know it.
        return records.isNews(member.epoch) ? member : view.believed(member)
    }

    /// A pod that is waited for was read; whether its epoch is to be believed is asked when it is looked for.
    mutating func sawOutgoing(_ member: Member) {
        view.updated(member)
        run.found(member)
    }

    /// The API server said that a pod is gone.
    mutating func removed(_ id: Member.ID) { view.removed(id) }

    /// A pod that left carries the role no more, or is gone.
    mutating func forgetDeparted(_ id: Member.ID) { view.forgetDeparted(id) }

    /// What came in is all that came at once: times are counted from now.
    mutating func look(at now: MonotonicTime) {
        forgetDeletions(at: now)
        view.look(under: policy, at: now)
        noteMade(at: now)
    }

    private mutating func noteMade(at now: MonotonicTime) {
        records.noteDemotions(view, at: now)
        if let record, view.actives.contains(where: { record.names($0) && $0.epoch == record.epoch }) {
            records.sawMade()
        }
    }

    // MARK: Endpoints

    /// The informer shows the slices.
    mutating func published(_ shown: PublishedEndpoints, version: ObjectVersion) {
        view.published(shown, version: version)
    }

    /// The slices are those of another Service from now on.
    mutating func forgetEndpoints() { view.forgetEndpoints() }

    /// A slice was read, or stored.
    ///
    /// - Returns: the slice, with the epoch that is believed of it.
    mutating func found(_ slice: PublishedSlice) -> PublishedSlice {
        view.found(slice)
        // As of a pod.
        return records.isNews(slice.epoch) ? slice : view.believed(slice)
    }

    /// A slice was read because a relist was in doubt.
    mutating func confirmed(_ slice: PublishedSlice) {
        if view.confirmed(slice) { run.end() }
    }

    // MARK: Writes of roles

    /// A role is being written.
    mutating func sent(_ id: OperationID, _ write: RoleWrite) {
        run.sent(id, write)
        view.writing(write.member.id)
    }

    /// A role was written, or was not.
    ///
    /// - Returns: whether that was not known yet.
    mutating func answered(_ id: OperationID, _ outcome: RoleWriteOutcome, at now: MonotonicTime) -> Bool {
        if case .refused = outcome, let member = run.promoted(by: id) { view.promotionRefused(member, at: now) }
        guard run.answered(id, outcome) else { return false }
        if case .written(let member) = outcome { view.stored(member) }
        return true
    }

    /// The API server denies the promotion of a member.
    mutating func promotionRefused(_ id: Member.ID, at now: MonotonicTime) {
        view.promotionRefused(id, at: now)
    }

    // MARK: The record

    /// The record is being read.
    mutating func beginReading() { records.beginReading() }

    /// What the informer showed of the record may be older than what is to be read.
    mutating func dropObserved() {
        records.dropObserved()
    }

    /// The informer shows the record, or that there is none.
    ///
    /// - Returns: whether it has to be read.
    mutating func saw(_ stored: StoredRecord?, isRelist: Bool) -> Bool {
        guard records.saw(stored, isRelist: isRelist) else { return false }
        run.end()
        return true
    }

    /// The record was read, or an answer to a request was written on it.
    mutating func took(_ stored: StoredRecord?, at now: MonotonicTime) {
        // Of an epoch that no record announced another supervisor may have told first.
        if let stored, stored.record.epoch == record?.epoch, stored.record.writer != record?.writer { run.end() }
        records.took(stored, at: now)
        records.succeeded()
        recordChanged(at: now)
    }

    /// A record of a new epoch was written.
    mutating func wrote(_ stored: StoredRecord, at now: MonotonicTime) {
        run.recorded(stored.record.epoch, after: record?.epoch)
        took(stored, at: now)
    }

    /// A move that no record announces began at an epoch: no other move of this machine does.
    mutating func beganUnannounced(at epoch: Epoch) { records.beganUnannounced(at: epoch) }

    /// A slice shows a move that the record does not tell of.
    mutating func madeUnannounced(_ move: GroupRecord, at now: MonotonicTime) {
        run.recorded(move.epoch, after: record?.epoch)
        records.madeUnannounced(move, at: now)
        recordChanged(at: now)
    }

    /// What the informer showed of the record while something else was under way counts now.
    mutating func takeObserved(at now: MonotonicTime) {
        records.takeObserved(at: now)
        recordChanged(at: now)
    }

    /// Reading or writing the record failed.
    ///
    /// - Returns: how often that happened before, in a row.
    mutating func recordFailed() -> Int { records.failed() }

    /// Takes in what was seen of the record meanwhile.
    ///
    /// - Returns: whether it must be read: it is in doubt, or a pod shows an epoch that it does not know.
    mutating func mustReadRecord(at now: MonotonicTime) -> Bool {
        if records.isInDoubt { return true }
        takeObserved(at: now)
        return records.mustConfirm(view.highestEpoch)
    }

    /// The record is another, or was set back: what depends on it follows.
    private mutating func recordChanged(at now: MonotonicTime) {
        run.saw(record?.epoch)
        view.believe(upTo: (records.highestEpoch ?? Epoch(0)).highestBelievable)
        noteMade(at: now)
        if records.fenced != policy.fenced {
            policy.fenced = records.fenced
            look(at: now)
        }
    }

    /// The hooks that the record owes, passed to `body` by reference; nothing if it owes none.
    mutating func withHooks<Result>(_ body: (inout OwedHooks) -> Result) -> Result? { records.withHooks(body) }

    /// A hook is owed that came up after the announcement of its move.
    mutating func owe(_ call: HookCall) { records.owe(call) }

    // MARK: Moves

    /// A switch of this supervisor is complete; how it ended is not on record yet.
    ///
    /// - Returns: what there is to report, and to do.
    mutating func completed(_ progress: RoleSwitch, at now: MonotonicTime) -> [Effect] {
        let move = progress.completed(at: now)
        let entry = MoveEntry(move, in: record)
        let answer = progress.answer(move, entry)
        records.completed(Completion(move: entry, answer: answer, request: progress.request), at: now)
        // A pod that was promoted against its verdict is probed anew for another one.
        guard progress.move.isForced, let id = move.target?.id, view.health(of: id) == .unhealthy else {
            return progress.reports(of: move)
        }
        view.forgotHealth(of: id, at: now)
        return progress.reports(of: move) + [.forgetHealth(id)]
    }

    /// A move that was announced is not made.
    mutating func withdraw(_ epoch: Epoch) {
        records.withdraw(epoch)
    }

    /// A voluntary move to a target is withdrawn, because a member cannot be written.
    mutating func withdrewVoluntaryMove(to target: Member?, because member: Member, at now: MonotonicTime) {
        if member.id == target?.id { promotionRefused(member.id, at: now) }
        withdrewVoluntaryMove(at: now)
    }

    /// A voluntary move met a refusal, and was withdrawn.
    mutating func withdrewVoluntaryMove(at now: MonotonicTime) {
        records.withdrewVoluntaryMove(at: now)
    }

    /// The pods that the first record names, if they are no members; given once.
    mutating func absentFirstHolders() -> [GroupRecord.Holder] {
        defer { records.askedForFirstHolders() }
        return records.firstHolders.filter { holder in !view.all.contains { $0.name == holder.name } }
    }
}
