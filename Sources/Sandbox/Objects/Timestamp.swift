import Foundation

/// Times as the API writes them.
enum Timestamp {
    /// Seconds, as in `metadata.creationTimestamp`.
    static func seconds(_ date: Date = Date()) -> JSONValue { .string(date.formatted(.iso8601)) }

    /// Exactly six fractional digits, as in a Lease.
    static func micro(_ date: Date = Date()) -> JSONValue {
        let microseconds = Int((date.timeIntervalSince1970 * 1_000_000).rounded(.down))
        let whole = Date(timeIntervalSince1970: TimeInterval(microseconds / 1_000_000)).formatted(.iso8601)
        let fraction = String(microseconds % 1_000_000)
        return .string(
            whole.dropLast() + "." + String(repeating: "0", count: 6 - fraction.count) + fraction + "Z"
        )
    }

    /// Nil for anything that is no time.
    static func date(_ value: JSONValue) -> Date? {
        guard let text = value.string else { return nil }
        if let date = try? Date(text, strategy: .iso8601) { return date }
        return try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// Whether a text has the exact form of a Lease's times.
    ///
    /// https://pkg.go.dev/k8s.io/apimachinery/pkg/apis/meta/v1#MicroTime
    static func isMicro(_ text: String) -> Bool {
        text.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(Z|[+-]\d\d:\d\d)/) != nil
    }

    /// How long ago, as kubectl's tables say it: `42s`, `3m7s`, `5h`, `2d4h`.
    static func age(_ value: JSONValue, now: Date) -> String {
        guard let date = date(value) else { return "<unknown>" }
        let seconds = max(0, Int(now.timeIntervalSince(date)))
        let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400)
        func two(_ large: Int, _ unit: String, _ small: Int, _ smallUnit: String) -> String {
            small == 0 ? "\(large)\(unit)" : "\(large)\(unit)\(small)\(smallUnit)"
        }
        switch seconds {
        case ..<120: return "\(seconds)s"
        case ..<600: return two(minutes, "m", seconds % 60, "s")
        case ..<10_800: return "\(minutes)m"
        case ..<28_800: return two(hours, "h", minutes % 60, "m")
        case ..<172_800: return "\(hours)h"
        case ..<691_200: return two(days, "d", hours % 24, "h")
        default: return "\(days)d"
        }
    }
}
