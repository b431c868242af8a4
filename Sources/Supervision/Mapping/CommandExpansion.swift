import StandbyConfiguration

/// Puts the values of variables into a command, as the kubelet does before it runs a probe: `$(NAME)` is replaced, `$$` stands
/// for one dollar sign, and what has no value stays as it is written.
///
/// https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
enum CommandExpansion {
    /// The probe with its command expanded; the same if it runs elsewhere or has nothing to expand.
    ///
    /// `environment`: the container's literal variables, asked for only if they are needed.
    static func expanded(
        _ handler: ProbeConfiguration.Handler,
        _ environment: (ExecProbe) -> [String: String]
    ) -> ProbeConfiguration.Handler {
        guard case .exec(var probe) = handler, probe.place == .pod,
            probe.command.contains(where: { $0.utf8.contains(UInt8(ascii: "$")) })
        else { return handler }
        let values = environment(probe)
        probe.command = probe.command.map { expand($0, values) }
        return .exec(probe)
    }

    /// One word with its variables replaced; values are not looked into again.
    static func expand(_ word: String, _ values: [String: String]) -> String {
        var text = ""
        var rest = word[...]
        while let dollar = rest.firstIndex(of: "$") {
            text += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            switch rest.first {
            case "$":
                text += "$"
                rest.removeFirst()
            case "(":
                guard let end = rest.firstIndex(of: ")") else { return text + "$" + rest }
                let name = String(rest[rest.index(after: rest.startIndex)..<end])
                text += values[name] ?? "$(\(name))"
                rest = rest[rest.index(after: end)...]
            default: text += "$"
            }
        }
        return text + rest
    }
}
