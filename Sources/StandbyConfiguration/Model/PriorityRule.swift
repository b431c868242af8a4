/// Gives a priority to the pods that it matches.
package struct PriorityRule: Sendable, Hashable {
    /// Which pods.
    package enum Match: Sendable, Hashable {
        /// The one of this name.
        case pod(String)
        /// All that have these labels; without any, all.
        case labels([String: String])
    }

    /// What a priority may be.
    package static let bounds = 0...1000
    /// The priority of a pod that no rule matches.
    package static let defaultPriority = 100

    /// Which pods the rule is about.
    package var match: Match
    /// Within `bounds`; 0 means never promote.
    package var priority: Int

    /// A rule of its own; those before it in the file win.
    package init(match: Match, priority: Int) {
        self.match = match
        self.priority = priority
    }

    /// Whether the rule holds for a pod.
    package func matches(name: String, labels: [String: String]) -> Bool {
        switch match {
        case .pod(let wanted): wanted == name
        case .labels(let wanted): wanted.allSatisfy { labels[$0.key] == $0.value }
        }
    }
}

extension PriorityRule {
    /// The fields of a rule.
    static let fields = FieldTable("priority", PriorityRule(match: .labels([:]), priority: defaultPriority)) {
        Field.alternative("pod", \.match, .string(.dnsSubdomain), as: Match.pod) {
            if case .pod(let name) = $0 { name } else { nil }
        }
        .says("The name of the pod that this is about")
        Field.alternative("matchLabels", \.match, .labels, as: Match.labels) {
            if case .labels(let labels) = $0 { labels } else { nil }
        }
        .says("The labels of the pods that this is about")
        Field.required("priority", \.priority, .integer(bounds)).says("Higher wins; 0: never promote")
    }
}

extension [PriorityRule] {
    /// The priority of a pod: that of the first rule that matches, else the default.
    package func priority(name: String, labels: [String: String]) -> Int {
        first { $0.matches(name: name, labels: labels) }?.priority ?? PriorityRule.defaultPriority
    }
}
