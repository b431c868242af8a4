import FailoverCore
import KubernetesClient
import Probing
import StandbyConfiguration

/// What a group's loop takes in; indirect, so that the frames of the loop stay small.
indirect enum GroupInput: Sendable {
    /// The configuration gives the group other properties.
    case configuration(GroupConfiguration)
    /// The Service has changed; nil: it is not there.
    case service(Service?)
    /// The pods of the group have changed.
    case pods(InformerSnapshot<Pod>)
    /// The group's Lease, if there is one.
    case lease(InformerSnapshot<Lease>)
    /// What the group cannot do without cannot be read, and why.
    case failing(Unreadable.Collection, String)
    /// It can be read again.
    case recovered(Unreadable.Collection)
    /// Another group may have given way to this one.
    case claimsChanged
    /// A member's health has changed, or a probe that was asked for has ended.
    case probe(ProbeReport)
    /// The probe engine doubts itself.
    case doubt(Suspension)
    /// The Lease was read, or cannot be.
    case recordRead(OperationID, RecordReadOutcome)
    /// The Lease was written, or cannot be.
    case recordWritten(OperationID, RecordWriteOutcome)
    /// The pods were listed consistently, or cannot be.
    case membersListed(OperationID, MemberListOutcome)
    /// One pod was read, or cannot be.
    case memberRead(OperationID, MemberReadOutcome)
    /// A pod's role was written, or cannot be.
    case roleWritten(OperationID, RoleWriteOutcome)
    /// A write with `dryRun=All` was allowed, or was not.
    case roleTried(OperationID, RoleTrialOutcome)
    /// A pod was deleted, or cannot be.
    case podDeleted(OperationID, PodDeletionOutcome)
    /// A hook was run, or cannot be.
    case hookRan(OperationID, HookOutcome)
    /// The endpoints were waited for.
    case endpointsSettled(OperationID)
    /// A candidate gave its score, or cannot be asked.
    case scoreAnswered(OperationID, Member.ID, CandidateScore)
    /// The endpoints of the Service have changed.
    case endpoints(GroupSupervisor.EndpointNews)
    /// The slices of a Service without a selector have changed, or were read or written.
    case slices(GroupSupervisor.SliceNews)
    /// Nodes are drained or not Ready, or not any more.
    case nodes(GroupSupervisor.NodeNews)
    /// Other groups that this one belongs with or stays apart from are others, or elsewhere.
    case companions
    /// The time of a timer has come; the machine ignores one that it no longer awaits.
    case timerFired(OperationID)
    /// This supervisor leads the group, or does so no more.
    case standing(GroupStanding)
    /// Standbys were asked for their opinions.
    case opinions
    /// An answer to such a question could not be written.
    case opinionNotWritten(StoredOpinions.Answer)
    /// Begin nothing new; end as soon as no switch is under way, after `grace` in any case.
    ///
    /// `isRemoved`: the configuration has no such group any more.
    case shutdown(isRemoved: Bool, grace: Duration)
    /// End now.
    case shutdownDeadline

    /// Inputs under one key replace each other while they are unread.
    enum Key: Hashable, Sendable {
        /// Of `GroupInput.configuration`.
        case configuration
        /// Of `GroupInput.service`.
        case service
        /// Of `GroupInput.pods`.
        case pods
        /// Of `GroupInput.lease`.
        case lease
        /// Of `failing` and `recovered` of one collection, the later of which is true.
        case connection(Unreadable.Collection)
        /// Of `claimsChanged`.
        case claims
        /// Of `GroupInput.doubt`.
        case doubt
        /// One for each member.
        case probe(Member.ID)
        /// One for each answer and timer: none replaces another.
        case operation(OperationID)
        /// One for each member that a question was put to.
        case score(OperationID, Member.ID)
        /// Of `GroupInput.endpoints`.
        case endpoints(GroupSupervisor.EndpointNews.Kind)
        /// Of `SliceNews.shown`.
        case slices
        /// Of `GroupInput.nodes`.
        case nodes(GroupSupervisor.NodeNews.Kind)
        /// Of `GroupInput.companions`.
        case companions
        /// One for each pod.
        case decoration(Member.ID)
        /// Of `SliceNews.decorationDue`.
        case decorationDue
        /// Of `GroupInput.standing`.
        case standing
        /// Of `GroupInput.opinions`.
        case opinions
        /// Of `GroupInput.opinionNotWritten`.
        case opinionNotWritten
        /// Of `GroupInput.shutdown`.
        case shutdown
        /// Of `GroupInput.shutdownDeadline`.
        case shutdownDeadline
    }

    /// Under which the input waits to be read.
    var key: Key {
        switch self {
        case .configuration: .configuration
        case .service: .service
        case .pods: .pods
        case .lease: .lease
        case .doubt: .doubt
        case .failing(let collection, _), .recovered(let collection): .connection(collection)
        case .claimsChanged: .claims
        case .probe(let report): .probe(report.member)
        case .recordRead(let id, _), .recordWritten(let id, _), .membersListed(let id, _), .memberRead(let id, _),
            .roleWritten(let id, _), .roleTried(let id, _), .podDeleted(let id, _), .hookRan(let id, _),
            .endpointsSettled(let id), .timerFired(let id):
            .operation(id)
        case .scoreAnswered(let id, let member, _): .score(id, member)
        case .endpoints(let news): .endpoints(news.kind)
        case .slices(let news): news.key
        case .nodes(let news): .nodes(news.kind)
        case .companions: .companions
        case .standing: .standing
        case .opinions: .opinions
        case .opinionNotWritten: .opinionNotWritten
        case .shutdown: .shutdown
        case .shutdownDeadline: .shutdownDeadline
        }
    }

    /// What the machine makes of it; nothing of what is no event of the machine.
    func effects(on machine: inout GroupStateMachine, at now: MonotonicTime) -> [Effect] {
        switch self {
        case .doubt(let suspension): machine.automaticMovesSuspended(suspension, at: now)
        case .recovered: machine.connectionRestored(at: now)
        case .probe(let report): machine.memberProbed(report.member, report.evidence, at: now)
        case .recordRead(let id, let outcome): machine.recordRead(id, outcome, at: now)
        case .recordWritten(let id, let outcome): machine.recordWritten(id, outcome, at: now)
        case .membersListed(let id, let outcome): machine.membersListed(id, outcome, at: now)
        case .memberRead(let id, let outcome): machine.memberRead(id, outcome, at: now)
        case .roleWritten(let id, let outcome): machine.roleWritten(id, outcome, at: now)
        case .roleTried(let id, let outcome): machine.roleTried(id, outcome, at: now)
        case .podDeleted(let id, let outcome): machine.podDeleted(id, outcome, at: now)
        case .hookRan(let id, let outcome): machine.hookRan(id, outcome, at: now)
        case .endpointsSettled(let id): machine.endpointsSettled(id, at: now)
        case .scoreAnswered(let id, let member, let score): machine.scoreAnswered(id, member, score, at: now)
        case .timerFired(let id): machine.timerFired(id, at: now)
        case .configuration, .service, .pods, .lease, .failing, .claimsChanged, .endpoints, .slices, .nodes,
            .companions, .standing, .opinions, .opinionNotWritten, .shutdown, .shutdownDeadline:
            []
        }
    }

    /// The newer input, with what must not be lost of the older.
    static func merge(_ older: GroupInput, _ newer: GroupInput) -> GroupInput {
        switch (older, newer) {
        case (.pods(let old), .pods(var new)):
            new.isRelist = new.isRelist || old.isRelist
            new.gone = (old.gone + new.gone).suffix(InformerSnapshot<Pod>.mostGone)
            return .pods(new)
        case (.lease(let old), .lease(var new)):
            new.isRelist = new.isRelist || old.isRelist
            return .lease(new)
        case (.slices(.shown(let old, _)), .slices(.shown(var new, let number))):
            new.isRelist = new.isRelist || old.isRelist
            return .slices(.shown(new, of: number))
        case (.probe(let old), .probe(var new)):
            new.isChange = new.isChange || old.isChange
            new.isRepetition = new.isRepetition && old.isRepetition
            return .probe(new)
        default: return newer
        }
    }
}
