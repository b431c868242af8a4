import YAMLDocument

/// Finds what does not go together between groups.
struct GroupSetChecker {
    private let collector: DiagnosticCollector
    private var names: [String: YAMLMark] = [:]
    private var services: [String: YAMLMark] = [:]
    private var sharings: [String: RoleKeySharing] = [:]

    /// `count`: how many groups there will be.
    init(count: Int, reportingTo collector: DiagnosticCollector) {
        self.collector = collector
        names.reserveCapacity(count)
        services.reserveCapacity(count)
    }

    /// Checks one group against those before it.
    ///
    /// `group`: asked for only if something is wrong.
    mutating func check(_ claims: GroupClaims, path: NodePath, group: () -> InheritedNode) {
        if let name = claims.name {
            if let first = names[name.text] {
                report(.duplicateName(name.text, firstLine: first.line), at: ["name"], of: group(), path)
            } else {
                names[name.text] = name.mark
            }
        }
        if let service = claims.service {
            let key = "\(claims.namespace)/\(service.text)"
            if let first = services[key] {
                report(.duplicateService(service.text, firstLine: first.line), at: ["service"], of: group(), path)
            } else {
                services[key] = service.mark
            }
        }
        if let key = claims.roleKey { checkRoleKey(key, claims, path, group) }
    }

    /// Two groups of one namespace write the same label: an error if they surely select the same pods, a warning if it
    /// cannot be ruled out and no prefix tells whose label it is.
    private mutating func checkRoleKey(
        _ key: String,
        _ claims: GroupClaims,
        _ path: NodePath,
        _ group: () -> InheritedNode
    ) {
        let scope = "\(claims.namespace)/\(key)"
        switch sharings[scope, default: RoleKeySharing()].add(
            labels: claims.labels,
            isExact: claims.isExact,
            mark: claims.mark
        ) {
        case .none: break
        case .samePods(let first): report(.samePods(key, firstLine: first.line), at: ["selector"], of: group(), path)
        case .possible(let first) where !key.contains("/"):
            let message = DiagnosticMessage.sharedUnprefixedRoleKey(key, firstLine: first.line)
            report(message, at: ["roleLabel", "key"], of: group(), path, severity: .warning)
        case .possible: break
        }
    }

    private mutating func report(
        _ message: DiagnosticMessage,
        at steps: [NodePath.Step],
        of group: InheritedNode,
        _ path: NodePath,
        severity: Diagnostic.Severity = .error
    ) {
        let place = group.place(of: steps, in: path)
        // Told at the group, even if the value came from `defaults`: it is the group that collides.
        let mark = place.defaultsLine == nil ? place.mark : group.own.mark
        collector.add(
            Diagnostic(message, severity: severity, path: "\(path.appending(steps))", mark: mark, notes: place.notes)
        )
    }
}

/// What a group claims for itself, and no other group may have.
struct GroupClaims: Sendable {
    /// Where the group begins.
    var mark: YAMLMark
    /// Nil: the group names none, which is reported elsewhere.
    var name: Claim?
    /// Nil: the group names none.
    var service: Claim?
    /// Empty: the supervisor's own.
    var namespace: String
    /// Of the label that the group writes on pods; nil: it writes none.
    var roleKey: String?
    /// The selector's `matchLabels`; empty if it has none of its own.
    var labels: [String: String]
    /// Whether the selector says nothing else.
    var isExact: Bool
    /// The groups that it names to move together with, as they are written; nil: no text.
    var sync: [String?]
    /// The same of those that it is to be apart from.
    var apartFrom: [String?]

    /// Whether it names another group.
    var namesOthers: Bool { !sync.isEmpty || !apartFrom.isEmpty }

    /// A text, and where it stands.
    struct Claim: Sendable {
        /// What is claimed.
        var text: String
        /// Where it is written.
        var mark: YAMLMark
    }

    /// `merged`: the group with `defaults` merged in.
    init(_ merged: YAMLNode) {
        let reader = NodeReader(node: merged)
        mark = merged.mark
        name = Self.claim(merged["name"])
        service = Self.claim(merged["service"])
        namespace = reader["namespace"].string ?? ""
        roleKey = GroupChecker.roleKey(of: reader)
        let selector = reader["selector"]
        labels = selector["matchLabels"].labels
        isExact = !selector["matchExpressions"].isPresent
        sync = reader[GroupConfiguration.syncKey].items.map(\.string)
        apartFrom = reader[GroupConfiguration.apartFromKey].items.map(\.string)
    }

    private static func claim(_ node: YAMLNode?) -> Claim? {
        guard let node, let text = node.string else { return nil }
        return Claim(text: text, mark: node.mark)
    }
}
