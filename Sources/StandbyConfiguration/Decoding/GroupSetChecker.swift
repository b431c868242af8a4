import YAMLDocument

/// Finds what does not go together between groups.
struct GroupSetChecker {
    private let collector: DiagnosticCollector
    private var names: [String: YAMLMark] = [:]
    private var services: [String: YAMLMark] = [:]
    private var sharings: [String: RoleKeySharing] = [:]

    init(reportingTo collector: DiagnosticCollector) {
        self.collector = collector
    }

    /// Checks one group against those before it.
    mutating func check(_ group: InheritedNode, path: NodePath) {
        let reader = NodeReader(node: group.merged)
        let namespace = reader["namespace"].string ?? ""
        if let name = reader["name"].string {
            if let first = names[name] {
                report(.duplicateName(name, firstLine: first.line), at: ["name"], of: group, path)
            } else {
                names[name] = group.merged["name"]?.mark
            }
        }
        if let service = reader["service"].string {
            let key = "\(namespace)/\(service)"
            if let first = services[key] {
                report(.duplicateService(service, firstLine: first.line), at: ["service"], of: group, path)
            } else {
                services[key] = group.merged["service"]?.mark
            }
        }
        guard reader["mode"].string != GroupConfiguration.Mode.endpointSlice.rawValue else { return }
        checkRoleKey(reader, namespace: namespace, of: group, path)
    }

    /// Two groups of one namespace write the same label: an error if they surely select the same pods, a warning if it
    /// cannot be ruled out and no prefix tells whose label it is.
    private mutating func checkRoleKey(
        _ reader: NodeReader,
        namespace: String,
        of group: InheritedNode,
        _ path: NodePath
    ) {
        let key = reader["roleLabel"]["key"].string ?? RoleLabel().key
        let scope = "\(namespace)/\(key)"
        let selector = reader["selector"]
        switch sharings[scope, default: RoleKeySharing()].add(
            labels: selector["matchLabels"].labels,
            isExact: !selector["matchExpressions"].isPresent,
            mark: group.own.mark
        ) {
        case .none: break
        case .samePods(let first): report(.samePods(key, firstLine: first.line), at: ["selector"], of: group, path)
        case .possible(let first) where !key.contains("/"):
            let message = DiagnosticMessage.sharedUnprefixedRoleKey(key, firstLine: first.line)
            report(message, at: ["roleLabel", "key"], of: group, path, severity: .warning)
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
