import KubernetesClient
import StandbyConfiguration

/// How the ports and containers of what pods are asked are held against them.
extension ClusterExaminer {
    /// One of the things that each member is asked.
    struct Question {
        /// Where it stands in the group, down to the field that holds its handler.
        var path: [String]
        /// The request, or the command.
        var handler: ProbeConfiguration.Handler

        private init?(_ path: [String], _ handlerName: String?, _ handler: ProbeConfiguration.Handler?) {
            guard let handlerName, let handler else { return nil }
            self.path = path + [handlerName]
            self.handler = handler
        }

        /// Its probes, and the score of its candidates.
        static func all(of group: GroupConfiguration) -> [Question] {
            let (passive, score) = (group.passiveProbe, group.candidate.score)
            return [
                Question(["probe"], group.probe.handlerName, group.probe.handler),
                Question(["passiveProbe"], passive?.handlerName, passive?.handler),
                Question(["candidate", "score"], score?.handlerName, score?.handler),
            ].compactMap(\.self)
        }
    }

    /// Finds a question that a member cannot be asked; the first such member is enough.
    func examine(_ question: Question, to members: [Pod], _ report: inout Report) {
        for pod in members {
            guard let problem = ProbedContainer(of: pod).problem(of: question.handler) else { continue }
            let name = pod.metadata.name ?? ""
            switch problem {
            case .noSuchPort(let port):
                let known = pod.lastingContainers.flatMap { $0.ports ?? [] }.compactMap(\.name)
                report.add(.noSuchPort(port, pod: name, container: known), at: question.path + ["port"])
            case .ambiguousPort(let port, let containers):
                report.add(.ambiguousPort(port, pod: name, containers: containers), at: question.path + ["port"])
            case .noSuchContainer(let missing):
                let known = pod.lastingContainers.map(\.name)
                report.add(.noSuchContainer(missing, pod: name, containers: known), at: question.path + ["container"])
            }
            return
        }
    }
}
