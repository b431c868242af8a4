import YAMLDocument

/// Finds what does not go together in whom the file tells.
struct NotificationChecker {
    /// The key of the list in the file.
    static let key = "notifications"

    private let collector: DiagnosticCollector

    /// Every mistake goes to `collector`.
    init(reportingTo collector: DiagnosticCollector) {
        self.collector = collector
    }

    /// Checks the list.
    func check(_ notifications: NodeReader) {
        for (index, notification) in notifications.items.enumerated() {
            let path: [NodePath.Step] = [.key(Self.key), .index(index), "httpPost"]
            for problem in PostProblem.all(of: notification["httpPost"]) { report(problem, at: path + problem.place) }
        }
    }

    private func report(_ problem: PostProblem, at path: [NodePath.Step]) {
        guard let mark = problem.value.node?.mark else { return }
        collector.add(
            Diagnostic(problem.message, severity: problem.severity, path: "\(NodePath(path))", mark: mark, notes: [])
        )
    }
}
