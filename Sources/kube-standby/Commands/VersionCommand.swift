import ArgumentParser

/// `kube-standby version`.
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "Print the version.",
        discussion: "EXAMPLE\n  kube-standby version\n\nEXIT CODES\n  0 printed, 2 it could not be written"
    )

    func run() {
        StandardOutput.print("kube-standby \(KubeStandby.version)")
    }
}
