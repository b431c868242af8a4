import YAMLDocument

/// Collects diagnostics up to a bound, so that a hostile file cannot fill the memory with its mistakes.
///
/// Errors and warnings are counted apart: no number of warnings hides an error, or becomes one.
final class DiagnosticCollector {
    /// Diagnostics of one configuration that are listed, of each severity.
    static let limit = 1000

    /// Those that are listed, as they were found.
    private(set) var diagnostics: [Diagnostic] = []
    /// How many more there were.
    private(set) var omitted: [Diagnostic.Severity: Int] = [:]
    private var listed: [Diagnostic.Severity: Int] = [:]
    /// What was reported already: a mistake in `defaults` shows in every group.
    private var seen: Set<Key> = []

    /// Where the text itself is wrong; what else is wrong with such a value follows from that.
    private var broken: Set<YAMLMark> = []

    /// What makes two diagnostics the same mistake: the words and the place in the text, not the path that led there.
    private struct Key: Hashable {
        let message: DiagnosticMessage
        let mark: YAMLMark
    }

    /// Adds a diagnostic unless it was reported before, or follows from a text that is wrong by itself.
    func add(_ diagnostic: Diagnostic) {
        if case .yaml = diagnostic.message {
            broken.insert(diagnostic.mark)
        } else if broken.contains(diagnostic.mark) {
            return
        }
        let key = Key(message: diagnostic.message, mark: diagnostic.mark)
        if seen.contains(key) { return }
        guard listed[diagnostic.severity, default: 0] < Self.limit else {
            omitted[diagnostic.severity, default: 0] += 1
            return
        }
        seen.insert(key)
        listed[diagnostic.severity, default: 0] += 1
        diagnostics.append(diagnostic)
    }

    /// Adds what was collected elsewhere.
    func add(_ diagnostics: [Diagnostic], omitted: [Diagnostic.Severity: Int]) {
        for diagnostic in diagnostics { add(diagnostic) }
        self.omitted.merge(omitted, uniquingKeysWith: +)
    }

    /// Everything in file order; at the end, if some are not listed, how many.
    var ordered: [Diagnostic] {
        if diagnostics.isEmpty { return [] }
        let sorted = diagnostics.enumerated()
            .sorted { ($0.element.mark, $0.offset) < ($1.element.mark, $1.offset) }
            .map(\.element)
        guard let last = sorted.last else { return sorted }
        let further = [Diagnostic.Severity.error, .warning].compactMap { severity in
            omitted[severity].map { count in
                Diagnostic(.further(count, severity), severity: severity, path: "", mark: last.mark)
            }
        }
        return sorted + further
    }
}
