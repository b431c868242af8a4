package import YAMLDocument

/// One mistake or warning in a configuration file: what, and where.
package struct Diagnostic: Sendable, Hashable {
    /// How grave it is.
    package enum Severity: String, Sendable, Hashable {
        /// The configuration is refused.
        case error
        /// The configuration is accepted, and may not be what was meant.
        case warning
    }

    /// Whether the configuration is refused for it.
    package var severity: Severity
    /// The place in the tree, like `groups[2].probe.httpGet.port`; empty for the file as a whole.
    package var path: String
    /// What is wrong.
    package var message: DiagnosticMessage
    /// Where in the text the mistake is mended.
    package var mark: YAMLMark
    /// How the value came to its place; empty if it was written there.
    package var notes: [DiagnosticNote]

    /// An error, unless another severity is given.
    package init(
        _ message: DiagnosticMessage,
        severity: Severity = .error,
        path: String,
        mark: YAMLMark,
        notes: [DiagnosticNote] = []
    ) {
        self.severity = severity
        self.path = path
        self.message = message
        self.mark = mark
        self.notes = notes
    }

    /// The message with its path and notes.
    package var text: String {
        let place = path.isEmpty ? "" : "\(path.escaped): "
        return place + message.description + notes.map { " (\($0))" }.joined()
    }
}

/// How a value came to the place where it is wrong.
package enum DiagnosticNote: Sendable, Hashable {
    /// Through the alias at this line.
    case alias(line: Int)
    /// The value stands in `defaults`, at this line.
    case fromDefaults(line: Int)
    /// The field that it was compared with stands in `defaults`, at this line.
    case otherFromDefaults(String, line: Int)
    /// The text that holds the configuration cannot be mapped to the lines of its manifest; the line inside it.
    case insideEntry(String, line: Int)
}

extension DiagnosticNote: CustomStringConvertible {
    /// The note, as it stands in parentheses.
    package var description: String {
        switch self {
        case .alias(let line): "used through the alias at line \(line)"
        case .fromDefaults(let line): "from defaults, line \(line)"
        case .otherFromDefaults(let name, let line): "\(name) is from defaults, line \(line)"
        case .insideEntry(let key, let line): "line \(line) of the entry \(key.quoted)"
        }
    }
}
