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
    package var description: String {
        switch self {
        case .alias(let line): "used through the alias at line \(line)"
        case .fromDefaults(let line): "from defaults, line \(line)"
        case .otherFromDefaults(let name, let line): "\(name) is from defaults, line \(line)"
        case .insideEntry(let key, let line): "line \(line) of the entry \(key.quoted)"
        }
    }
}
