import ArgumentParser

/// The command line.
@main
struct KubeStandby: AsyncParsableCommand {
    /// The version of this build.
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: Invocation.commandName(CommandLine.arguments),
        abstract: "Keeps exactly one healthy pod behind every active/passive Kubernetes Service.",
        discussion: """
            EXAMPLES
              kube-standby validate config.yaml
              kube-standby run --config config.yaml
              kube-standby status -A
              kube-standby switchover web --to web-1

            As kubectl-standby on the PATH it is a plugin: kubectl standby status -A.

            EXIT CODES
              0   done, or ended as asked
              1   the configuration has mistakes, a group has no healthy active pod, or a request was refused
              2   something could not be read, written, reached or listened at
              64  wrong usage
            """,
        version: version,
        subcommands: [
            RunCommand.self, ValidateCommand.self, SchemaCommand.self, RBACCommand.self, PDBCommand.self,
            ProbeCommand.self, SwitchoverCommand.self, PauseCommand.self, ResumeCommand.self, FenceCommand.self,
            UnfenceCommand.self,
            HistoryCommand.self, StatusCommand.self, ExplainCommand.self, ReportCommand.self, DashboardCommand.self,
            VersionCommand.self,
        ] + sandboxCommands
    )

    /// What needs the sandbox; none in a build without it.
    private static var sandboxCommands: [any ParsableCommand.Type] {
        #if Sandbox
        [DemoCommand.self, SandboxCommand.self]
        #else
        []
        #endif
    }
}
