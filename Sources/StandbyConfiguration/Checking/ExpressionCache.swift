import YAMLDocument

/// Remembers which regular expressions are valid: many groups share one, and compiling takes long.
struct ExpressionCache {
    private var verdicts: [String: Bool] = [:]

    /// Whether a scalar is a regular expression.
    mutating func accepts(_ scalar: YAMLScalar) -> Bool {
        guard let text = scalar.string else { return false }
        if let verdict = verdicts[text] { return verdict }
        let verdict = StringFormat.regularExpression.accepts(text)
        verdicts[text] = verdict
        return verdict
    }
}
