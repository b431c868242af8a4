import YAMLDocument

/// Finds what does not go together between groups.
struct GroupSetChecker {
    private(set) var diagnostics: [Diagnostic] = []
    private var names: [String: YAMLMark] = [:]
    private var services: [String: YAMLMark] = [:]
    private var roleKeys: [String: YAMLMark] = [:]

    /// Checks one group against those before it; `group` has `defaults` merged in.
    mutating func check(_ group: YAMLNode, path: String) {
        let namespace = group["namespace"]?.string ?? ""
        if let name = group["name"], let text = name.string {
            note(text, name, in: \.names, path: "\(path).name") { .duplicateName(text, firstLine: $0) }
        }
        if let service = group["service"], let text = service.string {
            note("\(namespace)/\(text)", service, in: \.services, path: "\(path).service") {
                .duplicateService(text, firstLine: $0)
            }
        }
        guard group["mode"]?.string != GroupConfiguration.Mode.endpointSlice.rawValue else { return }
        noteRoleKey(of: group, namespace: namespace, path: path)
    }

    /// Two groups whose Services differ in the application label do not overlap; only a key that is spelt out is warned of,
    /// because the default `role` is what most files mean.
    private mutating func noteRoleKey(of group: YAMLNode, namespace: String, path: String) {
        guard let node = group["roleLabel"]?["key"], let key = node.string, !key.contains("/") else { return }
        let scope = "\(namespace)/\(key)"
        if let first = roleKeys[scope] {
            let message = DiagnosticMessage.sharedUnprefixedRoleKey(key, firstLine: first.line)
            diagnostics.append(
                Diagnostic(message, severity: .warning, path: "\(path).roleLabel.key", mark: group.mark)
            )
        } else {
            roleKeys[scope] = group.mark
        }
    }

    private mutating func note(
        _ key: String,
        _ node: YAMLNode,
        in seen: WritableKeyPath<GroupSetChecker, [String: YAMLMark]>,
        path: String,
        message: (Int) -> DiagnosticMessage
    ) {
        if let first = self[keyPath: seen][key] {
            diagnostics.append(Diagnostic(message(first.line), path: path, mark: node.mark, aliasMark: node.aliasMark))
        } else {
            self[keyPath: seen][key] = node.mark
        }
    }
}
