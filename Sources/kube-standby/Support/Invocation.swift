import Foundation

/// By which name the binary was called.
enum Invocation {
    /// The name of the file, or of a link to it, that makes it a plugin of kubectl.
    ///
    /// https://kubernetes.io/docs/tasks/extend-kubectl/kubectl-plugins/
    static let pluginName = "kubectl-standby"
    private static let ownName = "kube-standby"

    /// What usage lines call it; completions are of a program, whose name has no space.
    ///
    /// `arguments`: with the name as the first.
    static func commandName(_ arguments: [String]) -> String {
        guard isPlugin(arguments) else { return ownName }
        return arguments.contains { $0.hasPrefix("--generate-completion-script") } ? pluginName : "kubectl standby"
    }

    /// A text that names the command as it was called, in its examples, too.
    static func named(_ text: String, _ arguments: [String] = CommandLine.arguments) -> String {
        isPlugin(arguments) ? text.replacing("  \(ownName) ", with: "  kubectl standby ") : text
    }

    private static func isPlugin(_ arguments: [String]) -> Bool {
        arguments.first.map { URL(filePath: $0).lastPathComponent } == pluginName
    }
}
