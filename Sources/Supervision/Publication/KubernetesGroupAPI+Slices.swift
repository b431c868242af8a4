import FailoverCore
import KubernetesClient

/// How a group reads and writes its Service's EndpointSlices.
extension KubernetesGroupAPI {
    /// Reads one slice once, from no cache.
    func readSlice(_ name: String) async -> SliceReadOutcome {
        let answer = await read { [client, namespace] () throws(KubernetesError) in
            try await client.get(EndpointSlice.self, namespace: namespace, name: name, retry: .none)
        }
        switch answer {
        case .success(let slice): return .found(slice)
        case .failure(let error): return error.code == 404 ? .found(nil) : .failed(OperationFailure(error))
        case nil: return .failed(Self.noTurn)
        }
    }

    /// Reads one pod once, from no cache; nil: it is not known, or there is none.
    func readPod(_ name: String) async -> Pod? {
        let answer = await read { [client, namespace] () throws(KubernetesError) in
            try await client.get(Pod.self, namespace: namespace, name: name, retry: .none)
        }
        return try? answer?.get()
    }

    /// Creates a slice (`base` is nil), or replaces the endpoints of exactly this version of it.
    func writeSlice(
        _ wanted: EndpointSlice,
        over base: EndpointSlice?,
        urgency: WriteUrgency,
        in turn: WriteScheduler.Turn?,
        isWanted: @escaping @Sendable () async -> Bool
    ) async -> SliceWriteOutcome {
        let outcome = await write(urgency, in: turn, isWanted: isWanted) { [client, namespace] timeout in
            do throws(KubernetesError) {
                guard let base else {
                    let stored = try await client.create(wanted, namespace: namespace, timeout: timeout)
                    return (SliceWriteOutcome.written(stored), .answered)
                }
                let stored = try await client.patchEndpoints(
                    namespace: namespace,
                    name: wanted.metadata.name ?? "",
                    EndpointSlicePatch(replacing: base, by: wanted),
                    timeout: timeout
                )
                return (.written(stored), .answered)
            } catch {
                return (SliceWriteOutcome(error, isCreation: base == nil), error.ending)
            }
        }
        return outcome ?? .unwritten(.notSent)
    }
}
