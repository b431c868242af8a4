package import Foundation

/// A time with exactly six fractional digits, as Leases and Events demand it.
package struct MicroTime: Codable, Sendable, Hashable {
    /// Microseconds since 1970.
    package var microseconds: Int64

    package init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    package init(_ date: Date) {
        microseconds = Int64((date.timeIntervalSince1970 * 1e6).rounded(.down))
    }

    /// Reads RFC 3339 with or without fractional digits; nil for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", maxSplits: 1)
        let hasFraction = parts.count == 2
        let whole = hasFraction ? parts[0] + "Z" : Substring(text)
        guard let date = try? Date(String(whole), strategy: .iso8601) else { return nil }
        let digits = hasFraction ? parts[1].prefix { $0.isNumber }.prefix(6) : ""
        let padded = digits + String(repeating: "0", count: 6 - digits.count)
        microseconds = Int64(date.timeIntervalSince1970) * 1_000_000 + (Int64(padded) ?? 0)
    }

    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let time = MicroTime(text) else {
            let context = DecodingError.Context(
                codingPath: decoder.codingPath,
                debugDescription: "\"\(text)\" is no time"
            )
            throw DecodingError.dataCorrupted(context)
        }
        self = time
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    /// Whole seconds since 1970.
    package var seconds: Int64 { microseconds / 1_000_000 }
}

extension MicroTime: CustomStringConvertible {
    /// `2026-01-02T03:04:05.000000Z`.
    package var description: String {
        let date = Date(timeIntervalSince1970: TimeInterval(seconds))
        let whole = date.formatted(.iso8601).dropLast()
        let digits = String(microseconds % 1_000_000)
        return whole + "." + String(repeating: "0", count: 6 - digits.count) + digits + "Z"
    }
}
