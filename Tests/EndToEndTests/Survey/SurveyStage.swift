import Sandbox
import TestedCluster
import Testing

extension Stage {
    /// Runs the real supervisor as a pod of the sandbox: a process that elects a leader and listens on loopback, and a pod at that address.
    ///
    /// `body` begins once the group `web` has settled, for the supervisor, too, and its pods are known to be healthy.
    func withSupervisorPod<Result: Sendable>(
        _ arguments: [String],
        name: String = "standby-0",
        namespace: String = "ops",
        _ body: @Sendable @escaping (SupervisorProcess) async throws -> Result
    ) async throws -> Result {
        try await sandbox.createNamespace(namespace)
        var arguments = arguments
        if let index = arguments.firstIndex(of: "off") { arguments[index] = "127.0.0.1:0" }
        // The groups' namespace is in the configuration, the supervisor's own on its command line.
        arguments += ["--namespace", namespace, "--leader-elect", "true"]
        return try await SupervisorProcess.run(arguments, environment: ["POD_NAME": name]) { process in
            let port = try await process.operationsPort()
            try await sandbox.apply(Self.pod(name, port: port), namespace: namespace)
            try await waitUntilSettled("web")
            _ = await process.log.wait(for: "move complete", "group.name=web")
            for pod in ["web-0", "web-1", "web-2"] { _ = await process.log.wait(for: "member.name=\(pod)", "healthy") }
            return try await body(process)
        }.result
    }

    /// A pod that no kubelet of the sandbox touches, whose address is this machine's.
    static func pod(_ name: String, port: Int) -> String {
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: \(name)}
        spec:
          schedulerName: nobody
          containers: [{name: kube-standby, image: none, ports: [{name: health, containerPort: \(port)}]}]
        status: {phase: Running, podIP: 127.0.0.1, conditions: [{type: Ready, status: "True"}]}
        """
    }

    /// The group `web` of the namespace `default`, as the configuration of a supervisor in another one says it.
    func surveyArguments() async throws -> [String] {
        try await place("web")
        return try await arguments(groups: [Manifests.group("web", "namespace: default")])
    }

    /// Somebody without rights elsewhere says in a namespace of his own that he leads everybody's groups.
    ///
    /// `port`: where his pods answer.
    func placeImpostors(_ count: Int = 1, port: Int = 9, namespace: String = "aaa") async throws {
        if namespace != "default" { try await sandbox.createNamespace(namespace) }
        for number in 0..<count {
            let lease = """
                apiVersion: coordination.k8s.io/v1
                kind: Lease
                metadata:
                  name: fake-\(number).shard-0-of-1
                  labels: {kube-standby.io/lease: shard, kube-standby.io/lease-name: fake-\(number)}
                spec: {holderIdentity: evil-\(number)_x}
                """
            try await sandbox.apply(lease, namespace: namespace)
            try await sandbox.apply(Self.pod("evil-\(number)", port: port), namespace: namespace)
        }
    }
}
