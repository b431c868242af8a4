import Foundation
import Testing

@testable import KubernetesClient

/// Where a cluster is looked for.
@Suite struct KubeconfigFilesTests {
    /// Runs with a folder that has these files.
    private func run(_ files: [String], _ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "kubeconfig-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for file in files {
            let place = folder.appending(path: file)
            try FileManager.default.createDirectory(
                at: place.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data("{}".utf8).write(to: place)
        }
        try body(folder.path(percentEncoded: false))
    }

    @Test func theFileThatIsNamedStandsAloneAndMustBeThere() throws {
        try run(["a", "home/.kube/config"]) { folder in
            let environment = ["KUBECONFIG": "\(folder)/b", "HOME": "\(folder)/home"]
            let found = try KubeconfigFiles.find(explicit: "\(folder)/a", environment: environment)
            #expect(found == ["\(folder)/a"])
            #expect(throws: CredentialError.self) {
                try KubeconfigFiles.find(explicit: "\(folder)/none", environment: environment)
            }
        }
    }

    @Test(arguments: [
        ("a:b", ["a", "b"]), ("b:a", ["b", "a"]), ("a:a", ["a"]), ("none:a", ["a"]), (":a:", ["a"]), ("none", []),
        ("", ["home/.kube/config"]),
    ]) func theVariablesFilesCountInTheirOrder(list: String, found: [String]) throws {
        try run(["a", "b", "home/.kube/config"]) { folder in
            let paths = list.split(separator: ":", omittingEmptySubsequences: false).map {
                $0.isEmpty ? "" : "\(folder)/\($0)"
            }
            let environment = ["KUBECONFIG": paths.joined(separator: ":"), "HOME": "\(folder)/home"]
            let files = try KubeconfigFiles.find(explicit: nil, environment: environment)
            #expect(files == found.map { "\(folder)/\($0)" })
        }
    }

    @Test func withoutAVariableTheHomeFolderCounts() throws {
        try run(["home/.kube/config"]) { folder in
            let own = ["\(folder)/home/.kube/config"]
            let environments = [["HOME": "\(folder)/home"], ["HOME": folder], [:]]
            var found: [[String]] = []
            for environment in environments {
                found.append(try KubeconfigFiles.find(explicit: nil, environment: environment))
            }
            #expect(found == [own, [], []])
        }
    }

    @Test func saysWhereItHasLooked() {
        let words =
            "no cluster to talk to: --kubeconfig is not given, $KUBECONFIG names no file that exists (\"/none\"), "
            + "~/.kube/config does not exist, this is no pod with a service account; give --kubeconfig FILE"
        do throws(CredentialError) {
            _ = try ClusterConnection.load(kubeconfig: nil, context: nil, environment: ["KUBECONFIG": "/none"])
            Issue.record("found a cluster")
        } catch { #expect("\(error)" == words) }
    }

    // MARK: The pod's own service account

    @Test(arguments: [
        ("10.0.0.1", "443", "https://10.0.0.1:443"), ("fd00::1", "6443", "https://[fd00::1]:6443"),
        ("api.example", "1", "https://api.example:1"),
    ]) func aPodsServerIsThatOfItsEnvironment(host: String, port: String, server: String) throws {
        try run(["token", "ca.crt"]) { folder in
            let environment = ["KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": port]
            let connection = try #require(try InClusterConnection.load(environment: environment, folder: folder))
            #expect(connection.cluster.server == server && connection.namespace == "default")
            #expect(connection.cluster.authority == .file("\(folder)/ca.crt"))
            #expect(connection.credential.token == .file("\(folder)/token"))
        }
    }

    @Test(arguments: [
        [:], ["KUBERNETES_SERVICE_HOST": "h"], ["KUBERNETES_SERVICE_HOST": "", "KUBERNETES_SERVICE_PORT": "1"],
    ])
    func whatSaysNothingOfAServerIsNoPod(environment: [String: String]) throws {
        try run([]) { folder in
            let connection = try InClusterConnection.load(environment: environment, folder: folder)
            #expect(connection == nil)
        }
    }

    /// It never falls back to the system's authorities, or to nobody.
    @Test(arguments: ["token", "ca.crt"]) func aPodWithoutItsFilesIsAFailure(only: String) throws {
        try run([only]) { folder in
            let environment = ["KUBERNETES_SERVICE_HOST": "h", "KUBERNETES_SERVICE_PORT": "1"]
            #expect(throws: CredentialError.self) {
                try InClusterConnection.load(environment: environment, folder: folder)
            }
        }
    }

    @Test(
        arguments: [(nil, "shop\n", "shop"), ("ops", "shop", "ops"), ("", "shop", "shop"), (nil, " \n", "default")]
            as [(String?, String, String)]
    )
    func theNamespaceIsThePodsOwn(variable: String?, file: String, namespace: String) throws {
        try run(["token", "ca.crt", "namespace"]) { folder in
            try Data(file.utf8).write(to: URL(filePath: "\(folder)/namespace"))
            var environment = ["KUBERNETES_SERVICE_HOST": "h", "KUBERNETES_SERVICE_PORT": "1"]
            environment["POD_NAMESPACE"] = variable
            let connection = try InClusterConnection.load(environment: environment, folder: folder)
            #expect(connection?.namespace == namespace)
        }
    }
}
