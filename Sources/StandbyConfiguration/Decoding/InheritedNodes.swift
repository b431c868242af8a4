import YAMLDocument

/// The groups of a document, each as written and with `defaults` merged in.
struct InheritedNodes: Sendable {
    private var groups: [Group] = []
    private var defaults: YAMLNode?

    /// A group as written, and its place in the list.
    private struct Group: Sendable {
        var index: Int
        var node: YAMLNode
    }

    /// No groups.
    init() {}

    /// Takes the groups that are mappings, and `defaults` unless they come to too many nodes.
    init(_ document: YAMLNode, reportingTo collector: DiagnosticCollector) {
        groups = (document["groups"]?.sequence ?? []).enumerated().filter { $0.element.mapping != nil }
            .map { Group(index: $0.offset, node: $0.element) }
        defaults = document["defaults"]
        guard let size = defaults?.size, let mark = defaults?.mark else { return }
        if size * groups.count > DefaultsMerge.nodeLimit {
            collector.add(Diagnostic(.defaultsTooLarge(limit: DefaultsMerge.nodeLimit), path: "defaults", mark: mark))
            defaults = nil
        }
    }

    private func inherited(_ group: Group) -> InheritedNode {
        InheritedNode(own: group.node, merged: DefaultsMerge.merge(defaults, into: group.node))
    }

    /// Checks each group, and the groups against each other.
    ///
    /// - Returns: the groups as the model has them; only right if there were no mistakes.
    func check(reportingTo collector: DiagnosticCollector) -> [GroupConfiguration] {
        var configurations: [GroupConfiguration] = []
        var set = GroupSetChecker(reportingTo: collector)
        var seen: Set<String> = []
        for group in groups {
            let node = inherited(group)
            let path = NodePath(["groups", .index(group.index)])
            GroupChecker(node, path: path, reportingTo: collector).check { seen.insert($0).inserted }
            set.check(node, path: path)
            if let configuration = GroupConfiguration(NodeReader(node: node.merged)) {
                configurations.append(configuration)
            }
        }
        return configurations
    }

    /// A diagnostic about a value of a group.
    func diagnostic(
        _ message: DiagnosticMessage,
        severity: Diagnostic.Severity,
        group index: Int,
        keys: [String]
    ) -> Diagnostic {
        let place = inherited(groups[index]).place(of: keys.map { .key($0) }, in: NodePath(["groups", .index(index)]))
        return Diagnostic(message, severity: severity, path: "\(place.path)", mark: place.mark, notes: place.notes)
    }
}
