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
