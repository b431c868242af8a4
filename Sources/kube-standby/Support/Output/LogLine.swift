import Foundation
import KubernetesClient
import Logging
import PlainText

/// Makes lines of the log: time, level, metadata, source, message.
enum LogLine {
    /// Metadata before the message, as `key=value`.
    static func text(_ event: LogEvent, _ metadata: Logger.Metadata, label: String) -> String {
        var line = "\(now) \(event.level) \(label):"
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            line += " \(PrintableText.line(key))=\(PrintableText.line("\(value)"))"
        }
        return line + " [\(event.source)] \(PrintableText.line("\(event.message)"))"
    }

    /// For a terminal: the clock's time, the level in its colour, the message, and the metadata dimmed, in columns.
    static func terminal(_ event: LogEvent, _ metadata: Logger.Metadata) -> String {
        let time = now.drop { $0 != "T" }.dropFirst().prefix(12)
        let level = "\(event.level)".padding(toLength: levelWidth, withPad: " ", startingAt: 0)
        let message = PrintableText.line("\(event.message)")
        let pairs = metadata.sorted { $0.key < $1.key }.map { key, value in
            "\(PrintableText.line(key))=\(PrintableText.line("\(value)"))"
        }
        let gap = String(repeating: " ", count: max(0, messageWidth - message.count))
        let details = pairs.isEmpty ? "" : "\(gap)  \(dim)\(pairs.joined(separator: " "))\(plain)"
        return "\(dim)\(time)\(plain)  \(colour(of: event.level))\(level)\(plain)  \(message)\(details)"
    }

    /// Of the longest level, `critical`.
    private static let levelWidth = 8
    /// Most messages are shorter.
    private static let messageWidth = 40
    private static let dim = "\u{1B}[2m"
    private static let plain = "\u{1B}[0m"

    private static func colour(of level: Logger.Level) -> String {
        switch level {
        case .trace, .debug: dim
        case .info: ""
        case .notice: "\u{1B}[36m"
        case .warning: "\u{1B}[33m"
        case .error, .critical: "\u{1B}[1;31m"
        }
    }

    /// By RFC 3339, with date, microseconds and zone: `2026-11-25T20:57:22.000123Z`.
    private static var now: String { "\(MicroTime(Date()))" }

    /// One object; its keys are sorted.
    static func json(_ event: LogEvent, _ metadata: Logger.Metadata) -> String {
        var object = metadata.mapValues { "\($0)" }
        object["time"] = now
        object["level"] = event.level.rawValue
        object["message"] = "\(event.message)"
        let members = object.sorted { $0.key < $1.key }.map { key, value in
            PrintableText.json(key) + ":" + PrintableText.json(value, limit: PrintableText.limit)
        }
        return "{" + members.joined(separator: ",") + "}"
    }
}
