import Foundation
import KubernetesClient
import Sandbox
import TestedCluster
import YAMLDocument

/// A namespace of a cluster with groups on it, a node whose kubelet this suite plays, and the files of the real binary.
///
/// Everything goes through the API, so that the sandbox and a real control plane see the same suite.
struct ClusterStage: Sendable {
    let cluster: TestedCluster
    let namespace: String
    let node: String
    let kubelet: Kubelet
    let applications: ToyApplications
    let record: ClusterRecord
    /// Whether the EndpointSlice controller publishes our pods: a real one publishes no loopback address.
    let publishesEndpoints: Bool
    private let folder: URL

    /// Runs `body` on a stage that is taken down afterwards.
    static func run<Result: Sendable>(
        _ body: @Sendable @escaping (ClusterStage) async throws -> Result
    ) async throws -> Result {
        var options = Sandbox.Options()
        // This suite plays the kubelet, here as elsewhere.
        options.nodes = 0
        let parameters = TestedCluster.Parameters()
        return try await TestedCluster.run(parameters, options) { cluster in
            let stage = try ClusterStage(cluster, isSandbox: try await cluster.isSandbox(), parameters)
            return try await stage.play(body)
        }
    }

    private init(_ cluster: TestedCluster, isSandbox: Bool, _ parameters: TestedCluster.Parameters) throws {
        self.cluster = cluster
        let id = UUID().uuidString.prefix(8).lowercased()
        namespace = "\(parameters.namespace ?? "kube-standby-e2e")-\(id)"
        node = "kube-standby-e2e-\(id)"
        let addresses = try Self.addresses(parameters)
        publishesEndpoints = isSandbox || !addresses.isLoopback
        applications = ToyApplications(addresses: addresses)
        record = ClusterRecord(cluster.speaker)
        kubelet = Kubelet(
            node: node,
            api: HTTPKubeletAPI(cluster.speaker),
            applications: applications,
            terminationDelay: .milliseconds(200),
            pace: Pace()
        )
        folder = FileManager.default.temporaryDirectory.appending(path: "kube-standby-e2e-\(id)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private static func addresses(_ parameters: TestedCluster.Parameters) throws -> AddressRange {
        guard let text = parameters.addresses else { return .loopback }
        guard let range = AddressRange(text) else {
            throw TestedCluster.Unusable(description: "ADDRESSES=\(text): give a range such as 10.99.0.0/24")
        }
        return range
    }

    /// Pods on addresses at which nobody can listen would only be waited for.
    private func checkAddresses() async throws {
        let address = await applications.start(name: "check", namespace: namespace, uid: "check", port: 8080)
        await applications.stop(uid: "check")
        if address == nil {
            throw TestedCluster.Unusable(
                description:
                    "ADDRESSES: nobody can listen there; ip route add local RANGE dev lo makes a range this machine's"
            )
        }
    }

    private func play<Result: Sendable>(
        _ body: @Sendable @escaping (ClusterStage) async throws -> Result
    ) async throws -> Result {
        try await checkAddresses()
        _ = try await cluster.prepareNamespace(namespace)
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { await kubelet.run() }
                    group.addTask { await record.watch(namespace) }
                    defer { group.cancelAll() }
                    return try await body(self)
                }
            )
        } catch {
            result = .failure(error)
        }
        try await takeDown()
        return try result.get()
    }

    private func takeDown() async throws {
        try? FileManager.default.removeItem(at: folder)
        await applications.stopAll()
        for place in [namespace, otherNamespace] {
            let pods = try await cluster.speaker.ask("GET", "/api/v1/namespaces/\(place)/pods").body["items"].array
            try await cluster.deleteNamespace(place)
            // No kubelet is left to confirm them.
            for pod in pods ?? [] { try await HTTPKubeletAPI(cluster.speaker).confirmDeletion(of: pod) }
        }
        _ = try await cluster.speaker.ask("DELETE", "/api/v1/nodes/\(node)")
        let leases = "/apis/coordination.k8s.io/v1/namespaces/\(NodeStatus.leaseNamespace)/leases"
        _ = try await cluster.speaker.ask("DELETE", "\(leases)/\(node)")
    }

    // MARK: Setting the scene

    /// The namespace of tests that need two.
    var otherNamespace: String { "\(namespace)-b" }

    /// Creates every object of a YAML text, or merges it into the one that exists.
    func apply(_ yaml: String, namespace: String? = nil) async throws {
        let namespace = namespace ?? self.namespace
        for document in try YAMLDocument.parseStream(Array(yaml.utf8)) where document.mapping != nil {
            let object = JSONValue(document)
            let path = try Self.path(of: object, namespace)
            let name = object["metadata"]["name"].string ?? ""
            let patched = try await cluster.speaker.ask(
                "PATCH",
                "\(path)/\(name)",
                object,
                type: "application/merge-patch+json"
            )
            if patched.code == 200 { continue }
            let created = try await cluster.speaker.ask("POST", path, object)
            if created.code != 201 {
                throw TestedCluster.Unusable(description: "cannot apply \(name): \(created.text)")
            }
        }
    }

    private static func path(of object: JSONValue, _ namespace: String) throws -> String {
        let version = object["apiVersion"].string ?? ""
        let kind = object["kind"].string ?? ""
        guard let known = Kind.all.first(where: { $0.kind == kind && $0.apiVersion == version }) else {
            throw TestedCluster.Unusable(description: "no kind \(kind) of \(version)")
        }
        return (known.group.isEmpty ? "/api/v1" : "/apis/\(version)") + "/namespaces/\(namespace)/\(known.plural)"
    }

    /// Puts a StatefulSet and its active/passive Service on the stage and waits until all pods run.
    func place(_ name: String, replicas: Int = 3, namespace: String? = nil) async throws {
        try await apply(Manifests.service(name), namespace: namespace)
        try await apply(Manifests.statefulSet(name, replicas: replicas, node: node), namespace: namespace)
        try await waitForPods(of: name, count: replicas, namespace: namespace)
    }

    func waitForPods(of name: String, count: Int, namespace: String? = nil) async throws {
        let place = namespace ?? self.namespace
        try await record.wait(atMost: .seconds(60), for: "\(count) pods of \(name) to run") { record in
            await record.list(.pods, namespace: place).count {
                $0["metadata"]["labels"]["app"] == .string(name) && PodStatus.isReady($0)
                    && $0["metadata"]["deletionTimestamp"] == .null
            } == count
        }
    }

    func set(_ behaviour: ToyApplications.Behaviour, pod: String, namespace: String? = nil) async {
        await applications.set(behaviour, pod: pod, namespace: namespace ?? self.namespace)
    }

    /// Changes labels of a pod as a user does; nil takes a label away.
    func label(_ pod: String, _ key: String, _ value: String?) async throws {
        let labels: JSONValue = .object([key: value.map(JSONValue.string) ?? .null])
        let answer = try await cluster.speaker.ask(
            "PATCH",
            "/api/v1/namespaces/\(namespace)/pods/\(pod)",
            .object(["metadata": .object(["labels": labels])]),
            type: "application/merge-patch+json"
        )
        if answer.code != 200 { throw TestedCluster.Unusable(description: answer.text) }
    }

    func delete(_ path: String, gracePeriod: Int? = nil) async throws {
        let query = gracePeriod.map { "?gracePeriodSeconds=\($0)" } ?? ""
        let answer = try await cluster.speaker.ask("DELETE", path + query)
        if answer.code != 200 { throw TestedCluster.Unusable(description: answer.text) }
    }

    func deletePod(_ name: String, gracePeriod: Int? = nil) async throws {
        try await delete("/api/v1/namespaces/\(namespace)/pods/\(name)", gracePeriod: gracePeriod)
    }

    // MARK: The supervisor

    /// Writes the files of the real binary, which runs with the rights of a ServiceAccount of its own.
    ///
    /// - Returns: the arguments of `run`.
    func arguments(groups: [String], rights: String = Manifests.rights, _ more: [String] = []) async throws -> [String]
    {
        let configuration = "apiVersion: kube-standby.io/v1\nkind: StandbyConfiguration\ngroups:\n" + groups.joined()
        try await apply(rights)
        let token = try await token(of: "standby")
        try await cluster.retry(for: "the rights of the ServiceAccount") {
            let pods = "/api/v1/namespaces/\(namespace)/pods"
            return try await cluster.speaker.ask("GET", pods, token: token).code == 200
        }
        return [
            "run", "--config", try write("config.yaml", configuration), "--kubeconfig",
            try write("kubeconfig", try kubeconfig(token: token)), "--listen", "off",
        ] + more
    }

    private func token(of account: String) async throws -> String {
        let path = "/api/v1/namespaces/\(namespace)/serviceaccounts/\(account)/token"
        let answer = try await cluster.speaker.ask("POST", path, ["spec": ["expirationSeconds": 3600]])
        guard let token = answer.body["status"]["token"].string else {
            throw TestedCluster.Unusable(description: "no token for \(account): \(answer.text)")
        }
        return token
    }

    private func kubeconfig(token: String) throws -> String {
        let cluster = cluster.connection.cluster
        var trust = cluster.isVerified ? "" : "insecure-skip-tls-verify: true, "
        if let authority = try cluster.authority?.bytes() {
            trust += "certificate-authority-data: \(Data(authority).base64EncodedString()), "
        }
        if let name = cluster.serverName { trust += "tls-server-name: \(name), " }
        return """
            apiVersion: v1
            kind: Config
            current-context: e2e
            contexts: [{name: e2e, context: {cluster: e2e, user: e2e, namespace: \(namespace)}}]
            clusters: [{name: e2e, cluster: {\(trust)server: "\(cluster.server)"}}]
            users: [{name: e2e, user: {token: \(token)}}]

            """
    }

    private func write(_ name: String, _ text: String) throws -> String {
        let file = folder.appending(path: name)
        try Data(text.utf8).write(to: file)
        return file.path(percentEncoded: false)
    }
}
