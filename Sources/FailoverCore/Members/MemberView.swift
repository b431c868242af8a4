/// What the group knows of its members: the newest version of each, what probes say of it, and what was seen of it before.
///
/// Sources of different age feed it (the informer, a consistent list, the answers to our own writes); an older version
/// never overwrites a newer one.
package struct MemberView: Sendable, Hashable {
    private var members: [Member.ID: Member] = [:]
    private var evidence: [Member.ID: HealthEvidence] = [:]
    /// Members that were active when they left, as the source showed them last; whether they were deleted is not known.
    private(set) var departed: [Member] = []
    /// What was seen of the members before, which their newest versions do not show.
    private(set) var history = MemberHistory()
    /// What the Service's slices say, where they say who is active, and not the pods; nil: not seen yet, or they do not.
    package private(set) var endpoints: EndpointsView?
    /// What members say of themselves when a move is due; nil: they are not asked.
    @Seldom var scores: ScoreBoard?
    /// The highest epoch that is believed of a pod; nil before it is known what records say.
    private var ceiling: Epoch?
    /// The epochs that are not believed, by member.
    package private(set) var disbelieved: [Member.ID: Epoch] = [:]
    /// What is known of the groups that this one belongs with or stays apart from; nil: there are none.
    @Seldom var companions: CompanionView?
    /// What is known of the nodes that members run on; nil unless somebody asks.
    @Seldom var knownNodes: KnownNodes?
    /// The version of the newest whole listing that was taken in; nil before the first.
    package private(set) var listedVersion: ObjectVersion?

    /// No members, and nothing believed or disbelieved.
    package init() {}

    /// All members, by name, then uid.
    package var all: [Member] {
        members.values.sorted { ($0.name, $0.id.uid) < ($1.name, $1.id.uid) }
    }

    /// The members whose role label says active, by name.
    package var actives: [Member] {
        all.filter { $0.role == .active }
    }

    /// The highest epoch that any member carries, or a pod that left, or a slice; nil if none carries one.
    package var highestEpoch: Epoch? {
        let ofPods = (Array(members.values) + departed).lazy.compactMap(\.epoch).max()
        return [ofPods, endpoints?.epoch].compactMap(\.self).max()
    }

    /// The revision of which the youngest member is; nil while all are of one revision, or if two are equally young.
    package var newestRevision: String? {
        var births: [String: Int64] = [:]
        for member in members.values {
            if let revision = member.revision { births[revision] = max(births[revision] ?? .min, member.createdAt) }
        }
        guard births.count > 1, let newest = births.max(by: { $0.value < $1.value }) else { return nil }
        return births.count { $0.value == newest.value } == 1 ? newest.key : nil
    }

    /// The newest version of a member, without an epoch that is not believed; nil: it is no member.
    package subscript(id: Member.ID) -> Member? { members[id] }

    /// The health of a member; unknown before its first evidence.
    package func health(of id: Member.ID) -> Health {
        evidence[id]?.health ?? .unknown
    }

    /// What probes say of a member; nil before its first evidence.
    package func evidence(of id: Member.ID) -> HealthEvidence? {
        evidence[id]
    }

    /// Since when no probe succeeded: the last success, or when it was first seen; a restart does not change that.
    func silentSince(_ id: Member.ID) -> MonotonicTime? {
        guard let seen = history.seenSince(id) else { return evidence[id]?.lastSuccess }
        return max(seen, evidence[id]?.lastSuccess ?? seen)
    }

    /// Since when a member has no verdict, as far as this process knows; nil: it has one, or is not known.
    func unknownSince(_ id: Member.ID) -> MonotonicTime? {
        guard health(of: id) == .unknown, let seen = history.seenSince(id) else { return nil }
        return max(seen, evidence[id]?.healthSince ?? seen)
    }

    /// Whether a member is active and not finished.
    var isServed: Bool { members.values.contains { $0.role == .active && $0.lifecycle != .finished } }

    /// Whether just one member is active, and nothing speaks against it: it runs, is Ready and healthy.
    var isWell: Bool {
        let actives = members.values.filter { $0.role == .active }
        guard actives.count == 1, let active = actives.first else { return false }
        return active.lifecycle == .running && active.isReady && health(of: active.id) == .healthy
    }

    /// The members besides one that slices of others send traffic to, each with the name of such a slice.
    package func rivals(of active: Member) -> [(member: Member, slice: String)] {
        guard let foreign = endpoints?.foreign, !foreign.isEmpty else { return [] }
        return all.compactMap { member in
            guard member.id != active.id, member.lifecycle != .finished else { return nil }
            return foreign[member.id].map { (member, $0) }
        }
    }

    /// Whether a move to a pod was written at an epoch: the pod carries that or, where slices say who is active, they do; the pod
    /// may have left since.
    func shows(_ target: String?, at epoch: Epoch) -> Bool {
        if let endpoints { return endpoints.epoch == epoch }
        return members.values.contains { $0.name == target && $0.epoch == epoch }
    }

    // MARK: Listings

    /// Takes in a whole listing.
    ///
    /// `version`: the collection's version that the listing shows.
    /// `isRelist`: whether the source started anew, so that even a lower version counts (a restored etcd). One that is older
    /// than what a consistent list has shown within the life of this view is a cache that lags, not a server that was set back.
    mutating func listed(_ listing: [Member], version: ObjectVersion, isRelist: Bool) {
        if let listedVersion, version < listedVersion, !isRelist { return }
        listedVersion = version
        let known = members
        members = [:]
        let incredible = disbelieved
        disbelieved = [:]
        for member in listing {
            if !isRelist, let previous = known[member.id], previous.version > member.version {
                members[member.id] = previous
                disbelieved[member.id] = incredible[member.id]
            } else {
                members[member.id] = taken(member)
            }
        }
        // A listing older than what is known of a member does not say that it left.
        for (id, member) in known where !isRelist && members[id] == nil && version < member.version {
            members[id] = taken(member)
        }
        evidence = evidence.filter { members[$0.key] != nil }
        noteDepartures(from: known)
    }

    /// Pods that left and may still become active by a write that is on its way: they are to be written, whatever they show.
    mutating func noteDoubtful(_ left: [Member]) {
        departed += left.filter { member in members[member.id] == nil && !departed.contains { $0.id == member.id } }
    }

    private mutating func noteDepartures(from known: [Member.ID: Member]) {
        let gone = known.values.filter { $0.role == .active && members[$0.id] == nil }
        departed = (departed + gone).filter { members[$0.id] == nil }.sorted {
            ($0.name, $0.id.uid) < ($1.name, $1.id.uid)
        }
        departed = departed.suffix(Self.mostDepartures)
    }

    /// More members than leave while active between two writes.
    private static let mostDepartures = 16

    /// Takes in one object that the API server returned; ignored if the member is not known or known newer.
    mutating func updated(_ member: Member) {
        guard let known = members[member.id], known.version < member.version else { return }
        members[member.id] = taken(member)
    }

    // MARK: Endpoints

    /// The informer shows the slices as of `version`; they say who is active.
    mutating func published(_ shown: PublishedEndpoints, version: ObjectVersion) {
        if endpoints == nil {
            endpoints = EndpointsView(shown, version: version)
        } else {
            endpoints?.observed(shown, version: version)
        }
        if let ceiling { endpoints?.believe(upTo: ceiling) }
        readRoles()
    }

    /// The slices are those of another Service from now on.
    mutating func forgetEndpoints() { endpoints = nil }

    /// A slice was read, or stored.
    mutating func found(_ slice: PublishedSlice) {
        endpoints?.found(slice)
        if let ceiling { endpoints?.believe(upTo: ceiling) }
        readRoles()
    }

    /// The slice, without an epoch that is not believed.
    func believed(_ slice: PublishedSlice) -> PublishedSlice {
        guard let epoch = slice.epoch, let ceiling, epoch > ceiling else { return slice }
        var slice = slice
        slice.epoch = nil
        return slice
    }

    /// A slice was read because of a doubt.
    ///
    /// - Returns: whether the server was set back.
    mutating func confirmed(_ slice: PublishedSlice) -> Bool {
        defer { readRoles() }
        return endpoints?.confirmed(slice) ?? false
    }

    /// Who is active, and at which epoch, is read from the slices.
    private mutating func readRoles() {
        members = members.mapValues(withRole)
        departed.removeAll { !(endpoints?.isActive($0.id) ?? false) }
    }

    private func withRole(_ member: Member) -> Member {
        guard let endpoints else { return member }
        var member = member
        member.role = endpoints.isActive(member.id) ? .active : .passive
        member.epoch = endpoints.epoch
        return member
    }

    // MARK: Epochs

    /// From now on a pod's epoch above `highest` is taken for none: no switch has led there, somebody wrote it.
    mutating func believe(upTo highest: Epoch) {
        if ceiling == highest { return }
        ceiling = highest
        endpoints?.believe(upTo: highest)
        if endpoints != nil { return readRoles() }
        for (id, member) in members where believed(member) != member { members[id] = taken(member) }
    }

    /// The member, without an epoch that is not believed.
    func believed(_ member: Member) -> Member {
        guard let epoch = member.epoch, let ceiling, epoch > ceiling else { return member }
        var member = member
        member.epoch = nil
        return member
    }

    private mutating func taken(_ member: Member) -> Member {
        if endpoints != nil { return withRole(member) }
        let believed = believed(member)
        disbelieved[member.id] = believed == member ? nil : member.epoch
        return believed
    }

    /// Forgets a member of which the API server said that it is gone.
    mutating func removed(_ id: Member.ID) {
        departed.removeAll { $0.id == id }
        members[id] = nil
        disbelieved[id] = nil
        evidence[id] = nil
    }

    /// Takes in what probes say of a member.
    mutating func probed(_ id: Member.ID, _ newest: HealthEvidence) {
        evidence[id] = newest
        if newest.health == .healthy { history.sawHealthy() }
    }

    /// What came in is all that came at once: times are counted from now.
    mutating func look(under policy: GroupPolicy, at now: MonotonicTime) {
        // Nobody has become active by what was not known before.
        if policy.ownsEndpoints, endpoints == nil { return }
        history.saw(members, under: policy, at: now)
    }

    /// Pods were seen to have stopped, whether they are still there or not.
    mutating func sawStopped(_ ids: [Member.ID]) {
        history.sawStopped(ids)
    }

    /// A role is being written on a member.
    mutating func writing(_ id: Member.ID) {
        history.wrote(id)
    }

    /// The API server denied the promotion of a member.
    mutating func promotionRefused(_ id: Member.ID, at now: MonotonicTime) {
        history.wasRefused(id, at: now)
    }

    /// The API server stored a role on a member, or on one that has departed.
    ///
    /// Who departed while its promotion was on its way is active now.
    mutating func stored(_ member: Member) {
        updated(member)
        history.stored(member.id)
        departed.removeAll { $0.id == member.id }
        if members[member.id] == nil, member.role == .active { departed.append(member) }
    }

    /// A member that departed carries the role no more, or is gone.
    mutating func forgetDeparted(_ id: Member.ID) {
        departed.removeAll { $0.id == id }
    }

    /// A member's verdict does not hold any more.
    mutating func forgotHealth(of id: Member.ID, at now: MonotonicTime) {
        evidence[id]?.forgotten(at: now)
    }
}
