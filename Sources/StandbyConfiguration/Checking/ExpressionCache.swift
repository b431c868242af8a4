import Patterns

/// Remembers which regular expressions are usable: many groups share one, and compiling takes long.
struct ExpressionCache {
    private enum Verdict {
        case usable(Pattern)
        case refused(PatternError)
    }

    private var verdicts: [String: Verdict] = [:]

    /// Why `text` is no regular expression that can be used; nil if it is one.
    mutating func refusal(of text: String) -> PatternError? {
        if case .refused(let error) = verdict(on: text) { error } else { nil }
    }

    private mutating func verdict(on text: String) -> Verdict {
        if let verdict = verdicts[text] { return verdict }
        let verdict: Verdict
        do throws(PatternError) {
            verdict = .usable(try Pattern.shared(text))
        } catch {
            verdict = .refused(error)
        }
        verdicts[text] = verdict
        return verdict
    }
}
