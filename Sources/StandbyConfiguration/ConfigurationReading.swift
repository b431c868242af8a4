package import YAMLDocument

/// The result of reading one configuration: every diagnostic, and the configuration if there is no error among them.
package struct ConfigurationReading: Sendable {
    /// Bytes that a text may have.
    package static let sizeLimit = YAMLLimits().bytes

    /// In file order; at most a thousand.
    package let diagnostics: [Diagnostic]
    private let source: InheritedNodes

    /// Whether there is no error.
    package var isValid: Bool { !diagnostics.contains { $0.severity == .error } }

    /// The groups that the text has.
    package var groupCount: Int { source.count }

    /// The configuration, decoded when it is asked for; nil if there is an error.
    package var configuration: SupervisorConfiguration? {
        isValid ? SupervisorConfiguration(groups: source.configurations, notifications: source.notifications) : nil
    }

    /// The errors among the diagnostics.
    package var errors: [Diagnostic] { diagnostics.filter { $0.severity == .error } }

    /// Reads a text that must be one configuration.
    package init(_ bytes: [UInt8]) {
        self.init(YAMLDocument.read(bytes))
    }

    /// Reads a text that was parsed already.
    init(_ stream: YAMLReading) {
        let problems = stream.documents.flatMap(\.problems) + (stream.failure.map { [$0] } ?? [])
        guard let document = stream.documents.first, stream.failure == nil else {
            let nothing = [YAMLError(.noDocument, at: YAMLMark(line: 1, column: 1))]
            self.init(failures: problems.isEmpty ? nothing : problems)
            return
        }
        let surplus = stream.documents.dropFirst().prefix(1).map { YAMLError(.severalDocuments, at: $0.root.mark) }
        self.init(document: document.root, problems: problems + surplus)
    }

    private init(failures: [YAMLError]) {
        diagnostics = failures.map { Diagnostic(.yaml($0.reason), path: "", mark: $0.mark) }
        source = InheritedNodes()
    }

    /// Reads a document that was parsed already.
    ///
    /// `problems`: the mistakes of its text.
    package init(document: YAMLNode, problems: [YAMLError] = []) {
        let collector = DiagnosticCollector()
        for problem in problems { collector.add(Diagnostic(.yaml(problem.reason), path: "", mark: problem.mark)) }
        let document = BlankFields.removed(from: document)
        var schema = SchemaChecker(reportingTo: collector)
        schema.check(document)
        source = InheritedNodes(document, reportingTo: collector)
        source.check(reportingTo: collector)
        diagnostics = collector.ordered
    }

    /// The same, every diagnostic placed at `mark`: the text cannot be mapped to the lines of what holds it.
    func moved(to mark: YAMLMark, entry: String) -> ConfigurationReading {
        let moved = diagnostics.map { diagnostic in
            var moved = diagnostic
            moved.notes.append(.insideEntry(entry, line: diagnostic.mark.line))
            moved.mark = mark
            return moved
        }
        return ConfigurationReading(diagnostics: moved, source: source)
    }

    private init(diagnostics: [Diagnostic], source: InheritedNodes) {
        self.diagnostics = diagnostics
        self.source = source
    }

    /// A warning about no value of the configuration, found after the reading.
    package func warning(_ finding: ClusterFinding) -> Diagnostic { source.warning(.cluster(finding)) }

    /// A diagnostic about a value of a group, found after the reading; `keys` from the group down.
    package func diagnostic(
        _ finding: ClusterFinding,
        severity: Diagnostic.Severity = .error,
        group index: Int,
        keys: [String]
    ) -> Diagnostic {
        source.diagnostic(.cluster(finding), severity: severity, group: index, keys: keys)
    }
}
