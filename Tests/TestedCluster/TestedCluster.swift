import Foundation
package import KubernetesClient
package import Sandbox
package import Transport

/// The cluster that a suite runs against: the one that a kubeconfig names, or a sandbox that is made for it.
package struct TestedCluster: Sendable {
    package let speaker: APISpeaker
    package let connection: ClusterConnection
    /// The text of a kubeconfig that reaches the cluster.
    package let kubeconfig: String
    package let loop: EventLoop

    /// What the environment says about the cluster to test.
    package struct Parameters: Sendable {
        /// Nil: a sandbox.
        package var kubeconfig: String?
        package var namespace: String?
        /// Addresses of this machine for applications, such as `10.99.0.0/24`; nil: loopback.
        package var addresses: String?

        package init(environment: [String: String] = ProcessInfo.processInfo.environment) {
            func value(_ key: String) -> String? { environment[key].flatMap { $0.isEmpty ? nil : $0 } }
            kubeconfig = value("KUBE_STANDBY_TEST_KUBECONFIG")
            namespace = value("KUBE_STANDBY_TEST_NAMESPACE")
            addresses = value("KUBE_STANDBY_TEST_ADDRESSES")
        }
    }

    /// Runs `body` with the cluster of the environment.
    ///
    /// `options`: for the sandbox, if it is one.
    package static func run<Result: Sendable>(
        _ parameters: Parameters = Parameters(),
        _ options: Sandbox.Options = .init(),
        _ body: @Sendable @escaping (TestedCluster) async throws -> Result
    ) async throws -> Result {
        let loop = EventLoop(name: "cluster")
        defer { loop.stop() }
        if let file = parameters.kubeconfig {
            let connection = try ClusterConnection.load(kubeconfig: file, context: nil)
            let text = try String(contentsOfFile: file, encoding: .utf8)
            return try await body(TestedCluster(connection: connection, kubeconfig: text, loop: loop))
        }
        return try await Sandbox.run(options) { sandbox in
            let connection = ClusterConnection(
                cluster: .init(server: await sandbox.url, authority: .inline(Array(sandbox.authority.utf8))),
                credential: Credential(token: .inline(Sandbox.adminToken)),
                namespace: "default"
            )
            let text = await sandbox.kubeconfig()
            return try await body(TestedCluster(connection: connection, kubeconfig: text, loop: loop))
        }
    }

    private init(connection: ClusterConnection, kubeconfig: String, loop: EventLoop) {
        self.connection = connection
        self.kubeconfig = kubeconfig
        self.loop = loop
        speaker = APISpeaker(connection: connection, loop: loop)
    }

    /// Whether the server says of itself that it is a sandbox, ours or one that runs elsewhere.
    package func isSandbox() async throws -> Bool {
        try await speaker.ask("GET", "/version").body["gitVersion"] == .string(Sandbox.version)
    }

    /// Where the API server is.
    package var url: String { connection.cluster.server }

    // MARK: Namespaces

    /// Makes sure that a namespace is there and ready for pods.
    ///
    /// - Returns: whether it had to be created.
    package func prepareNamespace(_ name: String) async throws -> Bool {
        let path = "/api/v1/namespaces/\(name)"
        var isNew = false
        if try await speaker.ask("GET", path).code == 404 {
            let body: JSONValue = ["metadata": ["name": .string(name)]]
            let created = try await speaker.ask("POST", "/api/v1/namespaces", body)
            guard created.code == 201 else { throw Unusable(description: "cannot create \(name): \(created.text)") }
            isNew = true
        }
        try await retry(for: "the ServiceAccount \"default\" of \(name)") {
            try await speaker.ask("GET", path + "/serviceaccounts/default").code == 200
        }
        return isNew
    }

    package func deleteNamespace(_ name: String) async throws {
        _ = try await speaker.ask("DELETE", "/api/v1/namespaces/\(name)")
    }

    /// The cluster cannot be used for the suite.
    package struct Unusable: Error, CustomStringConvertible {
        package var description: String

        package init(description: String) {
            self.description = description
        }
    }

    /// Asks again and again, at growing intervals, until it is so: for what an API server decides behind its caches and
    /// tells nobody about.
    package func retry(
        for what: String,
        atMost limit: Duration = .seconds(60),
        until isDone: @Sendable () async throws -> Bool
    ) async throws {
        let end = ContinuousClock.now + limit
        var pause: Duration = .milliseconds(10)
        while try await !isDone() {
            if .now > end { throw Unusable(description: "waited \(limit) in vain for \(what)") }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .milliseconds(500))
        }
    }
}
