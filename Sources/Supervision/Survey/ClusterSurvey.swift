import Coordination
import Foundation
package import KubernetesClient
import Transport

/// Finds groups and where they stand, with nothing but the user's own rights.
package struct ClusterSurvey: Sendable {
    /// Which groups are meant.
    package struct Scope: Sendable {
        /// Nil: every namespace.
        package var namespace: String?
        /// Of the Leases' labels; nil: all.
        package var selector: String?
        /// Nil: all; else `namespace` is given.
        package var group: String?
        /// Where supervisors are looked for; nil: everywhere or, without that right, in the groups' namespace.
        package var supervisorNamespace: String?

        /// All groups of a namespace, or of all.
        package init(namespace: String?) {
            self.namespace = namespace
        }
    }

    /// What was found.
    package struct Findings: Sendable {
        /// By namespace and name.
        package var groups: [GroupView]
        /// Why the supervisors' view is missing of some, each reason once.
        package var gaps: [String]
        /// What supervisors say, of as many groups as they do.
        package var statuses: [GroupStatus]
        /// What was said and is not believed, though nothing is missing.
        package var doubts: [String] = []
    }

    /// A request's own name, which a page in a browser cannot give: names of this kind are kept from scripts.
    ///
    /// https://developer.mozilla.org/docs/Glossary/Forbidden_request_header
    package static let clientHeader = "Sec-Kube-Standby"

    /// Reasons that are told.
    private static let mostGaps = 5
    /// What is not believed, of which it is told beside such reasons.
    private static let mostDoubts = 2

    /// Acts for the user.
    let client: APIClient

    /// `client`: acts for the user.
    package init(client: APIClient) {
        self.client = client
    }

    /// Where the groups stand.
    ///
    /// - Throws: if the Leases cannot be read.
    package func findings(_ scope: Scope) async throws(KubernetesError) -> Findings {
        let records = try await records(scope)
        let supervisors = await supervisors(of: scope, records)
        var told = Told()
        await ask(supervisors.places, scope, supervisors.trust, &told)
        if !told.statuses.values.contains(where: { $0.standing == .leading }) {
            await ask(supervisors.others, scope, supervisors.trust, &told)
        }
        let statuses = told.statuses
        var (gaps, doubts): ([String], [String]) = ([], told.doubts)
        var views = Self.merged(records, statuses, scope)
        let unseen = records.filter { statuses[Self.key($0.namespace, $0.name)] == nil }
        let pods = await pods(of: unseen, scope)
        for record in unseen {
            views.append(GroupView(record, pods: pods.map { $0[record.namespace] ?? [] }))
        }
        if !unseen.isEmpty {
            gaps = doubts.prefix(Self.mostDoubts) + told.denials(of: scope.group) + supervisors.doubts
            gaps += told.omission + supervisors.gaps + Silence.reasons(told.silences)
            doubts = []
            if gaps.isEmpty {
                let names = unseen.map(\.name).prefix(3).joined(separator: ", ")
                gaps = ["no supervisor was found that says more of \(names)"]
            }
        }
        views.sort { ($0.namespace, $0.name) < ($1.namespace, $1.name) }
        return Findings(
            groups: views,
            gaps: Array(gaps.prefix(Self.mostGaps)),
            statuses: Array(statuses.values),
            doubts: Array(doubts.prefix(Self.mostGaps))
        )
    }

    /// Why one group stands as it does; nil: there is no such group.
    ///
    /// `settings`: of a file; nil: those that its supervisor tells.
    /// - Throws: if the Leases cannot be read.
    package func explanation(
        _ scope: Scope,
        settings: GroupSettings?
    ) async throws(KubernetesError) -> (explanation: GroupExplanation, gaps: [String])? {
        let findings = try await findings(scope)
        guard let view = findings.groups.first else { return nil }
        let status = findings.statuses.first
        var tolerances: [GroupExplanation.Tolerance] = []
        if let pod = view.active.first {
            let probed = try? await client.get(KubeletProbes.self, namespace: view.namespace, name: pod)
            tolerances = probed?.tolerances ?? []
        }
        let known = settings ?? status?.settings
        return (GroupExplanation(view, status, settings: known, kubelet: tolerances), findings.gaps)
    }

    private static func key(_ namespace: String, _ name: String) -> String { "\(namespace)/\(name)" }

    private static func merged(
        _ records: [RecordedGroup],
        _ statuses: [String: GroupStatus],
        _ scope: Scope
    ) -> [GroupView] {
        let known = Dictionary(records.map { (key($0.namespace, $0.name), $0) }) { first, _ in first }
        return statuses.compactMap { key, status in
            // Labels are the Leases': without one there is nothing to select by.
            if known[key] == nil, scope.selector != nil { return nil }
            return GroupView(status, known[key])
        }
    }

    // MARK: Leases

    /// The groups' records.
    ///
    /// - Throws: if the Leases cannot be read; a group without one is no error.
    package func records(_ scope: Scope) async throws(KubernetesError) -> [RecordedGroup] {
        if let group = scope.group {
            let name = RecordedGroup.leaseName(of: group)
            do throws(KubernetesError) {
                let lease = try await client.get(Lease.self, namespace: scope.namespace ?? "default", name: name)
                return [RecordedGroup(lease)].compactMap(\.self)
            } catch {
                if error.isAbsence { return [] }
                throw error
            }
        }
        let list = try await client.list(Lease.self, namespace: scope.namespace, labelSelector: scope.labels)
        return (list.items ?? []).compactMap(RecordedGroup.init)
    }

    /// Calls `changed` whenever a group's Lease changes, until the task is cancelled.
    package func follow(_ scope: Scope, changed: @Sendable () -> Void) async {
        while !Task.isCancelled {
            let field = scope.group.map { "metadata.name=\(RecordedGroup.leaseName(of: $0))" }
            _ = try? await client.watch(
                Lease.self,
                namespace: scope.namespace,
                labelSelector: scope.group == nil ? scope.labels : nil,
                fieldSelector: field,
                from: "0"
            ) { _ in
                changed()
                return true
            }
            try? await Task.sleep(for: .seconds(1))
        }
    }

    // MARK: Supervisors

    /// What supervisors tell.
    private struct Told {
        /// What is believed of it, by namespace and name.
        var statuses: [String: GroupStatus] = [:]
        /// Why something is missing.
        var silences: [Silence] = []
        /// How many were not asked.
        var unasked = 0
        /// What is not believed.
        var doubts: [String] = []
        /// The pods that answer, and lead nothing of what is meant.
        var strangers: [String] = []

        /// Who says that he does not lead the one group that is meant; nobody if none is.
        func denials(of group: String?) -> [String] {
            guard let group, !strangers.isEmpty else { return [] }
            let names = strangers.sorted().prefix(3).joined(separator: ", ")
            let more = strangers.count > 3 ? " and \(strangers.count - 3) more" : ""
            return [
                names + more + (strangers.count == 1 ? " answers, and does" : " answer, and do") + " not lead \(group)"
            ]
        }

        /// That not all were asked; nothing if they were.
        var omission: [String] {
            if unasked == 0 { return [] }
            let who = unasked == 1 ? "1 more supervisor was" : "\(unasked) more supervisors were"
            return ["\(who) not asked, for those before took more than \(SupervisorAnswers.patience)"]
        }
    }

    /// Asks until all have answered or, where one group is meant, until one leads it.
    private func ask(
        _ places: [SupervisorPods.Place],
        _ scope: Scope,
        _ trust: TrustedPlaces,
        _ found: inout Told
    ) async {
        func believed(_ answer: SupervisorAnswers.Answer) -> [GroupStatus] {
            let told = (try? answer.said.get()) ?? []
            return told.filter { scope.contains($0) && trust.believes(answer.place, of: .init($0)) }
        }
        let answers = await SupervisorAnswers.round(of: places) { answer in
            scope.group != nil && believed(answer).contains { $0.standing == .leading }
        } asking: { place in
            await statuses(scope, at: place)
        }
        found.unasked += answers.unasked
        for answer in answers.all {
            switch answer.said {
            case .failure(let silence): found.silences.append(silence)
            case .success(let statuses):
                let told = statuses.filter(scope.contains)
                if told.isEmpty { found.strangers.append(answer.place.pod) }
                for status in believed(answer) {
                    let key = Self.key(status.namespace, status.name)
                    if found.statuses[key]?.standing != .leading { found.statuses[key] = status }
                }
                let other = told.first { !trust.believes(answer.place, of: .init($0)) }
                if let other { found.doubts.append(TrustedPlaces.doubt(answer.place, of: .init(other))) }
            }
        }
    }

    private struct GroupList: Decodable {
        var groups: [GroupStatus]
    }

    private func statuses(_ scope: Scope, at place: SupervisorPods.Place) async -> Result<[GroupStatus], Silence> {
        let path = scope.group.map { "/\(scope.namespace ?? "default")/\($0)" } ?? ""
        do throws(KubernetesError) {
            let answer = try await client.response(to: Self.request(place, "/api/v1/groups\(path)"))
            let body = Data(answer.body)
            if answer.head.status == 404 { return .success([]) }
            guard answer.head.status == 200 else {
                let words = String(decoding: answer.body.prefix(200), as: UTF8.self)
                return .failure(Silence(place: place, cause: .refusal(answer.head.status, words)))
            }
            let decoder = JSONDecoder()
            let list =
                try? scope.group == nil
                ? decoder.decode(GroupList.self, from: body).groups : [decoder.decode(GroupStatus.self, from: body)]
            return list.map { .success($0) } ?? .failure(Silence(place: place, cause: .nonsense))
        } catch {
            return .failure(Silence(place: place, cause: .failure(error)))
        }
    }

    /// A request to a supervisor's first port, through the API server.
    static func request(_ place: SupervisorPods.Place, _ path: String) -> PodRequest {
        var request = PodRequest(namespace: place.namespace, pod: place.pod, port: nil, path: path)
        request.headers = [.init(clientHeader, "1")]
        return request
    }

    // MARK: Pods

    /// The pods of the namespaces of groups that no supervisor speaks for; nil if they may not be read.
    private func pods(of records: [RecordedGroup], _ scope: Scope) async -> [String: [Pod]]? {
        if records.isEmpty { return [:] }
        guard let list = try? await client.list(Pod.self, namespace: scope.namespace).items else { return nil }
        return Dictionary(grouping: list) { $0.metadata.namespace ?? "" }
    }
}

extension ClusterSurvey.Scope {
    /// Of the groups' Leases.
    fileprivate var labels: String { [RecordedGroup.selector, selector].compactMap(\.self).joined(separator: ",") }

    /// Whether a status is of a group that is meant, as far as that can be told without its Lease.
    fileprivate func contains(_ status: GroupStatus) -> Bool {
        status.standing != .standby && (namespace == nil || namespace == status.namespace)
            && (group == nil || group == status.name)
    }
}
