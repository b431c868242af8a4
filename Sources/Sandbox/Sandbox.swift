import Foundation
import YAMLDocument

/// A Kubernetes cluster on a stage: an API server over TLS, the few controllers that a failover needs, and toy applications
/// on loopback addresses.
package struct Sandbox: Sendable {
    /// How the stage is set.
    package struct Options: Sendable {
        /// How often watches get a bookmark.
        package var bookmarkInterval: Duration = .seconds(60)
        /// How long a toy application takes to end.
        package var terminationDelay: Duration = .milliseconds(200)

        package init() {}
    }

    /// The token of a user who may do everything.
    package static let adminToken = "sandbox-admin"

    package let store: ObjectStore
    package let applications: ToyApplications
    package let access: Access
    package let control: ServerControl
    package let server: APIServer
    private let certificates: Certificates
    private let kubelet: PodRuntime
    private let pages: PageStore

    private init(_ options: Options) throws {
        store = ObjectStore()
        applications = ToyApplications()
        access = Access()
        control = ServerControl()
        pages = PageStore()
        certificates = try Certificates()
        kubelet = PodRuntime(store: store, applications: applications, terminationDelay: options.terminationDelay)
        let handler = APIHandler(store: store, pages: pages, kubelet: kubelet)
        server = APIServer(
            responder: APIResponder(
                handler: handler,
                access: access,
                control: control,
                bookmarkInterval: options.bookmarkInterval
            ),
            certificates: certificates
        )
    }

    /// Runs a sandbox for as long as `body` takes; afterwards nothing of it is left.
    package static func run<Result: Sendable>(
        _ options: Options = Options(),
        _ body: @Sendable (Sandbox) async throws -> Result
    ) async throws -> Result {
        let sandbox = try Sandbox(options)
        await sandbox.access.admit(token: adminToken, user: "admin", rules: [.all])
        try await sandbox.createNamespace("default")
        try await sandbox.server.start()
        let result: Swift.Result<Result, any Error>
        do {
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
            group.addTask { await kubelet.run() }
            group.addTask { await EndpointSliceController(store: store).run() }
            group.addTask { await StatefulSetController(store: store, kubelet: kubelet).run() }
            defer { group.cancelAll() }
            return try await body(self)
        }
    }

    // MARK: Setting the scene

    package func createNamespace(_ name: String) async throws(APIFailure) {
        try await store.create(.namespaces, namespace: "", ["metadata": ["name": .string(name)]])
    }

    /// Creates every object of a YAML text, or merges it into the one that exists.
    package func apply(_ yaml: String, namespace: String = "default") async throws {
        for document in try YAMLDocument.parseStream(Array(yaml.utf8)) where document.mapping != nil {
            let object = JSONValue(document)
            guard let kind = Kind.named(object["kind"].string ?? "", apiVersion: object["apiVersion"].string ?? "")
            else {
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
    }

    /// Deletes a pod as `kubectl delete pod` does.
    package func deletePod(_ name: String, namespace: String = "default", gracePeriod: Int? = nil) async throws {
        _ = try await kubelet.delete(
            ObjectKey(.pods, namespace: namespace, name: name),
            gracePeriod: gracePeriod,
            .init()
        )
    }

    /// Forgets the history that watches and continued lists need, so that they are answered with 410.
    package func compact() async {
        await store.compact()
        await pages.expireAll()
    }

    // MARK: For clients

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
