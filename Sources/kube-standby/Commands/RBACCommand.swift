import ArgumentParser
import StandbyConfiguration
import Supervision

/// `kube-standby rbac`.
struct RBACCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rbac",
        abstract: "Print the least rights that a configuration needs, as manifests.",
        discussion: """
            A ServiceAccount, and for each namespace of a group a Role and its RoleBinding. Leases are named; only their creation
            cannot be. Rights to run commands in pods, to read nodes and to write EndpointSlices are there only if a group needs
            them.

            EXAMPLES
              kube-standby rbac --config config.yaml --namespace ops | kubectl apply -f -

            EXIT CODES
              0 printed, 1 the configuration has mistakes, 2 something could not be read or written, 64 wrong usage
            """
    )

    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config: String

    @Option(help: ArgumentHelp("The supervisor's own namespace.", valueName: "name"))
    var namespace = "default"

    @Option(help: ArgumentHelp("The ServiceAccount, and the name of the Roles.", valueName: "name"))
    var serviceAccount = "kube-standby"

    func run() throws {
        let access = RequiredAccess(try LoadedConfiguration.load(config).configuration, namespace: namespace)
        let account = AccessManifests.Account(name: serviceAccount, namespace: namespace)
        let documents = AccessManifests.documents(for: access, account: account)
        StandardOutput.write(documents.map(YAMLText.write).joined(separator: "---\n"))
    }
}
