import FailoverCore
import YAMLDocument

/// Finds what does not go together inside one group, `defaults` merged in.
struct GroupChecker {
    private(set) var diagnostics: [Diagnostic] = []
    let group: YAMLNode
    let path: String

    private var reader: NodeReader { NodeReader(node: group) }

    mutating func check() {
        for field in ObjectSchema.group.fields where field.isRequired && group[field.name] == nil {
            report(.missingKey(field.name), at: [], severity: .error)
        }
        checkRoleLabel()
        checkSelector()
        checkPriorities()
        for name in ["probe", "passiveProbe"] where group[name] != nil { checkProbe(name) }
        checkHooks()
        checkEqualProbes()
        checkFailover()
    }

    // MARK: Labels and selectors

    private mutating func checkRoleLabel() {
        let label = reader["roleLabel"]
        if reader["mode"].string == GroupConfiguration.Mode.endpointSlice.rawValue {
            if label.isPresent { report(.roleLabelInEndpointSliceMode, at: ["roleLabel"]) }
            report(
                .notAvailable("mode EndpointSlice", consequence: "the group waits"),
                at: ["mode"],
                severity: .warning
            )
        }
        let active = label["active"].string ?? RoleLabel().active
        let passive = label["passive"].isPresent ? label["passive"].string : RoleLabel().passive
        if active == passive {
            report(.passiveEqualsActive(active), at: ["roleLabel", label["passive"].isPresent ? "passive" : "active"])
        }
    }

    private mutating func checkSelector() {
        let key = reader["roleLabel"]["key"].string ?? RoleLabel().key
        let selector = reader["selector"]
        if selector["matchLabels"].labels[key] != nil {
            report(.roleKeyInSelector(key), at: ["selector", "matchLabels", key])
        }
        for (index, item) in selector["matchExpressions"].items.enumerated() {
            let place = ["selector", "matchExpressions", "[\(index)]"]
            if item["key"].string == key { report(.roleKeyInSelector(key), at: place + ["key"]) }
            guard let name = item["operator"].string else { continue }
            let takesValues = ["In", "NotIn"].contains(name)
            if takesValues, item["values"].items.isEmpty { report(.noValues(name), at: place + ["operator"]) }
            if !takesValues, !item["values"].items.isEmpty { report(.valuesOfExists(name), at: place + ["values"]) }
        }
    }

    private mutating func checkPriorities() {
        let rules = reader["priorities"].items
        var seen: [PriorityRule.Match] = []
        for (index, rule) in rules.enumerated() {
            let given = ["pod", "matchLabels"].filter { rule[$0].isPresent }
            if given.count != 1 {
                report(.matchCount(given), at: ["priorities", "[\(index)]"])
                seen.append(.labels(["": "\(index)"]))
                continue
            }
            let match = rule["pod"].string.map(PriorityRule.Match.pod) ?? .labels(rule["matchLabels"].labels)
            if let earlier = seen.firstIndex(where: { $0.covers(match) }) {
                report(.unreachablePriority(earlier: earlier), at: ["priorities", "[\(index)]"], severity: .warning)
            }
            seen.append(match)
        }
    }

    // MARK: Probes

    private mutating func checkProbe(_ name: String) {
        let probe = reader[name]
        let handlers = ObjectSchema.handlers.filter { probe[$0].isPresent }
        if handlers.count != 1 { report(.handlerCount(handlers, allowed: ObjectSchema.handlers), at: [name]) }
        checkTimings(name)
        checkNamedPort(name)
        if probe["httpGet"]["tls"].isPresent, probe["httpGet"]["tls"]["verify"].bool != true {
            for key in ["caFile", "serverName"] where probe["httpGet"]["tls"][key].isPresent {
                report(.unverifiedTLS, at: [name, "httpGet", "tls", key], severity: .warning)
            }
        }
        checkExec(name)
        if probe["grpc"].isPresent {
            let consequence = "its members stay unknown"
            report(.notAvailable("grpc", consequence: consequence), at: [name, "grpc"], severity: .warning)
        }
    }

    private mutating func checkTimings(_ name: String) {
        let timing = ProbeTiming(reader[name])
        let hasPeriod = reader[name]["periodSeconds"].isPresent
        if timing.timeout > timing.period {
            report(.timeoutAbovePeriod, at: [name, "timeoutSeconds"])
        } else if timing.timeout == timing.period, hasPeriod || reader[name]["timeoutSeconds"].isPresent {
            report(.timeoutEqualsPeriod, at: [name, "timeoutSeconds"], severity: .warning)
        }
        if timing.fastPeriod > timing.period { report(.fastPeriodAbovePeriod, at: [name, "fastPeriodSeconds"]) }
    }

    private mutating func checkNamedPort(_ name: String) {
        for handler in ["httpGet", "tcpSocket"] {
            guard reader[name][handler]["host"].isPresent, let port = reader[name][handler]["port"].string else {
                continue
            }
            report(.namedPortOfForeignHost(port), at: [name, handler, "port"])
        }
    }

    private mutating func checkExec(_ name: String) {
        let exec = reader[name]["exec"]
        guard exec.isPresent else { return }
        if exec["runIn"].string == ExecProbe.Place.supervisor.rawValue {
            if exec["container"].isPresent { report(.containerBesideSupervisor, at: [name, "exec", "container"]) }
            return
        }
        let consequence = "its members stay unknown"
        report(.notAvailable("exec in the pod", consequence: consequence), at: [name, "exec"], severity: .warning)
        if ProbeTiming(reader[name]).period < .seconds(1) {
            report(.fastExecInPod, at: [name, "periodSeconds"], severity: .warning)
        }
    }

    private mutating func checkEqualProbes() {
        guard let passive = ProbeConfiguration(reader["passiveProbe"]), passive == ProbeConfiguration(reader["probe"])
        else { return }
        report(.passiveProbeEqualsProbe, at: ["passiveProbe"], severity: .warning)
    }

    // MARK: Failover and hooks

    private mutating func checkFailover() {
        let failover = reader["failover"]
        if failover["preempt"].bool == true {
            if failover["preemptDelaySeconds"].duration == .zero {
                report(.preemptWithoutDelay, at: ["failover", "preemptDelaySeconds"], severity: .warning)
            }
            let consequence = "a member of higher priority does not take the role back by itself"
            report(.notAvailable("preempt", consequence: consequence), at: ["failover", "preempt"], severity: .warning)
        }
        if failover["onNodeDrain"].string == FailoverConfiguration.NodeDrain.switch.rawValue {
            let message = DiagnosticMessage.notAvailable(
                "onNodeDrain",
                consequence: "the role moves when the pod terminates"
            )
            report(message, at: ["failover", "onNodeDrain"], severity: .warning)
        }
    }

    private mutating func checkHooks() {
        for name in ["onPromote", "onDemote"] where reader["hooks"][name].isPresent {
            let hook = reader["hooks"][name]
            let choices = ["exec", "httpPost"]
            let given = choices.filter { hook[$0].isPresent }
            if given.count != 1 { report(.handlerCount(given, allowed: choices), at: ["hooks", name]) }
            report(.notAvailable("a hook", consequence: "it is not run"), at: ["hooks", name], severity: .warning)
        }
    }

    // MARK: Reporting

    /// Reports at the deepest node of `keys` that exists; `[N]` steps into a list.
    private mutating func report(
        _ message: DiagnosticMessage,
        at keys: [String],
        severity: Diagnostic.Severity = .error
    ) {
        var node = group
        var mark = group.mark
        for key in keys {
            if key.hasPrefix("["), let index = Int(key.dropFirst().dropLast()), let items = node.sequence {
                node = items[index]
            } else if let value = node[key] {
                node = value
            } else {
                break
            }
            mark = node.mark
        }
        let keyPath = keys.reduce(path) { $1.hasPrefix("[") ? $0 + $1 : "\($0).\($1)" }
        diagnostics.append(
            Diagnostic(message, severity: severity, path: keyPath, mark: mark, aliasMark: node.aliasMark)
        )
    }
}

extension PriorityRule.Match {
    /// Whether every pod that `other` matches is matched by this one before it.
    fileprivate func covers(_ other: PriorityRule.Match) -> Bool {
        switch (self, other) {
        case (.pod(let mine), .pod(let theirs)): mine == theirs
        case (.labels(let mine), .labels(let theirs)): mine.allSatisfy { theirs[$0.key] == $0.value }
        case (.labels(let mine), .pod): mine.isEmpty
        case (.pod, .labels): false
        }
    }
}
