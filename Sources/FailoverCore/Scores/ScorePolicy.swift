/// By which number candidates are told apart that are otherwise equal, and which numbers keep one from being promoted.
///
/// What a candidate says of itself never changes its health, and moves nothing by itself: it is asked when a move is due anyway.
package struct ScorePolicy: Sendable, Hashable {
    /// Which of two numbers is the better.
    package enum Preference: String, Sendable, Hashable, CaseIterable {
        /// A lag.
        case lowest = "Lowest"
        /// A position in a log.
        case highest = "Highest"
    }

    /// Stands for what is asked: what was answered to another question does not count any more.
    package var question: Int
    /// Which of two numbers is the better.
    package var prefer: Preference
    /// A candidate with a greater number is refused; nil: no bound; never NaN.
    package var refuseAbove: Double?
    /// A candidate with a smaller number is refused; nil: no bound; never NaN.
    package var refuseBelow: Double?
    /// Whether a candidate that gives no number is refused, instead of being the last choice.
    package var isRequired: Bool
    /// How long a decision waits for answers at most; 0.05...10 s.
    package var timeout: Duration

    /// The lowest number within a second, without bounds, unless it is said otherwise.
    package init(
        question: Int = 0,
        prefer: Preference = .lowest,
        refuseAbove: Double? = nil,
        refuseBelow: Double? = nil,
        isRequired: Bool = false,
        timeout: Duration = .seconds(1)
    ) {
        self.question = question
        self.prefer = prefer
        self.refuseAbove = refuseAbove
        self.refuseBelow = refuseBelow
        self.isRequired = isRequired
        self.timeout = timeout
    }

    /// Whether a score can keep a candidate from being promoted, so that even the only one is asked.
    var mayRefuse: Bool { isRequired || refuseAbove != nil || refuseBelow != nil }

    /// Why a candidate is not promoted that answered like this; nil: its score allows it.
    func refusal(of score: CandidateScore) -> Candidacy.Refusal? {
        switch score {
        case .number(let number):
            if let refuseAbove, number > refuseAbove { return .scoreAbove(number, limit: refuseAbove) }
            if let refuseBelow, number < refuseBelow { return .scoreBelow(number, limit: refuseBelow) }
            return nil
        case .missing: return isRequired ? .hasNoScore : nil
        }
    }

    /// The place of a score among others; lower is better, and no number comes last.
    func rank(of score: CandidateScore?) -> Int64 {
        guard case .number(let number) = score else { return .max }
        // Adding zero makes the two zeros one.
        let bits = Int64(bitPattern: ((prefer == .lowest ? number : -number) + 0).bitPattern)
        // Numbers below zero have their sign apart: with the other bits turned over, integers are in the order of numbers.
        return bits < 0 ? bits ^ .max : bits
    }
}

/// What a candidate answered when it was asked for its score.
package enum CandidateScore: Sendable, Hashable {
    /// A number that is finite.
    case number(Double)
    /// None, and why.
    case missing(String)

    /// Characters that are kept of a reason.
    static let longestReason = 200

    /// The number; nil: it gave none.
    package var number: Double? { if case .number(let number) = self { number } else { nil } }

    /// Why there is none; nil: there is one.
    package var reason: String? { if case .missing(let reason) = self { reason } else { nil } }

    /// The same; of a long reason the beginning is kept, and what is not finite is no number.
    var bounded: CandidateScore {
        switch self {
        case .number(let number) where number.isFinite: self
        case .number: .missing("not a finite number")
        case .missing(let reason): .missing(String(reason.prefix(Self.longestReason)))
        }
    }

    /// A number as people write it: whole ones without a fraction.
    package static func text(of number: Double) -> String {
        let isWhole = number.rounded() == number && number.magnitude < 1e15
        return isWhole ? "\(Int64(number))" : "\(number)"
    }
}

extension CandidateScore: CustomStringConvertible {
    package var description: String {
        switch self {
        case .number(let number): "score \(Self.text(of: number))"
        case .missing(let reason): "no score (\(reason))"
        }
    }
}
