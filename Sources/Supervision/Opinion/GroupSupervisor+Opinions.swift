import FailoverCore
import Foundation
import KubernetesClient
import Probing
import StandbyConfiguration

/// How a group's leader asks standby replicas for their opinions, and how these give them: by annotations on the Lease.
extension GroupSupervisor {
    /// What this replica has asked, heard and answered.
    struct Opinions: Sendable {
        /// This replica's name on its answers.
        let name: String
        /// What stands on the Lease.
        var seen = StoredOpinions()
        /// What this replica owes, while it is a standby.
        var duty = OpinionDuty()

        /// `identity`: the supervisor's.
        init(of identity: String) {
            name = StoredOpinions.name(of: identity)
        }
    }

    // MARK: The leader

    /// Asks standbys, and counts those that could answer.
    func ask(_ question: OpinionQuestion) {
        let age = surroundings.clock.now().since(question.since)
        let stored = StoredOpinions.Question(question, failingFor: age, now: Date())
        write { [self] api in
            // It may have waited for the lead, and be settled or asked anew by now.
            if await isAsking(question) { await api.ask(stored) }
            return .opinions
        }
    }

    private func isAsking(_ question: OpinionQuestion) -> Bool { machine.question == question }

    /// The Lease is seen by its leader: tells the machine what standbys say, of how many.
    func hearOpinions() {
        guard configuration.failover.secondOpinion != nil else { return }
        let (heard, count, now) = (opinions.seen.heard, surroundings.standbys(), surroundings.clock.now())
        step { $0.opinionsHeard(heard, standbys: count, at: now) }
    }

    // MARK: A standby

    /// The Lease is seen by a standby: looks at the pod that it is asked about.
    func considerQuestion() {
        let now = surroundings.clock.now()
        guard let member = opinions.duty.saw(opinions.seen.question, at: now) else { return }
        look(at: member)
    }

    private func look(at member: Member.ID) {
        let (key, now) = (ProbeTarget.Key(group: claimant.group, member: member), surroundings.clock.now())
        start { [probes = surroundings.probes] in await probes.probeNow(key, unlessSucceededSince: now) }
    }

    /// A standby's answer could not be written: it looks once more, and says what it finds then.
    func opinionNotWritten(_ answer: StoredOpinions.Answer) {
        if opinions.duty.notWritten(answer) { look(at: Member.ID(answer.uid)) }
    }

    /// A standby knows something new of a member: says so if it was asked.
    func giveOpinion(on member: Member.ID) {
        guard standing == .standby, !isDryRun, member == opinions.duty.subject else { return }
        let (evidence, now) = (machine.view.evidence(of: member), surroundings.clock.now())
        // Whoever doubts its own probes would move nothing because of them, and is to make nobody else do so.
        if evidence?.health == .unhealthy, machine.isInSelfDoubt(at: now) { return }
        guard let answer = opinions.duty.opinion(on: evidence, at: now) else { return }
        start { [self, api = surroundings.api, name = opinions.name] in
            if await !api.answer(answer, of: name) { post(.opinionNotWritten(answer)) }
        }
    }

    // MARK: Both

    /// The Lease is seen: the leader hears, a standby considers.
    func opinionsSeen(on lease: Lease?) {
        opinions.seen = StoredOpinions(lease)
        switch standing {
        case .leading: hearOpinions()
        case .standby: considerQuestion()
        case .inDoubt: break
        }
    }
}
