import ArgumentParser

/// `kube-standby version`.
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "Print the version.",
        discussion: "EXAMPLE\n  kube-standby version"
    )

    func run() {
        StandardOutput.print("kube-standby \(KubeStandby.version)")
    }
}
