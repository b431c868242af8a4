import Foundation

/// The connection that a pod has by its service account.
///
/// https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
package enum InClusterConnection {
    /// Where the kubelet mounts the service account.
    package static let folder = "/var/run/secrets/kubernetes.io/serviceaccount"

    /// Nil if the environment says that this is no pod.
    ///
    /// - Throws: if it is one and its token or authority cannot be read; never falls back to the system's authorities.
    package static func load(
        environment: [String: String],
        folder: String = folder
    ) throws(CredentialError) -> ClusterConnection? {
        guard let host = environment["KUBERNETES_SERVICE_HOST"], !host.isEmpty,
            let port = environment["KUBERNETES_SERVICE_PORT"], !port.isEmpty
        else { return nil }
        _ = try Secret.file("\(folder)/token").bytes()
        _ = try Secret.file("\(folder)/ca.crt").bytes()
        let address = host.contains(":") ? "[\(host)]" : host
        var connection = ClusterConnection(
            cluster: .init(server: "https://\(address):\(port)", authority: .file("\(folder)/ca.crt")),
            credential: Credential(token: .file("\(folder)/token")),
            namespace: namespace(environment: environment, folder: folder)
        )
        connection.isOfPod = true
        return connection
    }

    private static func namespace(environment: [String: String], folder: String) -> String {
        if let name = environment["POD_NAMESPACE"], !name.isEmpty { return name }
        let bytes = (try? Secret.file("\(folder)/namespace").bytes()) ?? []
        let name = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        return name.isEmpty ? "default" : name
    }
}
