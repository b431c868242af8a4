import Patterns
import YAMLDocument

/// Holds a tree of nodes against the schema and collects every mistake; required keys of what `defaults` may supply are
/// another pass's matter.
struct SchemaChecker {
    private static let group = GroupConfiguration.fields.schema

    private let collector: DiagnosticCollector
    /// Where the walk is; kept as steps, because words are needed only for mistakes.
    private var path = NodePath()
    /// The place of the innermost alias on the way.
    private var aliasMark: YAMLMark?
    private var expressions = ExpressionCache()
    private var windows = WindowCache()

    /// Begins at the root; every mistake goes to `collector`.
    init(reportingTo collector: DiagnosticCollector) {
        self.collector = collector
    }

    /// Checks the whole file except the groups that are mappings, which are checked one by one.
    mutating func check(_ root: YAMLNode, as schema: ObjectSchema = SupervisorConfiguration.fields.schema) {
        check(root, against: schema, requiresKeys: true)
    }

    /// Checks one group.
    ///
    /// `aliasMark`: where the list of groups is an alias.
    mutating func check(_ group: YAMLNode, ofGroup index: Int, aliasMark: YAMLMark?) {
        path = NodePath(["groups", .index(index)])
        self.aliasMark = group.aliasMark ?? aliasMark
        check(group, against: Self.group, requiresKeys: false)
    }

    private mutating func check(_ node: YAMLNode, against schema: ObjectSchema, requiresKeys: Bool) {
        guard let entries = node.mapping else {
            return report(.wrongType(found: node.kind, allowed: "a mapping"), at: node.mark)
        }
        for entry in entries {
            if let value = schema.value(of: entry.key) {
                path.push(.key(entry.key))
                check(entry.value, against: value)
                path.pop()
            } else {
                reportUnknownKey(entry, schema)
            }
        }
        guard requiresKeys else { return }
        for name in schema.requiredNames where node[name] == nil { report(.missingKey(name), at: node.mark) }
    }

    private mutating func check(_ node: YAMLNode, against schema: ValueSchema) {
        let outer = aliasMark
        if let own = node.aliasMark { aliasMark = own }
        defer { aliasMark = outer }
        switch schema {
        case .object(let object) where object === Self.group && node.mapping != nil: break
        case .object(let object): check(node, against: object, requiresKeys: !object.isMerged)
        case .list(let item, let isEmptyAllowed): checkList(node, item, isEmptyAllowed: isEmptyAllowed)
        case .labels: checkLabels(node)
        case .nullable(let wrapped): if node.scalar?.value != .null { check(node, against: wrapped) }
        case .string, .bool, .integer, .number, .seconds, .enumeration, .port, .statusRange: checkScalar(node, schema)
        }
    }

    private mutating func checkList(_ node: YAMLNode, _ item: ValueSchema, isEmptyAllowed: Bool) {
        guard let items = node.sequence else {
            return report(.wrongType(found: node.kind, allowed: "a list"), at: node.mark)
        }
        if items.isEmpty, !isEmptyAllowed {
            report(.wrongType(found: "an empty list", allowed: "a list of at least one entry"), at: node.mark)
        }
        for index in items.indices {
            path.push(.index(index))
            check(items[index], against: item)
            path.pop()
        }
    }

    private mutating func checkLabels(_ node: YAMLNode) {
        guard let entries = node.mapping else {
            return report(.wrongType(found: node.kind, allowed: "a mapping of labels"), at: node.mark)
        }
        for entry in entries {
            let format = StringFormat.labelKey
            if !format.accepts(entry.key) {
                report(.wrongType(found: entry.key.quoted, allowed: format.words), at: entry.keyMark)
            }
            path.push(.key(entry.key))
            check(entry.value, against: .string(.labelValue))
            path.pop()
        }
    }

    private mutating func checkScalar(_ node: YAMLNode, _ schema: ValueSchema) {
        if case .string(.regularExpression) = schema, let text = node.string {
            if let error = expressions.refusal(of: text) {
                report(.unusablePattern(found: node.words, error), at: node.mark)
            }
            return
        }
        if case .string(.window) = schema, let text = node.string, let problem = windows.problem(of: text) {
            return report(.unusableWindow(found: node.words, problem), at: node.mark)
        }
        if let scalar = node.scalar, schema.accepts(scalar) { return }
        let found = Self.found(node, schema)
        guard case .enumeration(let names) = schema, let text = node.string else {
            return report(.wrongType(found: found, allowed: schema.words + Self.hint(node, schema)), at: node.mark)
        }
        let suggestion = Suggestion.nearest(to: text, among: names)
        report(.notAllowed(found: found, allowed: schema.words, suggestion: suggestion), at: node.mark)
    }

    /// What a field does not take, in words.
    private static func found(_ node: YAMLNode, _ schema: ValueSchema) -> String {
        guard case .string(let format) = schema, let scalar = node.scalar else { return node.words }
        guard let shown = format.shown(scalar.text) else { return node.kind }
        return node.string == nil ? node.words : shown.quoted
    }

    /// What else there is to say of a value that a field does not take; empty if nothing is.
    private static func hint(_ node: YAMLNode, _ schema: ValueSchema) -> String {
        guard case .port = schema, let text = node.string, Int(text) != nil else { return "" }
        return "; write the number without quotes: in quotes Kubernetes takes it for a port's name, which has a letter"
    }

    private mutating func reportUnknownKey(_ entry: YAMLEntry, _ schema: ObjectSchema) {
        let allowed = schema.fields.map(\.name)
        let suggestion = Suggestion.nearest(to: entry.key, among: allowed)
        report(.unknownKey(entry.key, allowed: allowed, suggestion: suggestion), at: entry.keyMark)
    }

    private mutating func report(_ message: DiagnosticMessage, at mark: YAMLMark) {
        let notes = aliasMark.map { [DiagnosticNote.alias(line: $0.line)] } ?? []
        collector.add(Diagnostic(message, path: "\(path)", mark: mark, notes: notes))
    }
}

/// Remembers which regular expressions are usable: many groups share one, and compiling takes long.
private struct ExpressionCache {
    private enum Verdict {
        case usable(Pattern)
        case refused(PatternError)
    }

    private var verdicts: [String: Verdict] = [:]

    /// Why `text` is no regular expression that can be used; nil if it is one.
    mutating func refusal(of text: String) -> PatternError? {
        if case .refused(let error) = verdict(on: text) { error } else { nil }
    }

    private mutating func verdict(on text: String) -> Verdict {
        if let verdict = verdicts[text] { return verdict }
        let verdict: Verdict
        do throws(PatternError) {
            verdict = .usable(try Pattern.shared(text))
        } catch {
            verdict = .refused(error)
        }
        verdicts[text] = verdict
        return verdict
    }
}

/// Remembers what is wrong with windows: many groups share one, and a zone that is not there is sought among all.
private struct WindowCache {
    /// Zones for which another is sought.
    private static let mostSearches = 20

    private var problems: [String: PreemptWindowError?] = [:]
    private var searches = 0

    /// What is wrong with a window; nil: nothing is.
    mutating func problem(of text: String) -> PreemptWindowError? {
        if let known = problems[text] { return known }
        let problem = PreemptWindow.problem(of: text, isHelpful: searches < Self.mostSearches)
        if case .unknownZone = problem { searches += 1 }
        problems[text] = .some(problem)
        return problem
    }
}

/// Finds what somebody may have meant.
enum Suggestion {
    /// The option nearest to `text`, if it is near enough to be a slip: at most a third of its characters differ.
    static func nearest(to text: String, among options: [String]) -> String? {
        let ranked = options.map { (option: $0, distance: distance(text.lowercased(), $0.lowercased())) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(1, best.option.count / 3) ? best.option : nil
    }

    /// Insertions, deletions, replacements and swaps of neighbours between two words.
    static func distance(_ left: String, _ right: String) -> Int {
        let (a, b) = (Array(left.prefix(64)), Array(right.prefix(64)))
        var previous: [Int] = []
        var current = Array(0...b.count)
        for i in a.indices {
            var next = [i + 1] + Array(repeating: 0, count: b.count)
            for j in b.indices {
                let cost = a[i] == b[j] ? 0 : 1
                next[j + 1] = min(current[j + 1] + 1, next[j] + 1, current[j] + cost)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    next[j + 1] = min(next[j + 1], previous[j - 1] + 1)
                }
            }
            (previous, current) = (current, next)
        }
        return current[b.count]
    }
}
