import YAMLDocument

/// Every configuration that a text holds: the text itself, or the entries of ConfigMaps in a stream of manifests.
package struct ManifestReading: Sendable {
    /// One configuration of the text.
    package struct Entry: Sendable {
        /// The ConfigMap and its key, like `configmap/standby "config.yaml"`; nil if the text is the configuration.
        package var name: String?
        /// What the configuration gets.
        package var reading: ConfigurationReading
        /// The ConfigMap's namespace; nil if it names none.
        package var namespace: String?
    }

    /// What holds a configuration, in file order.
    package private(set) var entries: [Entry] = []
    /// Mistakes that belong to no entry.
    private var problems: [Diagnostic] = []

    /// Everything that is wrong, in file order.
    package var diagnostics: [Diagnostic] {
        (problems + entries.flatMap(\.reading.diagnostics)).enumerated()
            .sorted { ($0.element.mark, $0.offset) < ($1.element.mark, $1.offset) }
            .map(\.element)
    }

    /// Reads a text.
    ///
    /// `skipsOthers`: a text that is no configuration and holds none is no mistake, as in a folder of manifests.
    package init(_ bytes: [UInt8], skipsOthers: Bool = false) {
        let stream = YAMLDocument.read(bytes)
        let documents = stream.documents.filter { $0.root.scalar?.value != .null || !$0.problems.isEmpty }
        if documents.count <= 1, !documents.contains(where: { $0.root.isManifest(skipsOthers: skipsOthers) }) {
            entries = [Entry(reading: ConfigurationReading(stream))]
            return
        }
        let lines = SourceLines.Indents(bytes)
        for document in documents { take(document.root, lines) }
        problems += stream.failure.map { [Diagnostic(.yaml($0.reason), path: "", mark: $0.mark)] } ?? []
        if documents.count > 1, documents.contains(where: { $0.root.isConfiguration }) {
            problems.append(Diagnostic(.yaml(.severalDocuments), path: "", mark: documents[1].root.mark))
        }
        if entries.isEmpty, problems.isEmpty, !skipsOthers {
            problems = [Diagnostic(.noConfiguration, path: "", mark: YAMLMark(line: 1, column: 1))]
        }
    }

    private mutating func take(_ manifest: YAMLNode, _ lines: SourceLines.Indents) {
        if manifest.isConfiguration {
            entries.append(Entry(reading: ConfigurationReading(document: manifest)))
        } else if manifest["kind"]?.string == "ConfigMap" {
            takeConfigMap(manifest, lines)
        } else if manifest["kind"]?.string?.hasSuffix("List") == true {
            for item in manifest["items"]?.sequence ?? [] { take(item, lines) }
        }
    }

    private mutating func takeConfigMap(_ manifest: YAMLNode, _ lines: SourceLines.Indents) {
        let name = manifest["metadata"]?["name"]?.scalar?.text ?? "?"
        for entry in manifest["data"]?.mapping ?? [] {
            guard let scalar = entry.value.scalar, let reading = reading(of: scalar, entry, lines) else { continue }
            entries.append(
                Entry(
                    name: "configmap/\(name) \(entry.key.quoted)",
                    reading: reading,
                    namespace: manifest["metadata"]?["namespace"]?.string
                )
            )
        }
    }

    /// The configuration in an entry; nil if it holds something else.
    private func reading(
        of scalar: YAMLScalar,
        _ entry: YAMLEntry,
        _ lines: SourceLines.Indents
    ) -> ConfigurationReading? {
        guard scalar.text.contains("kube-standby.io/") || scalar.text.contains(SupervisorConfiguration.kind) else {
            return nil
        }
        let bytes = Array(scalar.text.utf8)
        let isBlock = scalar.style == .literal
        let line = entry.value.mark.line + 1
        let origin = isBlock ? YAMLMark(line: line, column: lines.indent(from: line) + 1) : YAMLMark(line: 1, column: 1)
        let stream = YAMLDocument.read(bytes, origin: origin)
        let isOther = stream.failure == nil && !stream.documents.contains { $0.root.isConfiguration }
        if isOther { return nil }
        let reading = ConfigurationReading(stream)
        return isBlock ? reading : reading.moved(to: entry.value.mark, entry: entry.key)
    }
}

extension YAMLNode {
    /// Whether the document says that it is a configuration.
    fileprivate var isConfiguration: Bool {
        self["kind"]?.string == SupervisorConfiguration.kind
            || self["apiVersion"]?.string?.hasPrefix("kube-standby.io/") == true
    }

    /// Whether the document is to be looked into, or past, instead of being held against the schema.
    fileprivate func isManifest(skipsOthers: Bool) -> Bool {
        guard let kind = self["kind"]?.string, !isConfiguration else { return false }
        return kind == "ConfigMap" || kind.hasSuffix("List") || skipsOthers && self["apiVersion"] != nil
    }
}
