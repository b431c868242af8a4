import FailoverCore
import Foundation
import KubernetesClient
import Leadership

/// Reads and writes one Lease for an elector: each request once, within the elector's time.
struct ShardLeaseAPI: Sendable {
    /// What a request came to.
    struct Answer<Outcome: Sendable>: Sendable {
        /// For the elector.
        var outcome: Outcome
        /// As it is stored, if the answer says so.
        var lease: Lease?
        /// Why there is no better answer.
        var error: KubernetesError?
    }

    /// Asks the API server.
    let client: APIClient
    /// Where the Leases are.
    let namespace: String
    /// Of each request.
    let timeout: Duration

    /// Reads a Lease from no cache.
    func read(_ name: String) async -> Answer<LeaseReadOutcome> {
        do throws(KubernetesError) {
            let lease = try await client.get(
                Lease.self,
                namespace: namespace,
                name: name,
                timeout: timeout,
                retry: .none
            )
            return .init(outcome: .found(ShardLease.view(of: lease)), lease: lease)
        } catch {
            if error.isAbsence { return .init(outcome: .absent) }
            return .init(outcome: .failed, error: error)
        }
    }

    /// Creates a Lease, or replaces the version that it carries.
    func write(_ lease: Lease) async -> Answer<LeaseWriteOutcome> {
        let isNew = lease.metadata.resourceVersion == nil
        do throws(KubernetesError) {
            let stored =
                isNew
                ? try await client.create(lease, namespace: namespace, timeout: timeout)
                : try await client.update(lease, namespace: namespace, timeout: timeout)
            return .init(outcome: .written(ShardLease.view(of: stored)), lease: stored)
        } catch {
            // It was deleted or written meanwhile; what a creation finds absent is the namespace.
            if error.isConflict || error.isAbsence { return .init(outcome: .conflict) }
            let renewal = lease.spec?.renewTime?.microseconds ?? 0
            return .init(outcome: Self.isUnknown(error) ? .unknown(renewal: renewal) : .failed, error: error)
        }
    }

    /// Whether a write may have been carried out all the same.
    private static func isUnknown(_ error: KubernetesError) -> Bool {
        if error.wasNotExecuted || error.isDenial { return false }
        switch error.cause {
        case .transport, .undecodable: return true
        case .status(let code, _, _): return code >= 500
        case .credentials: return false
        }
    }

    /// Takes a Lease away, if it still is as it was read.
    ///
    /// - Returns: why it could not be; nil: it is gone, or another than it was.
    func delete(_ lease: Lease) async -> KubernetesError? {
        do throws(KubernetesError) {
            try await client.delete(lease, namespace: namespace, timeout: timeout)
            return nil
        } catch {
            return error.isAbsence || error.isConflict ? nil : error
        }
    }
}
