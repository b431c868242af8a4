import ArgumentParser

/// How diagnostics are printed.
enum DiagnosticFormat: String, ExpressibleByArgument, CaseIterable {
    /// As compilers print them, on standard error; in colour on a terminal.
    case text
    /// One array of objects, on standard output.
    case json
    /// Workflow commands of GitHub Actions, on standard output.
    ///
    /// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
    case github
}
