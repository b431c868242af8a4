import Coordination
import FailoverCore
import KubernetesClient

/// How a group reads and writes its Service's EndpointSlices.
extension KubernetesGroupAPI {
    /// Reads one slice once, from no cache.
    func readSlice(_ name: String) async -> SliceReadOutcome {
        switch await get(EndpointSlice.self, name) {
        case .success(let slice): return .found(slice)
        case .failure(let error): return error.isAbsence ? .found(nil) : .failed(OperationFailure(error))
        case nil: return .failed(Self.noTurn)
        }
    }

    /// The record as it is stored now, if it is not of this version or nothing is known of it; nil: it is.
    ///
    /// An answer of a standby makes no other record of it.
    private func recordOther(than ground: StoredRecord.Version) async -> RecordReadOutcome? {
        let outcome = await readRecord()
        // What was read is noted, so that these are the versions which differ in such answers only.
        let isSame = versions.contains(ground.version.rawValue)
        if isSame, case .found(let stored) = outcome, stored.version.uid == ground.uid { return nil }
        return outcome
    }

    /// Reads one pod once, from no cache; nil: it is not known, or there is none.
    func readPod(_ name: String) async -> Pod? {
        try? await get(Pod.self, name)?.get()
    }

    /// Creates a slice (`base` is nil), or replaces the endpoints of exactly this version of it.
    ///
    /// `ground`: the version of the record without which it is not done; the record is read for that when the turn has come.
    /// `isWanted`: asked before that, and after.
    func writeSlice(
        _ wanted: EndpointSlice,
        over base: EndpointSlice?,
        under ground: StoredRecord.Version?,
        urgency: WriteUrgency,
        in turn: WriteScheduler.Turn?,
        isWanted: @escaping @Sendable () async -> Bool
    ) async -> SliceWriteOutcome {
        let obstacle = Locked<RecordReadOutcome?>(nil)
        let isRight: @Sendable () async -> Bool = { [self] in
            guard await isWanted() else { return false }
            guard let ground else { return true }
            if let other = await recordOther(than: ground) {
                obstacle.withLock { $0 = other }
                return false
            }
            // What was true of it before the read may be so no more.
            return await isWanted()
        }
        let target = WriteTarget.slice(wanted.metadata.name ?? "")
        let outcome = await write(urgency, of: target, in: turn, isWanted: isRight) {
            [self, client, namespace] timeout in
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
                let isRefused = await isRefusedAsConflict(error, over: base?.metadata.resourceVersion)
                let refusal = EndpointsWriteOutcome.refused(OperationFailure(refusedAsConflict: error))
                return (isRefused ? .unwritten(refusal) : SliceWriteOutcome(error), error.ending)
            }
        }
        return outcome ?? .unwritten(obstacle.withLock { $0 }.map(EndpointsWriteOutcome.withheld) ?? .notSent)
    }
}
