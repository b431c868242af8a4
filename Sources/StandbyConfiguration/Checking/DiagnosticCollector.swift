import YAMLDocument

/// Collects diagnostics up to a bound, so that a hostile file cannot fill the memory with its mistakes.
final class DiagnosticCollector {
    /// Diagnostics of one configuration that are listed.
    static let limit = 1000

    /// Those that are listed, as they were found.
    private(set) var diagnostics: [Diagnostic] = []
    /// How many more there were.
    private(set) var omitted = 0
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
        guard diagnostics.count < Self.limit else {
            omitted += 1
            return
        }
        let key = Key(message: diagnostic.message, mark: diagnostic.mark)
        if seen.insert(key).inserted { diagnostics.append(diagnostic) }
    }

    /// Adds what was collected elsewhere.
    func add(_ diagnostics: [Diagnostic], omitted: Int) {
        for diagnostic in diagnostics { add(diagnostic) }
        self.omitted += omitted
    }

    /// Everything in file order; at the end, if some are not listed, how many.
    var ordered: [Diagnostic] {
        if diagnostics.isEmpty { return [] }
        let sorted = diagnostics.enumerated()
            .sorted { ($0.element.mark, $0.offset) < ($1.element.mark, $1.offset) }
            .map(\.element)
        guard omitted > 0, let last = sorted.last else { return sorted }
        return sorted + [Diagnostic(.furtherMistakes(omitted), path: "", mark: last.mark)]
    }
}
