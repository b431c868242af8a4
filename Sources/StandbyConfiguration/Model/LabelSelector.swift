/// A Kubernetes label selector.
///
/// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
package struct LabelSelector: Sendable, Hashable {
    /// How a label is compared.
    package enum Operator: String, Sendable, Hashable, CaseIterable {
        /// It has one of the values.
        case isIn = "In"
        /// It has none of the values, or there is no such label.
        case isNotIn = "NotIn"
        /// There is such a label.
        case exists = "Exists"
        /// There is no such label.
        case doesNotExist = "DoesNotExist"

        /// Whether it compares with values.
        var takesValues: Bool { self == .isIn || self == .isNotIn }
    }

    /// One entry of `matchExpressions`.
    package struct Expression: Sendable, Hashable {
        /// The label's key.
        package var key: String
        /// How the label is compared.
        package var `operator`: Operator
        /// Empty for `Exists` and `DoesNotExist`.
        package var values: [String]

        /// A condition on one label.
        package init(key: String, operator: Operator, values: [String] = []) {
            self.key = key
            self.operator = `operator`
            self.values = values
        }
    }

    /// Labels that an object must have.
    package var matchLabels: [String: String]
    /// Conditions that it must meet besides.
    package var matchExpressions: [Expression]

    /// Without arguments: selects every object.
    package init(matchLabels: [String: String] = [:], matchExpressions: [Expression] = []) {
        self.matchLabels = matchLabels
        self.matchExpressions = matchExpressions
    }

    /// Whether an object with these labels is selected; an empty selector selects every object.
    package func matches(_ labels: [String: String]) -> Bool {
        matchLabels.allSatisfy { labels[$0.key] == $0.value } && matchExpressions.allSatisfy { $0.matches(labels) }
    }

    /// Every key that the selector looks at.
    package var keys: Set<String> {
        Set(matchLabels.keys).union(matchExpressions.map(\.key))
    }
}

extension LabelSelector {
    /// The fields of a selector.
    static let fields = FieldTable("selector", LabelSelector()) {
        Field.defaulted("matchLabels", \.matchLabels, .labels).says("Labels that a pod must have")
        Field.defaulted("matchExpressions", \.matchExpressions, .list(.object(Expression.fields)))
            .says("Conditions on labels that a pod must meet")
    }
}

extension LabelSelector.Expression {
    /// The fields of an entry of `matchExpressions`.
    fileprivate static let fields = FieldTable("matchExpression", LabelSelector.Expression(key: "", operator: .exists))
    {
        Field.required("key", \.key, .string(.labelKey)).says("The label's key")
        Field.required("operator", \.operator, .choice).says("How the label is compared")
        Field.defaulted("values", \.values, .list(.string(.labelValue))).only { $0.operator.takesValues }
            .says("The values for In and NotIn")
    }

    fileprivate func matches(_ labels: [String: String]) -> Bool {
        switch `operator` {
        case .isIn: labels[key].map(values.contains) ?? false
        case .isNotIn: labels[key].map { !values.contains($0) } ?? true
        case .exists: labels[key] != nil
        case .doesNotExist: labels[key] == nil
        }
    }
}

extension LabelSelector: CustomStringConvertible {
    /// The form of the API's `labelSelector` parameter, keys sorted.
    package var description: String {
        let equalities = matchLabels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return (equalities + matchExpressions.map(\.text)).joined(separator: ",")
    }
}

extension LabelSelector.Expression {
    fileprivate var text: String {
        switch `operator` {
        case .isIn: "\(key) in (\(values.joined(separator: ",")))"
        case .isNotIn: "\(key) notin (\(values.joined(separator: ",")))"
        case .exists: key
        case .doesNotExist: "!\(key)"
        }
    }
}
