import FailoverCore
import YAMLDocument

/// Finds what does not go together inside one group.
struct GroupChecker {
    private let collector: DiagnosticCollector
    private let path: NodePath
    /// The group, as written and as meant.
    let node: InheritedNode
    /// Reads the group as meant.
    let reader: NodeReader

    /// `path`: of the group, from the root.
    init(_ node: InheritedNode, path: NodePath, reportingTo collector: DiagnosticCollector) {
        self.node = node
        self.path = path
        self.collector = collector
        reader = NodeReader(node: node.merged)
    }

    /// Checks the group.
    ///
    /// `isNews`: whether a field that the group has only from `defaults` is seen for the first time; it is checked once.
    func check(isNews: (String) -> Bool) {
        for name in GroupConfiguration.fields.schema.requiredNames where node.merged[name] == nil {
            report(.missingKey(name), at: [])
        }
        checkMode()
        checkRequiredHook()
        checkRoleLabel()
        checkSelector()
        for field in Self.checkedFields where node.merged[field] != nil {
            if node.own[field] != nil || isNews(field) { check(field) }
        }
        checkEqualProbes()
    }

    /// Fields whose own checks need nothing else of the group.
    private static let checkedFields = ["priorities", "probe", "passiveProbe", "candidate", "hooks", "failover"]

    private func check(_ field: String) {
        switch field {
        case "priorities": checkPriorities()
        case "candidate": checkCandidate()
        case "hooks": checkHooks()
        case "failover": checkFailover()
        default: checkProbe(field)
        }
    }

    // MARK: Labels and selectors

    private func checkRoleLabel() {
        let label = reader["roleLabel"]
        guard label.isMapping, !isOfSlices else { return }
        let meant = RoleLabel.fields.readable(label)
        if meant.active == meant.passive {
            let field = label["passive"].isPresent ? "passive" : "active"
            report(.passiveEqualsActive(meant.active), at: ["roleLabel", .key(field)])
        }
    }

    private func checkSelector() {
        let selector = reader["selector"]
        guard selector.isPresent else { return }
        let key = roleKey
        if let key, selector["matchLabels"][key].isPresent {
            report(.roleKeyInSelector(key), at: ["selector", "matchLabels", .key(key)])
        }
        for (index, item) in selector["matchExpressions"].items.enumerated() {
            let place: [NodePath.Step] = ["selector", "matchExpressions", .index(index)]
            if let key, item["key"].string == key { report(.roleKeyInSelector(key), at: place + ["key"]) }
            guard let name = item["operator"].string else { continue }
            let takesValues = LabelSelector.Operator(rawValue: name)?.takesValues ?? false
            if takesValues, item["values"].items.isEmpty { report(.noValues(name), at: place + ["operator"]) }
            if !takesValues, !item["values"].items.isEmpty { report(.valuesOfExists(name), at: place + ["values"]) }
        }
    }

    private func checkPriorities() {
        var covered = PriorityCoverage()
        for (index, rule) in reader["priorities"].items.enumerated() {
            let given = PriorityRule.fields.schema.choice.filter { rule[$0].isPresent }
            guard given.count == 1 else {
                report(.matchCount(given), at: ["priorities", .index(index)])
                continue
            }
            if let earlier = covered.add(PriorityRule.fields.readable(rule).match, at: index) {
                warn(.unreachablePriority(earlier: earlier), at: ["priorities", .index(index)])
            }
        }
    }

    // MARK: Failover

    private func checkFailover() {
        let failover = FailoverConfiguration.fields.readable(reader["failover"])
        if failover.preempt, failover.preemptDelay == .zero {
            warn(.preemptWithoutDelay, at: ["failover", "preemptDelaySeconds"])
        }
        checkSecondOpinion()
        checkPromotionGate(failover)
    }

    private func checkSecondOpinion() {
        let fields = reader["failover"]["secondOpinion"]
        guard fields.isMapping else { return }
        // One part may be from `defaults`, so that what is missing shows here.
        for name in SecondOpinion.fields.schema.requiredNames where !fields[name].isPresent {
            report(.missingKey(name), at: ["failover", "secondOpinion"])
        }
        let opinion = SecondOpinion.fields.readable(fields)
        for (index, source) in opinion.sources.enumerated() where opinion.sources.prefix(index).contains(source) {
            report(.doubledSource(source.rawValue), at: ["failover", "secondOpinion", "from", .index(index)])
        }
        let (most, limit) = (opinion.mostOpinions, SecondOpinion(from: SecondOpinion.Source.allCases).mostOpinions)
        if most > 0, most < opinion.atLeast, opinion.atLeast <= limit {
            let sources = SecondOpinion.Source.allCases.filter(opinion.sources.contains).map(\.rawValue)
            report(
                .tooManyOpinions(opinion.atLeast, most: most, sources: sources),
                at: ["failover", "secondOpinion", "atLeast"],
                comparedWith: ["failover", "secondOpinion", "from"]
            )
        }
    }

    // MARK: Reporting

    /// Warns of a value where it is mended.
    func warn(_ message: DiagnosticMessage, at steps: [NodePath.Step]) {
        report(message, at: steps, severity: .warning)
    }

    /// Warns of a value where it was written, however many groups have it from `defaults`.
    func warnAtOrigin(_ message: DiagnosticMessage, at steps: [NodePath.Step]) {
        let place = node.origin(of: steps, in: path)
        collector.add(
            Diagnostic(message, severity: .warning, path: "\(place.path)", mark: place.mark, notes: place.notes)
        )
    }

    /// `other`: the value that this one was compared with; mentioned if it came from `defaults` and this one did not.
    func report(
        _ message: DiagnosticMessage,
        at steps: [NodePath.Step],
        comparedWith other: [NodePath.Step]? = nil,
        severity: Diagnostic.Severity = .error
    ) {
        let place = node.place(of: steps, in: path)
        var notes = place.notes
        if place.defaultsLine == nil, let other, case .key(let name) = other.last,
            let line = node.place(of: other, in: path).defaultsLine
        {
            notes.append(.otherFromDefaults(name, line: line))
        }
        collector.add(Diagnostic(message, severity: severity, path: "\(place.path)", mark: place.mark, notes: notes))
    }
}

/// Finds priority rules that can never match, because one before them matches the same pods.
private struct PriorityCoverage {
    /// Rules by labels that are compared one by one; those beyond are not warned of.
    private static let comparedRules = 100

    private var pods: [String: Int] = [:]
    private var labels: [(labels: [String: String], index: Int)] = []

    /// Adds a rule.
    ///
    /// - Returns: the index of an earlier rule that matches every pod that this one does; nil if there is none.
    mutating func add(_ match: PriorityRule.Match, at index: Int) -> Int? {
        switch match {
        case .pod(let name):
            let everything = labels.first { $0.labels.isEmpty }?.index
            let earlier = pods[name] ?? everything
            if earlier == nil { pods[name] = index }
            return earlier
        case .labels(let wanted):
            let earlier = labels.first { rule in rule.labels.allSatisfy { wanted[$0.key] == $0.value } }?.index
            if earlier == nil, labels.count < Self.comparedRules { labels.append((wanted, index)) }
            return earlier
        }
    }
}
