import FailoverCore
package import KubernetesClient
package import StandbyConfiguration

/// Looks whether a configuration fits the cluster that it is meant for; changes nothing.
package actor ClusterExaminer {
    /// What was found, and whether everything could be looked at.
    package struct Findings: Sendable {
        /// In the order in which they were found.
        package var diagnostics: [Diagnostic] = []
        /// Whether everything could be read.
        package var isComplete = true
    }

    /// What a namespace holds; nil for what could not be read.
    private struct Stock {
        var services: [String: Service]?
        var pods: [Pod]?
        var slices: [EndpointSlice]?
        var budgets: [PodDisruptionBudget]?
    }

    /// Asks the API server.
    let client: APIClient
    /// The namespace of groups that name none.
    private let namespace: String
    /// Whose rights are checked; nil: those of the client.
    private let user: String?
    private var stocks: [String: Stock] = [:]
    private let owners = OwnerLookup()
    /// Which group the role of a pod belongs to, by label key and the pod's uid.
    private var claims: [String: [String: String]] = [:]

    /// `namespace`: of groups that name none; `user`: whose rights are checked, nil: the client's.
    package init(client: APIClient, namespace: String, user: String?) {
        self.client = client
        self.namespace = namespace
        self.user = user
    }

    /// Examines every group of a configuration that was read without mistakes.
    package func findings(of reading: ConfigurationReading) async -> Findings {
        var findings = Findings()
        guard let configuration = reading.configuration else { return findings }
        var report = Report(reading: reading)
        for (index, group) in configuration.groups.enumerated() {
            report.group = index
            await examine(group, &report)
        }
        report.group = 0
        examineAbandoned(configuration, &report)
        if !configuration.groups.isEmpty { await examineRights(configuration, &report) }
        findings.diagnostics = report.diagnostics
        findings.isComplete = report.isComplete
        return findings
    }

    /// A group that is gone leaves its slices, for its Service goes on sending traffic by them.
    private func examineAbandoned(_ configuration: SupervisorConfiguration, _ report: inout Report) {
        let services = Set(configuration.groups.map { [$0.namespace ?? namespace, $0.service] })
        for (place, stock) in stocks.sorted(by: { $0.key < $1.key }) {
            for slice in SliceExamination.ofSupervisors(stock.slices ?? [])
            where !services.contains([place, slice.service]) {
                report.add(
                    .abandonedSlice(slice.name, service: slice.service, namespace: place, publishes: slice.publishes),
                    at: "service",
                    severity: .warning
                )
            }
        }
    }

    // MARK: One group

    private func examine(_ group: GroupConfiguration, _ report: inout Report) async {
        let place = group.namespace ?? namespace
        let stock = await stock(of: place, &report)
        guard let services = stock.services else { return }
        let service = services[group.service]
        switch ServiceCheck(service, of: group, namespace: place) {
        case .pending: break
        case .unusable(let finding): report.add(finding, at: "service")
        case .usable(let selector, _):
            guard let service, let pods = stock.pods else { return }
            let members = pods.filter { selector.matches($0.metadata.labels ?? [:]) }
            let examination = SliceExamination(
                group,
                namespace: place,
                service: service,
                slices: stock.slices ?? [],
                hasEndpoints: await hasEndpoints(group, namespace: place, &report)
            )
            for (finding, severity) in examination.findings(members) {
                report.add(finding, at: "service", severity: severity)
            }
            for finding in BudgetExamination(stock.budgets ?? []).findings(members, of: group) {
                report.add(finding, at: "service", severity: .warning)
            }
            await examine(members, of: group, selector: "\(selector)", namespace: place, &report)
        }
    }

    private func examine(
        _ members: [Pod],
        of group: GroupConfiguration,
        selector: String,
        namespace: String,
        _ report: inout Report
    ) async {
        if members.isEmpty { return report.add(.noPods(selector: selector, namespace: namespace), at: "service") }
        let selected = members.filter { group.selector?.matches($0.metadata.labels ?? [:]) ?? true }
        let place = selected.count < members.count ? "selector" : "service"
        if let narrowing = group.selector, selected.isEmpty {
            return report.add(.noPods(selector: "\(narrowing)", namespace: namespace), at: "selector")
        }
        if selected.count == 1, let name = selected[0].metadata.name {
            report.add(.oneMember(name), at: place, severity: .warning)
        }
        examineOpinions(on: members, of: group, &report)
        for question in Question.all(of: group) { examine(question, to: members, &report) }
        examineHooks(of: group, members, &report)
        guard group.writtenLabel != nil else { return }
        examineClaims(to: members, group, at: "service", &report)
        await examineOwners(of: members, group, namespace: namespace, &report)
    }

    private func examineOpinions(on members: [Pod], of group: GroupConfiguration, _ report: inout Report) {
        guard group.failover.secondOpinion?.sources.contains(.kubelet) ?? false else { return }
        let unknown = members.first { !ProbedContainer(of: $0).isProbedByKubelet(for: group.probe.handler) }
        guard let name = unknown?.metadata.name else { return }
        report.add(.noKubeletOpinion(pod: name), at: "failover", "secondOpinion", "from", severity: .warning)
    }

    /// Under one label key a pod belongs to one group; the later one would wait.
    private func examineClaims(
        to members: [Pod],
        _ group: GroupConfiguration,
        at place: String,
        _ report: inout Report
    ) {
        let key = group.roleLabel.key
        for member in members {
            guard let uid = member.metadata.uid, let pod = member.metadata.name else { continue }
            if let other = claims[key]?[uid] {
                return report.add(.podOfAnotherGroup(pod: pod, group: other, key: key), at: place)
            }
        }
        for uid in members.compactMap(\.metadata.uid) { claims[key, default: [:]][uid] = group.name }
    }

    private func examineOwners(
        of members: [Pod],
        _ group: GroupConfiguration,
        namespace: String,
        _ report: inout Report
    ) async {
        let key = group.roleLabel.key
        var seen: Set<OwnerLookup.Owner> = []
        for member in members {
            switch await owners.owner(of: member.metadata, namespace: namespace, client) {
            case .none: break
            case .unreadable(let error):
                report.addOnce(
                    .notChecked(what: "the pods' owners", reason: "\(error)"),
                    isOfGroup: !error.isUndecodable
                )
            case .found(let owner) where seen.insert(owner).inserted:
                if owner.selectorKeys.contains(key) {
                    report.add(
                        .roleInOwnerSelector(key: key, kind: owner.kind, name: owner.name),
                        at: "roleLabel",
                        "key"
                    )
                }
                if owner.templateKeys.contains(key) {
                    report.add(.roleInTemplate(key: key, kind: owner.kind, name: owner.name), at: "roleLabel", "key")
                }
            case .found: break
            }
        }
    }

    // MARK: What a namespace holds

    private func stock(of namespace: String, _ report: inout Report) async -> Stock {
        if let known = stocks[namespace] { return known }
        var stock = Stock()
        do throws(KubernetesError) {
            let services = try await client.list(Service.self, namespace: namespace)
            let named = (services.items ?? []).compactMap { service in service.metadata.name.map { ($0, service) } }
            stock.services = Dictionary(named) { first, _ in first }
            stock.pods = try await client.list(Pod.self, namespace: namespace).items ?? []
        } catch {
            report.addUnchecked("namespace \"\(namespace)\"", error)
        }
        if stock.pods != nil {
            stock.slices = await slices(of: namespace, &report)
            stock.budgets = await budgets(of: namespace, &report)
        }
        stocks[namespace] = stock
        return stock
    }

    // MARK: Rights

    /// One review for each verb, resource and namespace, and for each name that has no right by itself.
    private func examineRights(_ configuration: SupervisorConfiguration, _ report: inout Report) async {
        var verdicts: [AccessRight: Bool] = [:]
        for (rule, right) in RequiredAccess(configuration, namespace: namespace).rights {
            do throws(KubernetesError) {
                var everyObject = right
                everyObject.name = nil
                if try await isAllowed(everyObject, &verdicts) { continue }
                if right.name != nil, try await isAllowed(right, &verdicts) { continue }
                let place = configuration.groups.firstIndex { group in
                    guard let place = right.namespace else { return group.needsNodes }
                    return (group.namespace ?? namespace) == place
                }
                report.group = place ?? 0
                report.add(
                    .missingRight(right, rule: Self.words(of: rule)),
                    at: "namespace",
                    severity: rule.isOptional ? .warning : .error
                )
            } catch {
                report.addUnchecked("the rights", error)
                return
            }
        }
    }

    private func isAllowed(
        _ right: AccessRight,
        _ verdicts: inout [AccessRight: Bool]
    ) async throws(KubernetesError) -> Bool {
        if let known = verdicts[right] { return known }
        let parts = right.resource.split(separator: "/", maxSplits: 1).map(String.init)
        let allowed = try await client.review(
            .init(
                namespace: right.namespace ?? "",
                verb: right.verb,
                group: right.apiGroup,
                resource: parts[0],
                subresource: parts.count > 1 ? parts[1] : "",
                name: right.name ?? ""
            ),
            as: user
        )
        verdicts[right] = allowed
        return allowed
    }

    private static func words(of rule: AccessRule) -> String {
        let names = rule.names.isEmpty ? "" : ", resourceNames: [\(rule.names.joined(separator: ", "))]"
        return "{apiGroups: [\"\(rule.apiGroup)\"], resources: [\(rule.resource)]\(names), verbs:"
            + " [\(rule.verbs.joined(separator: ", "))]}"
    }
}
