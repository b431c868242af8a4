/// Gives a priority to the pods that it matches.
package struct PriorityRule: Sendable, Hashable {
    /// Which pods.
    package enum Match: Sendable, Hashable {
        case pod(String)
        case labels([String: String])
    }

    /// The priority of a pod that no rule matches.
    package static let defaultPriority = 100

    package var match: Match
    /// 0...1000; 0 means never promote.
    package var priority: Int

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

extension [PriorityRule] {
    /// The priority of a pod: that of the first rule that matches, else the default.
    package func priority(name: String, labels: [String: String]) -> Int {
        first { $0.matches(name: name, labels: labels) }?.priority ?? PriorityRule.defaultPriority
    }
}
