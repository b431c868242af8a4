import Foundation
import YAMLDocument

/// An in-memory Kubernetes cluster: an API server over TLS, the few controllers that a failover needs, and toy applications
/// on loopback addresses.
package struct Sandbox: Sendable {
    /// What the sandbox starts with.
    package struct Options: Sendable {
        /// How often watches get a bookmark.
        package var bookmarkInterval: Duration = .seconds(60)
        /// How long a toy application takes to end.
        package var terminationDelay: Duration = .milliseconds(200)
        /// How many nodes there are; with none, somebody else does the work of the kubelet.
        package var nodes = 3
        /// How fast heartbeats, graces and evictions pass.
        package var pace = Pace()
        /// Changes that are kept; watches and assertions reach no further back.
        package var historyLimit = 200_000
        /// Where the toy applications listen.
        package var addresses: AddressRange = .loopback
        /// The API server's port; 0: any that is free.
        package var port = 0
        /// Whether Services and pods may have addresses of IPv6 beside those of IPv4; nothing listens at them.
        package var isDualStack = false
        /// Whether Endpoints are kept of each Service with a selector, as a real cluster does beside its EndpointSlices: one more
        /// write for each change of an endpoint.
        package var keepsEndpoints = false
        /// The port of the DNS server, on UDP; 0: any that is free; nil: there is none.
        package var dnsPort: Int?

        /// The defaults: three nodes at the pace of a real cluster, at loopback addresses and a free port.
        package init() {}
    }

    /// The token of a user who may do everything.
    package static let adminToken = "sandbox-admin"

    /// The version that the sandbox says it is.
    package static let version = "v1.36.0-sandbox"

    /// The objects; what is written here directly passes neither authorization nor faults.
    package let store: ObjectStore
    /// What runs in the pods.
    package let applications: ToyApplications
    /// The tokens that the API server accepts.
    package let authentication: Authentication
    /// The faults, and the log of requests.
    package let control: ServerControl
    /// The HTTPS listener, to stop and to start again.
    package let server: APIServer
    /// The nodes, to fail and to recover.
    package let nodes: Nodes
    /// How the EndpointSlice controller lags behind itself, if it is asked to.
    package let sliceDelay = EndpointSliceDelay()
    /// The authority and the server's certificate, new for each sandbox.
    package let certificates: Certificates
    /// Answers for the names of Services; nil if it was not asked for.
    package let dns: DNSServer?
    private let pace: Pace
    private let keepsEndpoints: Bool

    private init(_ options: Options) throws {
        store = ObjectStore(historyLimit: options.historyLimit, isDualStack: options.isDualStack)
        applications = ToyApplications(addresses: options.addresses)
        authentication = Authentication()
        control = ServerControl()
        certificates = try Certificates()
        pace = options.pace
        keepsEndpoints = options.keepsEndpoints
        let names = ClusterNames(store: store)
        dns = options.dnsPort.map { DNSServer(names: names, port: $0) }
        nodes = Nodes(
            count: options.nodes,
            store: store,
            applications: applications,
            terminationDelay: options.terminationDelay,
            pace: pace,
            isDualStack: options.isDualStack
        )
        let handler = APIHandler(
            store: store,
            authentication: authentication,
            authorizer: Authorizer(store: store)
        )
        server = APIServer(
            responder: APIResponder(handler: handler, control: control, bookmarkInterval: options.bookmarkInterval),
            applications: applications,
            certificates: certificates,
            port: options.port
        )
    }

    /// Runs a sandbox for as long as `body` takes; afterwards nothing of it is left.
    package static func run<Result: Sendable>(
        _ options: Options = Options(),
        _ body: @Sendable (Sandbox) async throws -> Result
    ) async throws -> Result {
        let sandbox = try Sandbox(options)
        await sandbox.authentication.admit(
            token: adminToken,
            Caller(user: "kubernetes-admin", groups: [Caller.masters])
        )
        try await sandbox.apply(BootstrapObjects.manifests)
        try await sandbox.server.start()
        let result: Swift.Result<Result, any Error>
        do {
            try await sandbox.dns?.start()
            result = .success(try await sandbox.runControllers(during: body))
        } catch {
            result = .failure(error)
        }
        await sandbox.server.stop()
        await sandbox.applications.stopAll()
        return try result.get()
    }

    private func runControllers<Result: Sendable>(
        during body: @Sendable (Sandbox) async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await nodes.run() }
            group.addTask { await Scheduler(store: store).run() }
            group.addTask { await NodeLifecycleController(store: store, pace: pace).run() }
            group.addTask { await EndpointSliceController(store: store, delay: sliceDelay).run() }
            group.addTask { await EndpointSliceMirroring(store: store).run() }
            if keepsEndpoints { group.addTask { await EndpointsController(store: store).run() } }
            if let dns { group.addTask { await dns.run() } }
            group.addTask { await StatefulSetController(store: store, pace: pace).run() }
            group.addTask { await ReplicaSetController(store: store, pace: pace).run() }
            group.addTask { await DeploymentController(store: store).run() }
            group.addTask { await DisruptionController(store: store, pace: pace).run() }
            group.addTask { await NamespaceController(store: store).run() }
            group.addTask { await GarbageCollector(store: store).run() }
            defer { group.cancelAll() }
            return try await body(self)
        }
    }

    // MARK: Setting up

    /// Creates a Namespace without any rights being asked for.
    ///
    /// - Throws: 409 if it exists, 422 if the name is not valid.
    package func createNamespace(_ name: String) async throws(APIFailure) {
        try await store.create(.namespaces, namespace: "", ["metadata": ["name": .string(name)]])
    }

    /// Creates every object of a YAML text, or merges it into the one that exists.
    ///
    /// - Returns: what the sandbox has no kind for, and is left out.
    @discardableResult
    package func apply(_ yaml: String, namespace: String = "default") async throws -> [String] {
        var skipped: [String] = []
        for document in try YAMLDocument.parseStream(Array(yaml.utf8)) where document.mapping != nil {
            let object = JSONValue(document)
            let (name, version) = (object["kind"].string ?? "", object["apiVersion"].string ?? "")
            guard let kind = Kind.named(name, apiVersion: version) else {
                skipped.append("\(name) of \(version)")
                continue
            }
            let place = kind.isNamespaced ? object["metadata"]["namespace"].string ?? namespace : ""
            let key = ObjectKey(kind, namespace: place, name: object["metadata"]["name"].string ?? "")
            if (try? await store.get(key)) == nil {
                try await store.create(kind, namespace: place, object)
            } else {
                try await store.modify(key) { (old) throws(APIFailure) in JSONPatch.merge(object, into: old) }
            }
        }
        return skipped
    }

    /// Deletes a pod as `kubectl delete pod` does.
    package func deletePod(_ name: String, namespace: String = "default", gracePeriod: Int? = nil) async throws {
        try await store.delete(
            ObjectKey(.pods, namespace: namespace, name: name),
            Deletion(gracePeriod: gracePeriod)
        )
    }

    /// Lets a token in as a user with these rights, everywhere or in one namespace.
    package func admit(
        token: String,
        user: String,
        rules: [PolicyRule],
        namespace: String? = nil
    ) async throws(APIFailure) {
        await authentication.admit(token: token, Caller(user: user))
        try await grant(rules, to: user, namespace: namespace)
    }

    /// Replaces the rights of a user, everywhere or in one namespace, by a role and a binding.
    package func grant(_ rules: [PolicyRule], to user: String, namespace: String? = nil) async throws(APIFailure) {
        let role: Kind = namespace == nil ? .clusterRoles : .roles
        let binding: Kind = namespace == nil ? .clusterRoleBindings : .roleBindings
        let name = "sandbox:\(user)"
        let place = namespace ?? ""
        for kind in [role, binding] { await store.remove(ObjectKey(kind, namespace: place, name: name)) }
        try await store.create(
            role,
            namespace: place,
            ["metadata": ["name": .string(name)], "rules": .array(rules.map(\.json))]
        )
        try await store.create(
            binding,
            namespace: place,
            [
                "metadata": ["name": .string(name)],
                "roleRef": ["kind": .string(role.kind), "name": .string(name)],
                "subjects": [["kind": "User", "name": .string(user)]],
            ]
        )
    }

    /// Forgets the history that watches and continued lists need, so that they are answered with 410.
    package func compact() async {
        await store.compact()
    }

    // MARK: For clients

    /// `https://127.0.0.1:PORT`, the base of the API's paths.
    package var url: String {
        get async { "https://127.0.0.1:\(await server.port)" }
    }

    /// The authority that signed the server's certificate, PEM.
    package var authority: String { certificates.authority }

    /// A kubeconfig for a token.
    package func kubeconfig(token: String = Sandbox.adminToken, namespace: String = "default") async -> String {
        """
        apiVersion: v1
        kind: Config
        current-context: sandbox
        contexts:
        - name: sandbox
          context: {cluster: sandbox, user: sandbox, namespace: \(namespace)}
        clusters:
        - name: sandbox
          cluster:
            server: \(await url)
            certificate-authority-data: \(Data(authority.utf8).base64EncodedString())
        users:
        - name: sandbox
          user: {token: \(token)}

        """
    }
}
