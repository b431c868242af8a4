import FailoverCore
import Foundation

/// What became of a request, on a group's Lease.
package struct StoredAnswer: Codable, Sendable, Hashable {
    /// The request's.
    package var id: String
    /// `Done` or `Refused`.
    package var outcome: String
    /// Why, in words for the operator.
    package var explanation: String
    /// The move that was made for it; nil: none.
    package var move: StoredMove?

    /// `now`: for the time of a move that has none.
    init(_ answer: RequestAnswer, now: Date) {
        id = answer.id
        outcome = answer.outcome.rawValue
        explanation = answer.explanation
        move = answer.move.map { StoredMove($0, now: now) }
    }

    /// Characters of an explanation that are read; ours are shorter.
    private static let longestExplanation = 2000

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id).cut(to: StoredRequest.longestID)
        outcome = try container.decode(String.self, forKey: .outcome).cut(to: 40)
        explanation = try container.decode(String.self, forKey: .explanation).cut(to: Self.longestExplanation)
        move = try? container.decodeIfPresent(StoredMove.self, forKey: .move)
    }

    /// Nil for an outcome of another version.
    var answer: RequestAnswer? {
        guard let outcome = RequestAnswer.Outcome(rawValue: outcome) else { return nil }
        return RequestAnswer(id: id, outcome: outcome, explanation: explanation, move: move?.entry(now: Date()))
    }

    /// Whether what was asked for is so now.
    package var isDone: Bool { outcome == RequestAnswer.Outcome.done.rawValue }
}
