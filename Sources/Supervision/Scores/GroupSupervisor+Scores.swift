import FailoverCore
import Foundation
import KubernetesClient
import Probing
import StandbyConfiguration

/// How a group's leader asks candidates for their scores.
extension GroupSupervisor {
    /// Candidates that are asked at once, over all groups: with a probe for each, thousands that move together would need too much.
    static let mostAsked = 64

    /// Asks these candidates in parallel; each answer, and each that cannot be had, is an input.
    func askScores(of members: [Member.ID], for id: OperationID) {
        guard let score = configuration.candidate.score else { return }
        for member in members {
            guard let target = scoreTarget(member, score) else {
                post(.scoreAnswered(id, member, .missing("the pod is not there, or has no address")))
                continue
            }
            start { [self, probes = surroundings.probes, turns = surroundings.scoreTurns] in
                let answer = await turns.withTurn(.failing, patience: score.timeout) {
                    await probes.score(of: target, at: score.value)
                }
                post(.scoreAnswered(id, member, answer ?? .missing("too many others are asked at once")))
            }
        }
    }

    private func scoreTarget(_ member: Member.ID, _ score: ScoreConfiguration) -> ProbeTarget? {
        let pod = seenPods?.objects.first { $0.metadata.uid == member.uid }
        return pod.flatMap { mapping.scoreTarget($0, score, as: machine.view[member]?.role) }
    }
}

extension PodMapping {
    /// How a candidate is to be asked for its score; nil if it cannot be.
    ///
    /// `role`: of a member of mode EndpointSlice, where its labels say none.
    func scoreTarget(_ pod: Pod, _ score: ScoreConfiguration, as role: Role? = nil) -> ProbeTarget? {
        var mapping = self
        var probe = ProbeConfiguration(handler: score.handler)
        probe.timing.timeout = score.timeout
        mapping.group.probe = probe
        mapping.group.passiveProbe = nil
        return mapping.target(pod, as: role, now: Date())
    }
}
