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
            let post = notification["httpPost"]
            let path: [NodePath.Step] = [.key(Self.key), .index(index), "httpPost"]
            for (number, header) in post["headers"].items.enumerated() {
                checkHeader(header, at: path + ["headers", .index(number)])
            }
            let tls = post["tls"]
            guard tls["verify"].bool == false else { continue }
            for key in ["caFile", "serverName"] {
                report(.unverifiedTLS, tls[key], at: path + ["tls", .key(key)], severity: .warning)
            }
        }
    }

    private func checkHeader(_ header: NodeReader, at path: [NodePath.Step]) {
        guard header.isMapping else { return }
        let allowed = NotificationConfiguration.Header.fields.schema.choice
        let given = allowed.filter { header[$0].isPresent }
        if given.count != 1 { report(.valueCount(given, allowed: allowed), header, at: path) }
    }

    private func report(
        _ message: DiagnosticMessage,
        _ value: NodeReader,
        at path: [NodePath.Step],
        severity: Diagnostic.Severity = .error
    ) {
        guard let mark = value.node?.mark else { return }
        collector.add(Diagnostic(message, severity: severity, path: "\(NodePath(path))", mark: mark, notes: []))
    }
}
