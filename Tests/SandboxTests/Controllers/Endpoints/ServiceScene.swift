@testable import Sandbox

/// A Service and pods behind it, to see who writes which endpoints.
enum ServiceScene {
    static let service = """
        apiVersion: v1
        kind: Service
        metadata: {name: web, labels: {team: a}}
        spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: web}]}
        """

    /// A pod `NAME` with a host's name at the Service.
    static func pod(_ name: String) -> String {
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: \(name), labels: {app: web}}
        spec:
          hostname: \(name)
          subdomain: web
          containers: [{name: a, image: b, ports: [{name: web, containerPort: 8080}]}]
        """
    }

    static let key = ObjectKey(.services, namespace: "default", name: "web")
    static let endpoints = ObjectKey(.endpoints, namespace: "default", name: "web")

    static func run(
        isDualStack: Bool = false,
        keepsEndpoints: Bool = false,
        _ body: @Sendable @escaping (Sandbox) async throws -> Void
    ) async throws {
        var options = Sandbox.Options()
        options.isDualStack = isDualStack
        options.keepsEndpoints = keepsEndpoints
        try await Sandbox.run(options, body)
    }

    /// Takes the Service's selector away.
    static func takeSelector(_ sandbox: Sandbox) async throws(APIFailure) {
        try await sandbox.store.modify(key) { (old) throws(APIFailure) in
            old.with("spec", old["spec"].with("selector", .null))
        }
    }

    /// The slices that somebody writes for the Service.
    static func slices(_ store: ObjectStore, by manager: String) async -> [JSONValue] {
        await store.slices(of: "web", namespace: "default").filter {
            $0["metadata"]["labels"][ServiceSlice.managedBy] == .string(manager)
        }
    }

    /// The names of the pods in slices or Endpoints.
    static func pods(_ objects: [JSONValue]) -> [String] {
        objects.flatMap { object in
            (object["endpoints"].array ?? [])
                + (object["subsets"].array ?? []).flatMap { $0["addresses"].array ?? [] }
        }.compactMap { $0["targetRef"]["name"].string }.sorted()
    }
}
