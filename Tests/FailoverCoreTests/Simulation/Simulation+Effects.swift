@testable import FailoverCore

/// What processes do that their machines want done.
extension Simulation {
    mutating func carryOut(_ effects: [Effect], of index: Int, group: Int) {
        for effect in effects {
            switch effect {
            case .writeRecord(let id, _, _, let urgency):
                // What is not urgent waits for other groups' writes, now and then for long.
                if urgency >= .completion, random.once(in: 4) {
                    let at = now + between(1_000_000, now < Self.calm ? 20 * Self.second : Self.second)
                    schedule(.turn(group: group, id, effect), of: index, at: at)
                } else if random.once(in: 4) {
                    schedule(.turn(group: group, id, effect), of: index, at: now + between(1_000_000, 50_000_000))
                } else {
                    takeTurn(of: effect, id, of: index, group: group)
                }
            case .readRecord, .listMembers, .readMember, .readOutgoing, .writeRole, .tryRole, .settleEndpoints,
                .writeEndpoints, .readEndpoints, .deletePod:
                send(effect, of: index, group: group)
            case .runHook(let id, let call): runHook(id, call, of: index, in: group)
            case .startTimer(let id, let at):
                schedule(.timer(group: group, id), of: index, at: max(now, at.nanoseconds))
            case .startBackoff(let id, let attempt, let atLeast):
                let pause = max(50_000_000 << min(attempt, 5), atLeast.wholeNanoseconds)
                schedule(.timer(group: group, id), of: index, at: now + pause + between(0, 20_000_000))
            case .probe(let member, let since): confirm(member, since: since, in: group, of: index)
            case .forgetHealth(let id): forget(id, in: group, of: index)
            case .askOpinions(let question): ask(question, of: index, group: group)
            case .askScores(let id, let members): askScores(id, of: members, by: index, in: group)
            case .report(let report):
                tell("group \(group), process \(index): \(report)")
                note(report, of: index, group: group)
            }
        }
    }

    /// The record is sent, unless its machine does not want it any more.
    mutating func takeTurn(of write: Effect, _ id: OperationID, of index: Int, group: Int) {
        readCalendar(of: index, group)
        guard var machine = processes[index]?.machines[group] else { return }
        let isSent = machine.turnCame(id, at: time)
        processes[index]?.machines[group] = machine
        if isSent {
            send(write, of: index, group: group)
        } else {
            hear(index, group) { $0.recordWritten(id, .notSent, at: $1) }
        }
    }

    private mutating func note(_ report: Report, of index: Int, group: Int) {
        switch report {
        case .switchWaits(let obstacle, _): processes[index]?.obstacles[group] = obstacle.member.id
        // Another attempt waits for the same.
        case .moved, .moveWithdrawn, .adopted: processes[index]?.obstacles[group] = nil
        case .moveStarted(let from, let target, let cause, _):
            lastBegun = now
            if cause == .preempted || cause == .following { checkWindow(of: group) }
            if cause == .following { checkFollowing(to: target, of: index, group: group) }
            checkScore(of: target, cause, by: index, in: group)
            checkNodes(from: from, to: target, cause, of: index, group: group)
        case .withheld, .promoted, .demoted, .gateTimedOut, .hookSucceeded, .hookHeld, .joined, .departed, .found,
            .findingEnded, .answered, .pauseEnded, .steppedBack, .operationFailed:
            break
        case .hookFailed(let call, _), .hookDropped(let call, .tooMany):
            // Whom a process gave up need not hear.
            groups[group].heard(call)
        // A pod that is promoted no more has heard nothing of it, and may come back as passive as it was.
        case .hookDropped(let call, .gone) where call.kind == .demote: groups[group].heard(call)
        case .hookDropped: break
        }
    }
}
