import Sandbox
import TestedCluster

extension ClusterStage {
    /// Who is labelled active, by what the watches told.
    func audit(_ name: String) async -> RoleAudit {
        RoleAudit(await record.history, namespace: namespace) { $0["metadata"]["labels"]["app"] == .string(name) }
    }

    /// Waits until the record of a group names a holder that is labelled active, and nobody else is.
    @discardableResult
    func waitUntilSettled(
        _ name: String,
        namespace: String? = nil,
        otherThan old: String? = nil,
        atMost limit: Duration = .seconds(60)
    ) async throws -> String {
        let place = namespace ?? self.namespace
        return try await record.wait(
            atMost: limit,
            for: "\(name) to settle",
            finding: { record in
                let holder = await Self.settledHolder(record, name, place)
                return holder == old ? nil : holder
            }
        )
    }

    private static func settledHolder(_ record: ClusterRecord, _ name: String, _ namespace: String) async -> String? {
        let lease = await record.get(ObjectKey(.leases, namespace: namespace, name: "kube-standby-\(name)"))
        let pods = await record.list(.pods, namespace: namespace).filter {
            $0["metadata"]["labels"]["app"] == .string(name)
        }
        return GroupSight.settledHolder(lease: lease, pods: pods)
    }

    /// Waits until exactly these pods are ready endpoints of a Service, where pods are published at all.
    func waitForEndpoints(_ pods: Set<String>, of service: String) async throws {
        guard publishesEndpoints else { return }
        try await record.wait(for: "the endpoints of \(service) to be \(pods.sorted())") { [namespace] record in
            EndpointAudit(await record.history, namespace: namespace, service: service).current == pods
        }
    }

    func waitForEvent(_ reason: String, on kind: String, _ name: String) async throws {
        try await record.wait(for: "the Event \(reason) on \(kind) \(name)") { [namespace] record in
            await record.list(.events, namespace: namespace).contains {
                $0["reason"] == .string(reason) && $0["regarding"]["kind"] == .string(kind)
                    && $0["regarding"]["name"] == .string(name) && $0["regarding"]["uid"] != .null
            }
        }
    }
}
