import FailoverCore
import Foundation

/// Finds the number in what a candidate answered.
enum ScoreReading {
    /// Bytes of an answer that are read.
    static let limit = 10 * 1024

    /// The number that an answer is or, at a JSON pointer (RFC 6901), has; only a finite number is a score.
    static func score(in answer: [UInt8], at pointer: String?) -> CandidateScore {
        guard let pointer else { return plain(answer) }
        guard let document = try? JSONDecoder().decode(JSONPart.self, from: Data(answer.prefix(limit))) else {
            return .missing("the answer is no JSON, or longer than \(limit) bytes")
        }
        guard let part = document[tokens(of: pointer)[...]] else {
            return .missing("the answer has nothing at \(pointer)")
        }
        guard case .number(let number) = part, number.isFinite else {
            return .missing("what the answer has at \(pointer) is no number")
        }
        return .number(number)
    }

    /// An answer that is a number, with blanks around it.
    private static func plain(_ answer: [UInt8]) -> CandidateScore {
        let text = String(decoding: answer.prefix(limit), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        if text.isEmpty { return .missing("the answer is empty") }
        // What Swift reads beside that, as nan and hexadecimal digits, is no number to anybody else.
        let isPlain = text.utf8.count <= 400 && text.utf8.allSatisfy { "+-.eE0123456789".utf8.contains($0) }
        guard isPlain, let number = Double(text), number.isFinite else { return .missing("the answer is no number") }
        return .number(number)
    }

    private static func tokens(of pointer: String) -> [String] {
        pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map {
            String($0).replacing("~1", with: "/").replacing("~0", with: "~")
        }
    }
}

/// A part of a JSON document, as far as a pointer and a number need it.
private enum JSONPart: Decodable {
    case number(Double)
    case list([JSONPart])
    case mapping([String: JSONPart])
    /// A text, true, false, null, or a number that is too large.
    case other

    init(from decoder: any Decoder) throws {
        if let members = try? [String: JSONPart](from: decoder) {
            self = .mapping(members)
        } else if let items = try? [JSONPart](from: decoder) {
            self = .list(items)
        } else {
            let value = try decoder.singleValueContainer()
            // On some systems true is as good as 1.
            let number = (try? value.decode(Bool.self)) == nil ? try? value.decode(Double.self) : nil
            self = number.map(JSONPart.number) ?? .other
        }
    }

    /// The part that a pointer leads to; nil: it leads nowhere.
    subscript(tokens: ArraySlice<String>) -> JSONPart? {
        guard let token = tokens.first else { return self }
        let next: JSONPart? =
            switch self {
            case .mapping(let members): members[token]
            case .list(let items): Self.index(token).flatMap { items.indices.contains($0) ? items[$0] : nil }
            case .number, .other: nil
            }
        return next?[tokens.dropFirst()]
    }

    /// An index has no sign and no zeros before it.
    private static func index(_ token: String) -> Int? {
        guard token.utf8.allSatisfy({ (48...57).contains($0) }), token == "0" || !token.hasPrefix("0") else {
            return nil
        }
        return Int(token)
    }
}
