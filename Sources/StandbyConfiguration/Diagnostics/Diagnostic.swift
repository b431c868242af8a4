package import YAMLDocument

/// One mistake or warning in a configuration file: what, and where.
package struct Diagnostic: Sendable, Hashable {
    /// How grave it is.
    package enum Severity: String, Sendable, Hashable {
        case error
        case warning
    }

    package var severity: Severity
    /// The place in the tree, like `groups[2].probe.httpGet.port`; empty for the file as a whole.
    package var path: String
    package var message: DiagnosticMessage
    package var mark: YAMLMark
    /// The alias through which the value came; nil if it was written in place.
    package var aliasMark: YAMLMark?

    init(
        _ message: DiagnosticMessage,
        severity: Severity = .error,
        path: String,
        mark: YAMLMark,
        aliasMark: YAMLMark? = nil
    ) {
        self.severity = severity
        self.path = path
        self.message = message
        self.mark = mark
        self.aliasMark = aliasMark
    }

    /// The message with its path and, for an aliased value, the line of the alias.
    package var text: String {
        let place = path.isEmpty ? "" : "\(path): "
        let alias = aliasMark.map { " (used through the alias at line \($0.line))" } ?? ""
        return place + message.description + alias
    }
}
