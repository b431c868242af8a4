import Dispatch
import YAMLDocument

/// The groups of a document, each as written and with `defaults` merged in.
struct InheritedNodes: Sendable {
    private var groups: [Group] = []
    /// Where the document begins.
    private var mark = YAMLMark(line: 1, column: 1)
    private var defaults: YAMLNode?
    private var notificationNodes = NodeReader(node: nil)
    /// Where the list of groups is an alias.
    private var listAliasMark: YAMLMark?

    /// A group as written, and its place in the list.
    private struct Group: Sendable {
        var index: Int
        var node: YAMLNode
    }

    /// No groups.
    init() {}

    /// Takes the groups that are mappings, and `defaults` unless they come to too many nodes.
    init(_ document: YAMLNode, reportingTo collector: DiagnosticCollector) {
        mark = document.mark
        groups = (document["groups"]?.sequence ?? []).enumerated().filter { $0.element.mapping != nil }
            .map { Group(index: $0.offset, node: $0.element) }
        defaults = document["defaults"]
        notificationNodes = NodeReader(node: document[NotificationChecker.key])
        listAliasMark = document["groups"]?.aliasMark
        guard let size = defaults?.size, let mark = defaults?.mark else { return }
        if size * groups.count > DefaultsMerge.nodeLimit {
            collector.add(Diagnostic(.defaultsTooLarge(limit: DefaultsMerge.nodeLimit), path: "defaults", mark: mark))
            defaults = nil
        }
    }

    private func inherited(_ group: Group) -> InheritedNode {
        InheritedNode(
            own: group.node,
            merged: DefaultsMerge.merge(defaults, into: group.node, GroupConfiguration.fields.schema)
        )
    }

    /// What was found in consecutive groups.
    private struct Part: Sendable {
        var diagnostics: [Diagnostic]
        var omitted: [Diagnostic.Severity: Int]
        var claims: [GroupClaims]
    }

    /// How many groups there are that are mappings.
    var count: Int { groups.count }

    /// The groups as the model has them; only right if there were no mistakes.
    var configurations: [GroupConfiguration] {
        groups.compactMap { GroupConfiguration.fields.read(NodeReader(node: inherited($0).merged)) }
    }

    /// Who is told; only right if there were no mistakes.
    var notifications: [NotificationConfiguration] {
        notificationNodes.items.compactMap { NotificationConfiguration.fields.read($0) }
    }

    /// Checks each group, and the groups against each other.
    func check(reportingTo collector: DiagnosticCollector) {
        NotificationChecker(reportingTo: collector).check(notificationNodes)
        let parts = ConcurrentMap.parts(of: groups.count, check)
        for part in parts { collector.add(part.diagnostics, omitted: part.omitted) }
        let claims = parts.flatMap(\.claims)
        var set = GroupSetChecker(count: count, reportingTo: collector)
        var companions = CompanionChecker(claims, reportingTo: collector)
        for (group, claims) in zip(groups, claims) {
            let path = NodePath(["groups", .index(group.index)])
            set.check(claims, path: path) { inherited(group) }
            companions.check(claims, path: path) { inherited(group) }
        }
    }

    private func check(_ range: Range<Int>) -> Part {
        let collector = DiagnosticCollector()
        var schema = SchemaChecker(reportingTo: collector)
        var part = Part(diagnostics: [], omitted: [:], claims: [])
        part.claims.reserveCapacity(range.count)
        var seen: Set<String> = []
        for group in groups[range] {
            schema.check(group.node, ofGroup: group.index, aliasMark: listAliasMark)
            let node = inherited(group)
            let path = NodePath(["groups", .index(group.index)])
            GroupChecker(node, path: path, reportingTo: collector).check { seen.insert($0).inserted }
            part.claims.append(GroupClaims(node.merged))
        }
        part.diagnostics = collector.diagnostics
        part.omitted = collector.omitted
        return part
    }

    /// A warning about no place of the document.
    func warning(_ message: DiagnosticMessage) -> Diagnostic {
        Diagnostic(message, severity: .warning, path: "", mark: mark)
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

/// Merges `defaults` into a group: field by field, a probe's handler whole, its timings one by one.
private enum DefaultsMerge {
    /// Nodes that `defaults` may come to, over all groups.
    static let nodeLimit = 4_000_000

    /// The group with what it does not say itself taken from `defaults`; marks stay where each value was written.
    ///
    /// `schema`: says what merges field by field.
    static func merge(_ defaults: YAMLNode?, into group: YAMLNode, _ schema: ObjectSchema) -> YAMLNode {
        guard let inherited = defaults?.mapping, let written = group.mapping else { return group }
        let own = written.filter { !isAbsent($0, group, defaults, schema) }
        let hasOwnChoice = own.contains { schema.choice.contains($0.key) }
        var entries = own
        for (index, entry) in own.enumerated() {
            guard let inner = schema.value(of: entry.key)?.object, inner.isMerged else { continue }
            entries[index].value = merge(defaults?[entry.key], into: entry.value, inner)
        }
        for entry in inherited where !own.contains(where: { $0.key == entry.key }) {
            if hasOwnChoice, schema.choice.contains(entry.key) { continue }
            entries.append(entry)
        }
        var merged = group
        merged.content = .mapping(entries)
        return merged
    }

    /// Whether a null means nothing there, though it does elsewhere.
    private static func isAbsent(
        _ entry: YAMLEntry,
        _ group: YAMLNode,
        _ defaults: YAMLNode?,
        _ schema: ObjectSchema
    ) -> Bool {
        guard let applies = schema.field(entry.key)?.takesNull, entry.value.scalar?.value == .null else { return false }
        return !applies { NodeReader(node: group[$0] ?? defaults?[$0]) }
    }
}

/// Work on the parts of a long list, on all cores.
private enum ConcurrentMap {
    /// A part is worth a thread of its own from this many elements on.
    private static let smallestPart = 500
    private static let mostParts = 64

    /// The results for consecutive parts of `0..<count`, in order; one part if there is little to do.
    static func parts<Result: Sendable>(of count: Int, _ work: @Sendable (Range<Int>) -> Result) -> [Result] {
        let parts = min(mostParts, count / smallestPart)
        guard parts > 1 else { return [work(0..<count)] }
        return unsafe Array(unsafeUninitializedCapacity: parts) { buffer, initializedCount in
            // Each part writes its own place and no other.
            nonisolated(unsafe) let results = unsafe buffer
            DispatchQueue.concurrentPerform(iterations: parts) { part in
                let result = work(count * part / parts..<count * (part + 1) / parts)
                unsafe results.initializeElement(at: part, to: result)
            }
            initializedCount = parts
        }
    }
}
