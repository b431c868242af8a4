import ArgumentParser
import Foundation
import KubernetesClient
import Operations
import Supervision

/// `kube-standby dashboard`.
struct DashboardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dashboard",
        abstract: "Show all groups in a browser, live.",
        discussion: """
            Serves the page of the supervisors' own port on this machine's loopback, and fetches what all replicas tell through the API server
            (pods/proxy), with your rights. Ctrl-C ends it.

            EXAMPLES
              kube-standby dashboard --open
              kube-standby dashboard -n shop --supervisor-namespace ops --port 8088

            EXIT CODES
              0 ended as asked, 2 the cluster is not reached or the port cannot be listened at, 64 wrong usage
            """
    )

    @OptionGroup
    /// Which cluster is asked.
    var cluster: ClusterOptions

    @OptionGroup
    /// Where supervisors are looked for.
    var supervisors: SupervisorOptions

    @Option(help: "The port on 127.0.0.1; 0 for any that is free.")
    var port = 0

    @Flag(help: "Show it in the browser.")
    var open = false

    func validate() throws {
        if !(0...65_535).contains(port) { throw ValidationError("--port \(port): give 0 to 65535") }
    }

    func run() async throws {
        let selection = SelectionOptions(cluster: cluster)
        try await selection.withClient { client, connection in
            // Without the right to read the Leases nothing could be shown, and the page could not say why.
            let scope = try await scope(client, connection)
            let follower = ClusterFollower(client: client, scope: scope) { StandardError.print($0) }
            let server = DashboardServer(port: port, following: follower) { show(at: $0) }
            do {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await server.run() }
                    group.addTask { try await Interruption.wait() }
                    defer { group.cancelAll() }
                    try await group.next()
                }
            } catch let error as KubernetesError {
                throw error
            } catch {
                StandardError.print("\(error)")
                throw ExitStatus.unreachable.exitCode
            }
        }
    }

    /// All namespaces or, without that right, the context's.
    ///
    /// - Throws: if the Leases of neither can be read.
    private func scope(_ client: APIClient, _ connection: ClusterConnection) async throws -> ClusterSurvey.Scope {
        let survey = ClusterSurvey(client: client)
        var scope = ClusterSurvey.Scope(namespace: cluster.namespace)
        scope.supervisorNamespace = supervisors.supervisorNamespace
        do throws(KubernetesError) {
            _ = try await survey.records(scope)
        } catch {
            guard error.code == 403, scope.namespace == nil else { throw error }
            scope.namespace = connection.namespace
            _ = try await survey.records(scope)
        }
        return scope
    }

    private func show(at port: Int) {
        let address = "http://127.0.0.1:\(port)/"
        StandardOutput.print("the dashboard is served at \(address) until Ctrl-C")
        guard open else { return }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["xdg-open", address]
        (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
        do { try process.run() } catch { StandardError.print("no browser can be opened: \(error)") }
    }
}
