import FailoverCore
import Foundation
package import KubernetesClient
package import Probing
package import StandbyConfiguration
package import Transport

/// Probes the members of a group once, from here.
package struct GroupProbing: Sendable {
    /// One member's probe.
    package struct Result: Sendable {
        /// The pod's name.
        package var pod: String
        /// Empty if the pod has none.
        package var address: String
        /// As its label says or, in mode EndpointSlice, the slice; nil for neither.
        package var role: String?
        /// Whether its condition Ready is True.
        package var isReady: Bool
        /// Which of the group's probes it was: `probe` or `passiveProbe`.
        package var probe: String
        /// Nil: the pod cannot be probed; it has no address, or has finished.
        package var transcript: ProbeOnce.Transcript?
    }

    /// Why nothing could be probed.
    package enum Failure: Error, CustomStringConvertible {
        /// The API server cannot be asked.
        case api(KubernetesError)
        /// The group's Service is missing, or does not fit the configuration.
        case unusable(ClusterFinding)
        /// The group has no pod of that name; `members`: those that it has.
        case noSuchPod(String, members: [String])

        package var description: String {
            switch self {
            case .api(let error): "\(error)"
            case .unusable(let finding): "\(finding)"
            case .noSuchPod(let name, let members):
                "pod \"\(name)\" is no member of the group; its members are "
                    + (members.isEmpty ? "none" : members.joined(separator: ", "))
            }
        }
    }

    private let client: APIClient
    private let loop: EventLoop
    private let group: GroupConfiguration
    private let namespace: String

    /// `namespace`: the group's, unless it names one.
    package init(_ group: GroupConfiguration, namespace: String, client: APIClient, loop: EventLoop) {
        self.group = group
        self.namespace = group.namespace ?? namespace
        self.client = client
        self.loop = loop
    }

    /// Probes one pod, or every member, one after the other.
    package func run(pod: String?) async throws(Failure) -> [Result] {
        let (service, members) = try await members()
        let active = await active(of: service, members)
        let names = members.compactMap(\.metadata.name)
        if let pod, !names.contains(pod) { throw .noSuchPod(pod, members: names) }
        var results: [Result] = []
        for member in members where pod == nil || member.metadata.name == pod {
            results.append(await probe(member, as: active.map { $0.contains(member) ? .active : .passive }))
        }
        return results
    }

    /// The group's pods, and its Service if it can be used.
    private func members() async throws(Failure) -> (service: Service?, pods: [Pod]) {
        let found: Service?
        do throws(KubernetesError) {
            found = try await service()
        } catch {
            throw .api(error)
        }
        switch ServiceCheck(found, of: group, namespace: namespace) {
        case .pending: return (found, [])
        case .unusable(let finding):
            // A selector of its own says which pods are meant, whatever the Service lacks.
            guard let selector = group.selector else { throw .unusable(finding) }
            return (nil, try await pods(selector))
        case .usable(let selector, _): return (found, try await pods(selector))
        }
    }

    /// Whom the slice of the Service's first family sends traffic to; nil in mode Label, and if it cannot be read.
    private func active(of service: Service?, _ pods: [Pod]) async -> [Pod]? {
        guard group.mode == .endpointSlice, let service else { return nil }
        let mapping = SliceMapping(PodMapping(group: group), namespace: namespace, service: service, pods: pods)
        let name = mapping.name(mapping.families[0])
        do throws(KubernetesError) {
            let slice = try await client.get(EndpointSlice.self, namespace: namespace, name: name)
            let ready = mapping.published(slice)?.ready ?? []
            return pods.filter { ready.contains(Member.ID($0.metadata.uid ?? "")) }
        } catch {
            return error.isAbsence ? [] : nil
        }
    }

    private func service() async throws(KubernetesError) -> Service? {
        do throws(KubernetesError) {
            return try await client.get(Service.self, namespace: namespace, name: group.service)
        } catch {
            if error.isAbsence { return nil }
            throw error
        }
    }

    private func pods(_ selector: LabelSelector) async throws(Failure) -> [Pod] {
        do throws(KubernetesError) {
            let list = try await client.list(Pod.self, namespace: namespace, labelSelector: "\(selector)")
            return (list.items ?? []).sorted { ($0.metadata.name ?? "") < ($1.metadata.name ?? "") }
        } catch {
            throw .api(error)
        }
    }

    private func probe(_ pod: Pod, as role: Role?) async -> Result {
        let target = PodMapping(group: group).target(pod, as: role, now: Date())
        var result = Result(
            pod: pod.metadata.name ?? "",
            address: pod.status?.podIP ?? "",
            role: target?.role?.rawValue,
            isReady: pod.isReady,
            probe: target?.role == .active || group.passiveProbe == nil ? "probe" : "passiveProbe"
        )
        if let target { result.transcript = await ProbeOnce(target, on: loop, client: client).run() }
        return result
    }
}
