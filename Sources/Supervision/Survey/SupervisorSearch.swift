import Coordination
import KubernetesClient

extension ClusterSurvey {
    /// Who may tell more of groups than their Leases do.
    struct Supervisors: Sendable {
        /// Whom to ask, those first who are believed about most.
        var places: [SupervisorPods.Place]
        /// Whom else to ask where none of these leads the one group that is meant.
        ///
        /// A group that belongs with others is in their shard, which its own name does not tell, and who holds that may have written
        /// nothing on the group's Lease yet.
        var others: [SupervisorPods.Place] = []
        /// What of their answers is believed.
        var trust: TrustedPlaces
        /// Who is not asked, for nothing shows that it leads what it says it leads.
        var doubts: [String] = []
        /// Why others may be missing.
        var gaps: [String] = []
    }

    /// Shards that nobody holds, of which it is told.
    private static let mostVacancies = 2
    /// Supervisors that are asked at most.
    static let mostPlaces = 64

    /// Where the supervisors run that lead groups of the scope, and what is believed of them.
    func supervisors(of scope: Scope, _ records: [RecordedGroup]) async -> Supervisors {
        var pods = SupervisorPods([])
        var gaps: [String] = []
        do throws(KubernetesError) {
            let leases = try await leasesOfSupervisors(scope)
            pods = SupervisorPods(leases)
            if pods.all.isEmpty, let name = SupervisorPods.shardLease(among: leases) {
                gaps.append("nobody holds the Lease \(name): no supervisor leads")
            }
        } catch {
            gaps.append("\(error)")
        }
        let trust = TrustedPlaces(
            await evidence(scope, records, pods),
            pods,
            given: scope.supervisorNamespace
        )
        let group = scope.group.map { MergedGroups.Key(namespace: scope.namespace ?? "default", name: $0) }
        let found = group.map { likeliest(pods, of: $0, records) } ?? pods.all
        let heard = trust.heard(among: found)
        let places = heard + writers(of: records, besides: heard, trust, scope)
        // About a group of which there is no record nothing shows that anybody else could know it.
        let others = records.isEmpty ? [] : group.map { self.others(pods, besides: places, $0, trust) } ?? []
        let count = places.count + others.count
        let crowd =
            count > Self.mostPlaces
            ? "\(count) supervisors were found, and \(Self.mostPlaces) are asked; --supervisor-namespace says which"
            : nil
        if let group { gaps += vacancies(pods, group, trust) }
        return Supervisors(
            places: Array(places.prefix(Self.mostPlaces)),
            others: Array(others.prefix(max(0, Self.mostPlaces - places.count))),
            trust: trust,
            doubts: [trust.conflict, doubt(found.first { !heard.contains($0) }, scope), crowd].compactMap(\.self),
            gaps: gaps
        )
    }

    /// Whose shard a group's own name is in, and who wrote its Lease.
    private func likeliest(
        _ pods: SupervisorPods,
        of group: MergedGroups.Key,
        _ records: [RecordedGroup]
    ) -> [SupervisorPods.Place] {
        let leading = pods.leading(group.name, in: group.namespace)
        return leading + pods.writers(of: records).filter { !leading.contains($0) }
    }

    private func others(
        _ pods: SupervisorPods,
        besides places: [SupervisorPods.Place],
        _ group: MergedGroups.Key,
        _ trust: TrustedPlaces
    ) -> [SupervisorPods.Place] {
        pods.all.filter { trust.believes($0, of: group) && !places.contains($0) }
    }

    /// Why nobody may lead the group, as far as that is believed.
    private func vacancies(_ pods: SupervisorPods, _ group: MergedGroups.Key, _ trust: TrustedPlaces) -> [String] {
        pods.vacancies.filter { trust.believes(.init(namespace: $0.namespace, pod: ""), of: group) }
            .prefix(Self.mostVacancies)
            .map { "nobody holds the Lease \($0.lease): the groups of that shard are not led" }
    }

    /// One that is alone has no Lease of its own; the records of groups that nobody else is believed about name it.
    private func writers(
        of records: [RecordedGroup],
        besides heard: [SupervisorPods.Place],
        _ trust: TrustedPlaces,
        _ scope: Scope
    ) -> [SupervisorPods.Place] {
        let places = records.compactMap { record -> SupervisorPods.Place? in
            let group = MergedGroups.Key(record)
            guard let pod = SupervisorPods.pod(of: record.writer),
                !heard.contains(where: { trust.believes($0, of: group) })
            else { return nil }
            return SupervisorPods.Place(
                namespace: scope.supervisorNamespace ?? record.namespace,
                pod: pod,
                isGuess: scope.supervisorNamespace == nil
            )
        }
        return Set(places).sorted { ($0.namespace, $0.pod) < ($1.namespace, $1.pod) }
    }

    private func doubt(_ stranger: SupervisorPods.Place?, _ scope: Scope) -> String? {
        guard let stranger else { return nil }
        if let group = scope.group {
            return TrustedPlaces.doubt(stranger, of: .init(namespace: scope.namespace ?? "default", name: group))
        }
        return
            "\(stranger.pod) in \(stranger.namespace) holds the Lease of a shard, and no group's Lease names a supervisor "
            + "there; if it is right, say --supervisor-namespace \(stranger.namespace)"
    }

    /// The records that show where supervisors run: also those of groups beside the ones that are meant.
    private func evidence(_ scope: Scope, _ records: [RecordedGroup], _ pods: SupervisorPods) async -> [RecordedGroup] {
        let isPart = scope.group != nil || scope.selector != nil
        guard isPart, scope.supervisorNamespace == nil, !pods.all.isEmpty else { return records }
        let namespace = scope.group == nil ? scope.namespace : scope.namespace ?? "default"
        return records + ((try? await self.records(Scope(namespace: namespace))) ?? [])
    }

    private func leasesOfSupervisors(_ scope: Scope) async throws(KubernetesError) -> [Lease] {
        do throws(KubernetesError) {
            let selector = SupervisorPods.selector
            return try await client.list(Lease.self, namespace: scope.supervisorNamespace, labelSelector: selector)
                .items
                ?? []
        } catch {
            guard error.code == 403, scope.supervisorNamespace == nil, let own = scope.namespace else { throw error }
            return try await client.list(Lease.self, namespace: own, labelSelector: SupervisorPods.selector).items ?? []
        }
    }
}
