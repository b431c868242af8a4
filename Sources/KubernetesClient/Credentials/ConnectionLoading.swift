import Foundation

extension ClusterConnection {
    /// Finds the cluster as kubectl does: the file given, else `$KUBECONFIG`, else `~/.kube/config`, else the pod's service
    /// account.
    ///
    /// - Throws: also if the environment names a proxy to it that cannot be used.
    package static func load(
        kubeconfig: String?,
        context: String?,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(CredentialError) -> ClusterConnection {
        let connection = try find(kubeconfig: kubeconfig, context: context, environment: environment)
        if connection.cluster.proxy == nil {
            _ = try ProxyEnvironment(environment).proxy(for: connection.cluster.server)
        }
        return connection
    }

    private static func find(
        kubeconfig: String?,
        context: String?,
        environment: [String: String]
    ) throws(CredentialError) -> ClusterConnection {
        let files = try KubeconfigFiles.find(explicit: kubeconfig, environment: environment)
        if !files.isEmpty { return try Kubeconfig.merged(files).connection(context: context) }
        if let connection = try InClusterConnection.load(environment: environment) { return connection }
        throw .noConfiguration(searched: [
            "--kubeconfig is not given",
            environment["KUBECONFIG"].map { "$KUBECONFIG names no file that exists (\"\($0)\")" }
                ?? "$KUBECONFIG is not set",
            "~/.kube/config does not exist",
            "this is no pod with a service account",
        ])
    }
}

/// Finds the kubeconfig files that count.
enum KubeconfigFiles {
    /// A file that is named explicitly must exist and stands alone; others are skipped when they are missing.
    static func find(explicit: String?, environment: [String: String]) throws(CredentialError) -> [String] {
        if let explicit {
            _ = try Secret.file(explicit).bytes()
            return [explicit]
        }
        let listed = environment["KUBECONFIG"]?.split(separator: ":").map(String.init) ?? []
        let home = environment["HOME"].map { ["\($0)/.kube/config"] } ?? []
        var seen: Set<String> = []
        return (listed.isEmpty ? home : listed).filter {
            seen.insert($0).inserted && FileManager.default.fileExists(atPath: $0)
        }
    }
}
