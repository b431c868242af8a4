import FailoverCore
package import KubernetesClient
import StandbyConfiguration

/// Where a group stands, as far as somebody without a supervisor of his own can see: from its Lease, its pods and, where it is to be had,
/// what its supervisor says.
package struct GroupView: Codable, Sendable, Hashable {
    /// One pod.
    package struct Member: Codable, Sendable, Hashable {
        /// The pod's name.
        package var name: String
        /// `active` or `passive`; nil: neither, or not known.
        package var role: String?
        /// `healthy`, `unhealthy` or `unknown`; nil: no supervisor says.
        package var health: String?
        /// Since when its probes fail; nil: they do not, or no supervisor says.
        package var failingSince: MicroTime?
        /// Why its last probe gave no result, so that its health is an older one; nil: it gave one, or no supervisor says.
        package var noResult: String?
        /// Since when none did; nil: the last one did, or no supervisor says.
        package var noResultSince: MicroTime?
        /// The pod condition Ready.
        package var isReady: Bool
        /// Nil: not known.
        package var node: String?
        /// Nil: not known.
        package var zone: String?
        /// Of the last move that wrote it; nil: none did.
        package var epoch: Int?
        /// Why it may not be promoted; nil: it may, or no supervisor says.
        package var refusal: String?
    }

    /// The group's.
    package var namespace: String
    /// The group's.
    package var name: String
    /// The pods that are active; by the Lease and the pods' labels if no supervisor says.
    package var active: [String]
    /// Since when; nil: not known.
    package var activeSince: MicroTime?
    /// Of the record; nil: there is none.
    package var epoch: Int?
    /// How many members are healthy; nil: no supervisor says.
    package var healthy: Int?
    /// Who would take over; nil: nobody could, or no supervisor says.
    package var next: String?
    /// In a few words.
    package var state: String
    /// Whether an active pod serves, as far as is known.
    package var isServed: Bool
    /// What holds of the conditions that metrics have, too; nil: no supervisor says.
    package var conditions: [String]?
    /// What was asked for and is not answered yet; nil: nothing.
    package var request: StoredRequest?
    /// What was asked for a later time; nil: nothing.
    package var scheduled: StoredRequest?
    /// The pods that are fenced.
    package var fenced: [String]
    /// By name.
    package var members: [Member]
    /// The last moves, oldest first.
    package var history: [StoredMove]
    /// A switch that is under way; nil: none, or no supervisor says.
    package var `switch`: GroupStatus.Switch?

    /// Whether the supervisor's view is in it.
    package var isSupervised: Bool { conditions != nil }

    /// What a supervisor says, with what the Lease has besides.
    init(_ status: GroupStatus, _ record: RecordedGroup?) {
        namespace = status.namespace
        name = status.name
        active = status.active
        activeSince = status.activeSince ?? (status.active.isEmpty ? nil : record?.since)
        epoch = status.epoch ?? record?.epoch
        healthy = status.members.count { $0.health == "healthy" }
        next = status.next
        state = Self.state(status.state, record)
        isServed = status.holds(.available)
        conditions = status.conditions
        request = record?.request
        scheduled = record?.scheduled
        fenced = record?.fenced ?? []
        members = status.members.map(Member.init)
        history = record?.moves ?? []
        self.switch = status.switch
    }

    /// What the Lease and the pods' labels say; `pods`: those of its namespace, nil if they may not be read.
    init(_ record: RecordedGroup, pods: [Pod]?) {
        let key = "\(PodMapping.epochAnnotationPrefix)\(record.name)"
        let own = pods?.filter { $0.metadata.name == record.holder || $0.metadata.annotations?[key] != nil }
        let holder = own?.first { $0.metadata.name == record.holder }
        namespace = record.namespace
        name = record.name
        let isThere = record.holder != nil && (pods == nil || holder != nil)
        let roles = RecordedRoles(of: record, among: own ?? [])
        let label = holder.map { roles.role(of: $0) } ?? "active"
        let isLabelled = label == "active"
        // Where no label has the usual values, a group may have its own.
        active = isThere && label != "passive" ? [record.holder].compactMap(\.self) : []
        activeSince = active.isEmpty ? nil : record.since
        epoch = record.epoch
        let isUp = holder.map { $0.isReady && $0.metadata.deletionTimestamp == nil } ?? true
        isServed = isThere && isLabelled && isUp
        state = Self.state(Self.words(record, isThere: isThere, isLabelled: isLabelled, isUp: isUp), record)
        request = record.request
        scheduled = record.scheduled
        fenced = record.fenced
        members = (own ?? []).map { Member($0, roles.role(of: $0), epochKey: key) }.sorted { $0.name < $1.name }
        history = record.moves
    }

    private static func words(_ record: RecordedGroup, isThere: Bool, isLabelled: Bool, isUp: Bool) -> String {
        let pause = record.isPaused ? "paused; " : ""
        guard let holder = record.holder else { return pause + "no active pod" }
        if !isThere { return "\(pause)\(holder) is gone" }
        if !isLabelled { return "\(pause)\(holder), who is to be active, carries no active label" }
        if !isUp { return pause + "the active pod is not Ready" }
        return (record.isPaused ? pause : "as recorded; ") + "no supervisor tells its health"
    }

    private static func state(_ words: String, _ record: RecordedGroup?) -> String {
        let asked = [record?.request, record?.scheduled].compactMap(\.self)
        return asked.reduce(words) { "\($0); asked: \($1.summary)" }
    }
}

extension ClusterSurvey.Findings {
    /// What a supervisor in the same process says, with what the Leases have besides.
    package init(_ statuses: [GroupStatus], _ records: [RecordedGroup]) {
        let views = statuses.map { status in
            GroupView(status, records.first { $0.namespace == status.namespace && $0.name == status.name })
        }
        self.init(groups: views, gaps: [], statuses: statuses)
    }
}

extension GroupView.Member {
    fileprivate init(_ member: GroupStatus.Member) {
        name = member.name
        role = member.role
        health = member.health
        failingSince = member.failingSince
        noResult = member.noResult
        noResultSince = member.noResultSince
        isReady = member.isReady
        node = member.node
        zone = member.zone
        epoch = member.epoch
        refusal = member.refusal
    }

    fileprivate init(_ pod: Pod, _ role: String?, epochKey: String) {
        name = pod.metadata.name ?? ""
        self.role = role
        isReady = pod.isReady
        node = pod.spec?.nodeName
        zone = pod.metadata.labels?[PodMapping.zoneLabel]
        epoch = pod.metadata.annotations?[epochKey].flatMap { Int($0) }
    }
}
