import FailoverCore
import KubernetesClient
import Probing
import StandbyConfiguration

/// What a group's loop takes in; indirect, so that the frames of the loop stay small.
indirect enum GroupInput: Sendable {
    /// The configuration gives the group other properties.
    case configuration(GroupConfiguration)
    case service(Service?)
    case pods(InformerSnapshot<Pod>)
    /// The group's Lease, if there is one.
    case lease(InformerSnapshot<Lease>)
    /// The Service's namespace or the pods' cannot be read.
    case failing(String)
    /// The API server answers again.
    case recovered
    /// Another group may have given way to this one.
    case claimsChanged
    case probe(ProbeReport)
    /// The probe engine doubts itself.
    case doubt(Suspension)
    case recordRead(OperationID, RecordReadOutcome)
    case recordWritten(OperationID, RecordWriteOutcome)
    case membersListed(OperationID, MemberListOutcome)
    case memberRead(OperationID, MemberReadOutcome)
    case roleWritten(OperationID, RoleWriteOutcome)
    case roleTried(OperationID, RoleTrialOutcome)
    case endpointsSettled(OperationID)
    case timerFired(OperationID)
    /// Begin nothing new; end as soon as no switch is under way.
    ///
    /// `isRemoved`: the configuration has no such group any more.
    case shutdown(isRemoved: Bool)
    /// End now.
    case shutdownDeadline

    /// Inputs under one key replace each other while they are unread.
    enum Key: Hashable, Sendable {
        case configuration
        case service
        case pods
        case lease
        case connection
        case claims
        case doubt
        case probe(Member.ID)
        case operation(OperationID)
        case shutdown
        case shutdownDeadline
    }

    var key: Key {
        switch self {
        case .configuration: .configuration
        case .service: .service
        case .pods: .pods
        case .lease: .lease
        case .doubt: .doubt
        case .failing, .recovered: .connection
        case .claimsChanged: .claims
        case .probe(let report): .probe(report.member)
        case .recordRead(let id, _), .recordWritten(let id, _), .membersListed(let id, _), .memberRead(let id, _),
            .roleWritten(let id, _), .roleTried(let id, _), .endpointsSettled(let id), .timerFired(let id):
            .operation(id)
        case .shutdown: .shutdown
        case .shutdownDeadline: .shutdownDeadline
        }
    }

    /// The newer input, with what must not be lost of the older.
    static func merge(_ older: GroupInput, _ newer: GroupInput) -> GroupInput {
        switch (older, newer) {
        case (.pods(let old), .pods(var new)):
            new.isRelist = new.isRelist || old.isRelist
            return .pods(new)
        case (.lease(let old), .lease(var new)):
            new.isRelist = new.isRelist || old.isRelist
            return .lease(new)
        case (.probe(let old), .probe(var new)):
            new.isChange = new.isChange || old.isChange
            new.isRepetition = new.isRepetition && old.isRepetition
            return .probe(new)
        default: return newer
        }
    }
}
