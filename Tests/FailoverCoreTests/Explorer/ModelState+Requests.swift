@testable import FailoverCore

/// What becomes of requests.
extension ModelState {
    /// What the API server makes of a request; nil: the answer is nobody's.
    mutating func execute(_ request: Effect, of index: Int?) -> ModelProcess.Answer? {
        switch request {
        case .readRecord(let id): return .recordRead(id, cluster.lease.map { .found($0) } ?? .absent)
        case .writeRecord(let id, let record, let version, _):
            return .recordWritten(id, cluster.write(record, replacing: version))
        case .listMembers(let id):
            guard let index else { return nil }
            let isStale = cluster.sabotage == .listsAreStale
            let pods = (isStale ? processes[index].seen : cluster.members).map {
                processes[index].shown($0, in: cluster)
            }
            let version = isStale ? processes[index].seenVersion ?? cluster.version : cluster.version
            return .membersListed(id, .listed(pods, version: version))
        case .readMember(let id, let name):
            guard let index else { return nil }
            let found = cluster.pod(name).map { processes[index].shown($0, in: cluster) }
            return .memberRead(id, found.map { .found($0) } ?? .gone)
        case .readOutgoing(let id, let pod, let version):
            guard let index else { return nil }
            if let found = cluster.pod(pod.name), found.id == pod.id {
                return .memberRead(id, .found(processes[index].shown(found, in: cluster)))
            }
            guard version != nil, var last = processes[index].seen.first(where: { $0.id == pod.id }) else {
                return .memberRead(id, .gone)
            }
            last.hasStopped = cluster.stopped.contains(pod.id)
            return .memberRead(id, .ended(last))
        case .writeRole(let id, let write): return .roleWritten(id, cluster.write(write))
        case .tryRole(let id, let write): return .roleTried(id, cluster.tried(write))
        case .settleEndpoints(let id, _): return .endpointsSettled(id)
        case .deletePod(let id, let pod): return .podDeleted(id, cluster.delete(pod))
        case .runHook(let id, let call): return .hookRan(id, cluster.run(call))
        case .writeEndpoints(let id, let write): return .endpointsWritten(id, cluster.write(write))
        case .readEndpoints(let id, let family):
            guard let index else { return nil }
            let epoch = processes[index].machine.record?.record.epoch
            return .endpointsRead(id, .found(cluster.published(family, to: epoch)))
        case .startTimer, .startBackoff, .probe, .forgetHealth, .askOpinions, .askScores, .report: return nil
        }
    }

    /// A request of which nothing is heard but that it failed.
    mutating func fail(_ request: Effect, of index: Int) {
        let failure = OperationFailure("lost")
        let answer: ModelProcess.Answer
        switch request {
        case .readRecord(let id): answer = .recordRead(id, .failed(failure))
        case .writeRecord(let id, _, _, _): answer = .recordWritten(id, .failed(failure))
        case .listMembers(let id): answer = .membersListed(id, .failed(failure))
        case .readMember(let id, _), .readOutgoing(let id, _, _): answer = .memberRead(id, .failed(failure))
        case .writeRole(let id, _):
            let isKnown = cluster.sabotage == .unknownOutcomesAreKnown
            answer = .roleWritten(id, isKnown ? .refused(failure) : .failed(failure))
        case .tryRole(let id, _): answer = .roleTried(id, .notRefused)
        case .settleEndpoints(let id, _): answer = .endpointsSettled(id)
        case .deletePod(let id, _): answer = .podDeleted(id, .failed(failure))
        // Whether it was run is not known: it is run again.
        case .runHook(let id, _): answer = .hookRan(id, .notSent)
        case .writeEndpoints(let id, _): answer = .endpointsWritten(id, .failed(failure))
        case .readEndpoints(let id, _): answer = .endpointsRead(id, .failed(failure))
        case .startTimer, .startBackoff, .probe, .forgetHealth, .askOpinions, .askScores, .report: return
        }
        processes[index].deliver(answer, at: now)
    }
}
