import FailoverCore
import KubernetesClient
import StandbyConfiguration

/// How the commands of hooks are held against pods.
extension ClusterExaminer {
    /// Finds hooks whose container a member lacks; the first such member is enough.
    func examineHooks(of group: GroupConfiguration, _ members: [Pod], _ report: inout Report) {
        for (kind, hook) in group.hooks.all {
            guard case .exec(let command) = hook.action, let name = command.container,
                let pod = members.first(where: { !$0.lastingContainers.contains { $0.name == name } })
            else { continue }
            report.add(
                .noSuchContainer(name, pod: pod.metadata.name ?? "", containers: pod.lastingContainers.map(\.name)),
                at: "hooks",
                kind.rawValue,
                "exec",
                "container"
            )
        }
    }
}
