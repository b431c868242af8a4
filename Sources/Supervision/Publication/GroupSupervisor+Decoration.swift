import FailoverCore
import KubernetesClient
import StandbyConfiguration

/// How the pods of a group whose EndpointSlices say who is active are labelled beside that.
extension GroupSupervisor {
    /// Writes the labels of pods that do not say their roles; not in the middle of a switch.
    func decorate() {
        guard configuration.writtenLabel != nil, mayDecorate, let record = machine.record?.record else { return }
        let pods = seenPods?.objects ?? []
        decoration.keep(Set(pods.compactMap { $0.metadata.uid.map(Member.ID.init) }))
        let now = surroundings.clock.now()
        for pod in pods {
            guard let member = mapping.member(pod), let role = machine.view[member.id]?.role,
                member.lifecycle == .running
            else { continue }
            let isLabelled = mapping.labelling.says(role, in: pod.metadata.labels ?? [:])
            if isLabelled, mapping.deletionCost(pod.metadata.annotations ?? [:], as: role) != .due { continue }
            guard decoration.begins(member.id, role, of: member.version, isLabelled: isLabelled, at: now) else {
                continue
            }
            decorate(RoleWrite(member: member, role: role, epoch: record.epoch, urgency: .upkeep))
        }
        if let turn = decoration.nextTurn() { decorate(at: turn) }
    }

    /// Looks at the labels again at a time.
    private func decorate(at due: MonotonicTime) {
        start { [self, clock = surroundings.clock] in
            if await clock.sleep(due) { post(.slices(.decorationDue)) }
        }
    }

    /// Whether every pod says its role by the label that the configuration names, and by no other.
    var areAllDecorated: Bool {
        guard mapping.labelling.retiring != nil, let pods = seenPods?.objects else { return false }
        return pods.allSatisfy { pod in
            guard let member = mapping.member(pod), let role = machine.view[member.id]?.role else { return true }
            return mapping.labelling.says(role, in: pod.metadata.labels ?? [:])
        }
    }

    /// Whether this supervisor may write the labels, and who is active is certain.
    private var mayDecorate: Bool {
        guard case .usable = service, claim == .granted else { return false }
        return standing == .leading && !isDryRun && !isStopping && !machine.isSwitching && machine.actives.count <= 1
    }

    private func decorate(_ label: RoleWrite) {
        write(label.urgency, of: .role(label.member.name)) { _ in
            nil
        } inTurn: { [self] api, turn in
            let outcome = await api.writeRole(label, in: turn) { await self.isStillDue(label) }
            return .slices(.decorated(label.member.id, outcome))
        }
    }

    private func isStillDue(_ label: RoleWrite) -> Bool {
        mayDecorate && machine.view[label.member.id]?.role == label.role
    }

    /// A label was written, or was not.
    func decorated(_ pod: Member.ID, _ outcome: RoleWriteOutcome) {
        let name = machine.view[pod]?.name ?? pod.uid
        switch outcome {
        case .refused(let failure), .failed(let failure):
            guard decoration.ended(pod, outcome, as: nil) else { return }
            if decoration.complains(of: pod) {
                notify(.ignored("pod \(name): its role label cannot be written: \(failure)"))
            }
            decorate(at: surroundings.clock.now() + Decoration.pause)
        case .written(let member): _ = decoration.ended(pod, outcome, as: label(of: member))
        case .gone, .conflict, .notSent: _ = decoration.ended(pod, outcome, as: nil)
        }
    }

    private func label(of member: Member) -> Role? { machine.view[member.id]?.role }
}
