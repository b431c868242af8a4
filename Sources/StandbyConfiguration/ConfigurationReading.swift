package import YAMLDocument

/// The result of reading one configuration: every diagnostic, and the configuration if there is no error among them.
package struct ConfigurationReading: Sendable {
    /// In file order.
    package let diagnostics: [Diagnostic]
    /// Nil if there is an error.
    package let configuration: SupervisorConfiguration?

    /// The errors among the diagnostics.
    package var errors: [Diagnostic] { diagnostics.filter { $0.severity == .error } }

    /// Reads a text.
    package init(_ bytes: [UInt8]) {
        do throws(YAMLError) {
            self.init(document: try YAMLDocument.parse(bytes))
        } catch {
            self.init(diagnostics: [Diagnostic(.yaml(error.reason), path: "", mark: error.mark)], configuration: nil)
        }
    }

    private init(diagnostics: [Diagnostic], configuration: SupervisorConfiguration?) {
        self.diagnostics = diagnostics
        self.configuration = configuration
    }

    /// Reads a document that was parsed already.
    package init(document: YAMLNode) {
        var schema = SchemaChecker()
        schema.check(document, against: .file, path: "", requiresKeys: true)
        let groups = document["groups"]?.sequence?.filter { $0.mapping != nil } ?? []
        let merged = groups.map { DefaultsMerge.merge(document["defaults"], into: $0) }
        var set = GroupSetChecker()
        var found = schema.diagnostics
        for (index, group) in merged.enumerated() {
            var checker = GroupChecker(group: group, path: "groups[\(index)]")
            checker.check()
            set.check(group, path: "groups[\(index)]")
            found += checker.diagnostics
        }
        diagnostics = Self.ordered(found + set.diagnostics)
        let isValid = !diagnostics.contains { $0.severity == .error }
        configuration = isValid ? SupervisorConfiguration(groups: merged.compactMap(Self.group)) : nil
    }

    private static func group(_ node: YAMLNode) -> GroupConfiguration? {
        GroupConfiguration(NodeReader(node: node))
    }

    /// In file order, and each mistake once: one in `defaults` shows in every group.
    private static func ordered(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
        var seen: Set<DiagnosticKey> = []
        return diagnostics.enumerated()
            .sorted { ($0.element.mark, $0.offset) < ($1.element.mark, $1.offset) }
            .map(\.element)
            .filter { seen.insert(DiagnosticKey($0)).inserted }
    }
}

/// What makes two diagnostics the same mistake: the words and the place in the text, not the path that led there.
private struct DiagnosticKey: Hashable {
    let message: DiagnosticMessage
    let mark: YAMLMark

    init(_ diagnostic: Diagnostic) {
        message = diagnostic.message
        mark = diagnostic.mark
    }
}
