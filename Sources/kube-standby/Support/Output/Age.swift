import Foundation
import KubernetesClient

/// Spans of time for people: two units at most, as kubectl writes ages.
///
/// https://github.com/kubernetes/apimachinery/blob/v0.36.0/pkg/util/duration/duration.go
enum Age {
    private static let minute = 60
    private static let hour = 3600
    private static let day = 86_400

    /// `45s`, `3m20s`, `12m`, `5h40m`, `31h`, `3d4h` or `12d`.
    ///
    /// `seconds`: less than 0, as when clocks differ, is 0.
    static func text(seconds: Double) -> String {
        let whole = Int(min(max(0, seconds.rounded(.down)), 1e12))
        switch whole {
        case ..<(2 * minute): return "\(whole)s"
        case ..<(10 * minute): return pair(whole, minute, "m", 1, "s")
        case ..<(3 * hour): return "\(whole / minute)m"
        case ..<(8 * hour): return pair(whole, hour, "h", minute, "m")
        case ..<(2 * day): return "\(whole / hour)h"
        case ..<(8 * day): return pair(whole, day, "d", hour, "h")
        default: return "\(whole / day)d"
        }
    }

    /// How long ago a time was; `-` without one.
    static func since(_ time: MicroTime?, now: Date) -> String {
        time.map { text(seconds: now.timeIntervalSince1970 - Double($0.microseconds) / 1e6) } ?? "-"
    }

    private static func pair(_ whole: Int, _ large: Int, _ name: String, _ small: Int, _ rest: String) -> String {
        let number = whole % large / small
        return "\(whole / large)\(name)" + (number > 0 ? "\(number)\(rest)" : "")
    }
}
