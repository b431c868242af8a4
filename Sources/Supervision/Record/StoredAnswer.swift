import FailoverCore
import Foundation
import KubernetesClient

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
    /// What another version says besides.
    private var others: [String: JSONFragment] = [:]

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case id, outcome, explanation, move
    }

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
        others = StoredJSON.others(decoder, besides: CodingKeys.allCases)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(outcome, forKey: .outcome)
        try container.encode(explanation, forKey: .explanation)
        try container.encodeIfPresent(move, forKey: .move)
        try encoder.encode(members: others)
    }

    /// The last answers, `ours` with what another version wrote of the same ones, and its own of outcomes that only it knows.
    static func merge(_ ours: [StoredAnswer], into stored: [StoredAnswer]) -> [StoredAnswer] {
        var new = ours
        let kept = stored.compactMap { before -> StoredAnswer? in
            if before.answer == nil { return before }
            guard let index = new.firstIndex(where: before.isSame) else { return nil }
            return new.remove(at: index).keeping(before)
        }
        return (kept + new).suffix(RequestAnswer.limit)
    }

    private func isSame(as other: StoredAnswer) -> Bool {
        id == other.id && outcome == other.outcome && explanation == other.explanation
    }

    private func keeping(_ before: StoredAnswer) -> StoredAnswer {
        var kept = self
        kept.others = before.others
        kept.move = move?.keeping([before.move].compactMap(\.self))
        return kept
    }

    /// Nil for an outcome of another version.
    var answer: RequestAnswer? {
        guard let outcome = RequestAnswer.Outcome(rawValue: outcome) else { return nil }
        let move = move?.entry(now: MicroTime(Date()))
        return RequestAnswer(id: id, outcome: outcome, explanation: explanation, move: move)
    }

    /// Whether what was asked for is so now.
    package var isDone: Bool { outcome == RequestAnswer.Outcome.done.rawValue }
}
