import FailoverCore
import KubernetesClient

/// How a group writes roles.
extension KubernetesGroupAPI {
    /// Patches a pod's labels and annotations once, by uid and resourceVersion.
    func writeRole(
        _ write: RoleWrite,
        in turn: WriteScheduler.Turn? = nil,
        isWanted: @escaping @Sendable () async -> Bool = { true }
    ) async -> RoleWriteOutcome {
        let target = WriteTarget.role(write.member.name)
        let outcome = await self.write(write.urgency, of: target, in: turn, isWanted: isWanted) {
            [self, mapping] timeout in
            do throws(KubernetesError) {
                let pod = try await patch(write, isTrial: false, timeout: timeout)
                return (mapping.member(pod).map(RoleWriteOutcome.written) ?? RoleWriteOutcome.gone, .answered)
            } catch {
                let isRefused = await isRefusedAsConflict(error, over: write.member.version.rawValue)
                return (isRefused ? .refused(.init(refusedAsConflict: error)) : RoleWriteOutcome(error), error.ending)
            }
        }
        return outcome ?? .notSent
    }

    /// Asks what would become of a write (`dryRun=All`).
    ///
    /// A conflict or an absent pod says that the pod is not as it was; a 400, that a webhook knows no dry run, unless one denied
    /// the request itself and gave no code of its own.
    func tryRole(_ write: RoleWrite) async -> RoleTrialOutcome {
        while !Task.isCancelled {
            let outcome = await self.write(write.urgency, of: .role(write.member.name)) { [self] timeout in
                do throws(KubernetesError) {
                    _ = try await patch(write, isTrial: true, timeout: timeout)
                    return (RoleTrialOutcome.notRefused, .answered)
                } catch {
                    return (error.isDenialOfWrite ? .refused(OperationFailure(error)) : .notRefused, error.ending)
                }
            }
            if let outcome { return outcome }
            // The lead ended while others went first: what was not asked says nothing.
            await gate.open(clock.now)
        }
        return .notRefused
    }

    private func patch(
        _ write: RoleWrite,
        isTrial: Bool,
        timeout: Duration
    ) async throws(KubernetesError) -> Pod {
        let patch = MetadataPatch(
            uid: write.member.id.uid,
            resourceVersion: write.member.version.rawValue,
            labels: mapping.labelling.values(for: write.role),
            annotations: mapping.annotations(for: write.role, at: write.epoch)
        )
        return try await client.patchMetadata(
            Pod.self,
            namespace: namespace,
            name: write.member.name,
            patch,
            isTrial: isTrial,
            timeout: timeout
        )
    }
}
