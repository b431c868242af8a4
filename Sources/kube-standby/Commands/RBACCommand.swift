import ArgumentParser
import StandbyConfiguration
import Supervision

/// `kube-standby rbac`.
struct RBACCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rbac",
        abstract: "Print the least rights that a configuration needs, as manifests.",
        discussion: """
            A ServiceAccount, and for each namespace of a group a Role and its RoleBinding: of the account's name, with that of its
            namespace before it where the group is in another (ops:kube-standby). The Leases of groups are named; only
            their creation cannot be, and in the supervisor's own namespace those by which replicas elect a leader
            (--leader-elect=false: none). Rights to run commands in pods, to read nodes and to write EndpointSlices are there
            only if a group needs them. That to read EndpointSlices is of use to all: without it moves do not wait for the
            endpoints, and nothing is told of how long they take to follow.

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

    @Option(help: ArgumentHelp("The ServiceAccount, after which the Roles are named.", valueName: "name"))
    var serviceAccount = "kube-standby"

    @Option(help: ArgumentHelp("Whether replicas elect a leader, as run does in a pod.", valueName: "true|false"))
    var leaderElect = true

    func validate() throws {
        guard ObjectName.isNamespace(namespace) else {
            let words = "a-z, 0-9 and \"-\", at most 63, a letter or digit at both ends"
            throw ValidationError("--namespace \"\(namespace)\": allowed are \(words)")
        }
        guard ObjectName.isValid(serviceAccount) else {
            let words = "a-z, 0-9, \"-\" and \".\", at most 253, a letter or digit at both ends"
            throw ValidationError("--service-account \"\(serviceAccount)\": allowed are \(words)")
        }
    }

    func run() throws {
        let configuration = try LoadedConfiguration.load(config).configuration
        let access = RequiredAccess(configuration, namespace: namespace, electing: leaderElect)
        let account = AccessManifests.Account(name: serviceAccount, namespace: namespace)
        let documents = AccessManifests.documents(for: access, account: account)
        StandardOutput.write(documents.map(YAMLText.write).joined(separator: "---\n"))
    }
}
