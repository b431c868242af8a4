import Coordination
import KubernetesClient

extension ClusterSurvey {
    /// Who may tell more of groups than their Leases do.
    struct Supervisors: Sendable {
        /// Whom to ask, those first who are believed about most.
        var places: [SupervisorPods.Place]
        /// What of their answers is believed.
        var trust: TrustedPlaces
        /// Who is not asked, for nothing shows that it leads what it says it leads.
        var doubts: [String] = []
        /// Why others may be missing.
        var gaps: [String] = []
    }

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
        let found =
            scope.group.map { group in
                // A group that belongs with others is in their shard: whoever wrote its Lease may lead it.
                let leading = pods.leading(group, in: scope.namespace ?? "default")
                return leading + pods.writers(of: records).filter { !leading.contains($0) }
            } ?? pods.all
        let heard = trust.heard(among: found)
        let places = heard + writers(of: records, besides: heard, trust, scope)
        let crowd =
            places.count > Self.mostPlaces
            ? "\(places.count) supervisors were found, and \(Self.mostPlaces) are asked; --supervisor-namespace says which"
            : nil
        return Supervisors(
            places: Array(places.prefix(Self.mostPlaces)),
            trust: trust,
            doubts: [trust.conflict, doubt(found.first { !heard.contains($0) }, scope), crowd].compactMap(\.self),
            gaps: gaps
        )
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
