import Coordination
import FailoverCore
import KubernetesClient
import Probing
import StandbyConfiguration
import Transport

/// How a hook is tried once.
extension HookRunner {
    /// Runs commands in pods as probes do, and sends requests.
    ///
    /// `posts`: the loop for requests.
    convenience init(_ parts: Supervisor.Parts, posts: LazyLoop) {
        self.init(metrics: parts.metrics) { errand in
            switch errand.hook.action {
            case .httpPost(let post):
                await Self.send(PostRequest(post, timeout: errand.hook.timeout), errand.body, on: posts.loop)
            case .exec(let command):
                await Self.run(command, for: errand, client: parts.client, loop: parts.probeLoop)
            }
        }
    }

    private static func send(_ request: PostRequest, _ body: String, on loop: EventLoop) async -> Attempt {
        switch await request.send(body, on: loop) {
        case .taken: .succeeded
        case .refused(let words): .refused("\(request.host): \(words)")
        case .failed(let words): .failed("\(request.host): \(words)")
        }
    }

    /// The pod is read first: of its name there may be another by now, and its environment is in no event.
    private static func run(
        _ command: HookConfiguration.Hook.Command,
        for errand: HookErrand,
        client: APIClient,
        loop: EventLoop
    ) async -> Attempt {
        let start = ContinuousClock.now
        let pod: Pod
        do throws(KubernetesError) {
            pod = try await client.get(
                Pod.self,
                namespace: errand.namespace,
                name: errand.call.pod,
                timeout: min(errand.hook.timeout, APIClient.requestTimeout),
                retry: .none
            )
        } catch {
            return error.isAbsence ? .gone : .failed("the pod cannot be read: \(error)")
        }
        let rest = errand.hook.timeout - (.now - start)
        guard pod.metadata.uid == errand.call.id.uid, !pod.hasFinished else { return .gone }
        guard rest > .zero else { return .failed("no end in time") }
        let target = target(command, for: errand, in: pod, timeout: rest)
        let transcript = await ProbeOnce(target, on: loop, client: client).run()
        return transcript.verdict == .success ? .succeeded : .failed(transcript.detail)
    }

    private static func target(
        _ command: HookConfiguration.Hook.Command,
        for errand: HookErrand,
        in pod: Pod,
        timeout: Duration
    ) -> ProbeTarget {
        let container = ProbedContainer(of: pod)
        let exec = ExecProbe(command: command.command, container: command.container)
        let handler = CommandExpansion.expanded(.exec(exec)) {
            container.environment(of: $0.container ?? container.defaultName)
                .merging(errand.variables) { _, ours in ours }
        }
        var probe = ProbeConfiguration(handler: handler)
        probe.timing.timeout = timeout
        return ProbeTarget(
            id: errand.call.id,
            group: errand.group,
            pod: errand.call.pod,
            namespace: errand.namespace,
            address: pod.status?.podIP ?? "",
            role: errand.role,
            isReady: pod.isReady,
            incarnation: "",
            ports: [:],
            defaultContainer: container.defaultName,
            probe: probe,
            initialWait: .zero
        )
    }
}
