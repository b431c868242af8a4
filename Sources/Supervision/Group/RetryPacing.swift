import Coordination
import FailoverCore
import KubernetesClient

/// How long a group's failed operations wait, each kind of operation counted for itself.
///
/// The machine begins to count anew when it has read what it could not write; here a write's count ends only with a write
/// that succeeds. So a request that cannot succeed is made ever more seldom:
///
/// | failures in a row | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 |
/// |---|---|---|---|---|---|---|---|---|---|---|---|
/// | passing, s | 0.05 | 0.1 | 0.2 | 0.4 | 0.8 | 1.6 | 2 | 2 | 2 | 2 | 2 |
/// | refused for good, s | 0.05 | 0.1 | 0.2 | 0.4 | 0.8 | 1.6 | 3.2 | 6.4 | 12.8 | 25.6 | 30 |
///
/// The wait is between half and all of these. A change of what the request rests on ends it.
struct RetryPacing: Sendable {
    /// What is counted for itself.
    private enum Operation: Hashable, Sendable {
        case readingRecord
        case writingRecord
        case listing
        case readingMembers
        case writingRoles
        case deletingPods
        case slices
    }

    private static let passing = Backoff(first: .milliseconds(50), cap: .seconds(2))
    private static let lasting = Backoff(first: .milliseconds(50), cap: .seconds(30))

    private var failures: [Operation: Int] = [:]
    /// What the last outcome heard was, if it was a failure: the machine's answer to it is to back off.
    private var last: (operation: Operation, isLasting: Bool)?
    /// The ends of waits after refusals.
    private var refusals: Set<OperationID> = []

    /// Notes how an operation ended.
    mutating func heard(_ input: GroupInput) {
        last = nil
        switch input {
        case .recordRead(_, .failed(let failure)): failed(.readingRecord, failure)
        case .recordRead: failures[.readingRecord] = nil
        case .recordWritten(_, .failed(let failure)): failed(.writingRecord, failure)
        case .recordWritten: failures[.writingRecord] = nil
        case .membersListed(_, .failed(let failure)): failed(.listing, failure)
        case .membersListed: failures[.listing] = nil
        case .memberRead(_, .failed(let failure)): failed(.readingMembers, failure)
        case .memberRead: failures[.readingMembers] = nil
        case .roleWritten(_, .failed(let failure)), .roleWritten(_, .refused(let failure)):
            failed(.writingRoles, failure)
        case .roleWritten: failures[.writingRoles] = nil
        case .podDeleted(_, .failed(let failure)): failed(.deletingPods, failure)
        case .podDeleted: failures[.deletingPods] = nil
        case .slices(.read(_, _, .failed(let failure))), .slices(.written(_, _, .unwritten(.failed(let failure)))),
            .slices(.written(_, _, .unwritten(.refused(let failure)))):
            failed(.slices, failure)
        case .slices(.read), .slices(.written): failures[.slices] = nil
        case .timerFired(let id): refusals.remove(id)
        case .roleTried, .hookRan, .endpointsSettled, .scoreAnswered, .endpoints, .slices, .nodes, .companions,
            .configuration, .service, .pods, .lease, .failing, .recovered, .claimsChanged, .probe, .doubt, .standing,
            .opinions, .opinionNotWritten, .shutdown, .shutdownDeadline:
            break
        }
    }

    private mutating func failed(_ operation: Operation, _ failure: OperationFailure) {
        failures[operation, default: 0] += 1
        last = (operation, failure.isLasting)
    }

    /// The wait that the machine asks for after what was heard last.
    ///
    /// `attempt`: by the machine's own count, from 0.
    mutating func delay(until id: OperationID, attempt: Int, jitter: Double) -> Duration {
        let count = last.flatMap { failures[$0.operation] } ?? 1
        guard let last, last.isLasting else {
            return Self.passing.delay(attempt: max(attempt, count - 1), jitter: jitter)
        }
        refusals.insert(id)
        return Self.lasting.delay(attempt: max(attempt, count - 1), jitter: jitter)
    }

    /// What was refused may be granted now: it counts anew, and these waits are over.
    mutating func refusalsEnded() -> [OperationID] {
        guard !refusals.isEmpty else { return [] }
        defer { self = RetryPacing() }
        return Array(refusals)
    }
}

extension InformerSnapshot<Pod> {
    /// Whether a pod came, went or changed since `other`; nil: before anything was seen.
    func isOther(than other: Self?) -> Bool {
        guard let other, objects.count == other.objects.count else { return true }
        return zip(objects, other.objects).contains {
            $0.metadata.uid != $1.metadata.uid || $0.metadata.resourceVersion != $1.metadata.resourceVersion
        }
    }
}

extension OperationFailure {
    /// What a request failed by.
    init(_ error: KubernetesError) {
        self.init("\(error)", retryAfter: error.retryAfter, isLasting: error.isLastingRefusal)
    }
}
