import ArgumentParser
import Foundation
import Logging

/// How the log is written.
enum LogFormat: String, ExpressibleByArgument, CaseIterable {
    /// One line for people; on a terminal aligned and in colour.
    case text
    /// One object a line.
    case json

    /// The label of every line in text.
    private static let label = "kube-standby"

    /// Looked at once: a terminal does not become a file.
    private static let isForTerminal = StandardError.takesColour

    /// The level of that name.
    static func level(_ name: String) throws -> Logger.Level {
        if let level = Logger.Level(rawValue: name) { return level }
        throw ValidationError(
            "\"\(name)\" is no level: " + Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
        )
    }

    /// Where lines of this format go: standard error.
    func sink() -> LogSink {
        LogSink(descriptor: STDERR_FILENO) { missing in
            let event = LogEvent(
                level: .warning,
                message: "lines of the log were dropped, it could not be written",
                metadata: nil,
                source: Self.label,
                file: #fileID,
                function: #function,
                line: #line
            )
            return self.line(event, ["lines": "\(missing)"])
        }
    }

    /// A logger into a sink.
    func logger(level: Logger.Level, sink: LogSink) -> Logger {
        var logger = Logger(label: Self.label) { _ in Handler(format: self, sink: sink) }
        logger.logLevel = level
        return logger
    }

    private func line(_ event: LogEvent, _ metadata: Logger.Metadata) -> String {
        switch self {
        case .text where Self.isForTerminal: LogLine.terminal(event, metadata)
        case .text: LogLine.text(event, metadata, label: Self.label)
        case .json: LogLine.json(event, metadata)
        }
    }

    private struct Handler: LogHandler {
        let format: LogFormat
        let sink: LogSink
        var logLevel: Logger.Level = .info
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            sink.write(format.line(event, metadata.merging(event.metadata ?? [:]) { $1 }))
        }
    }
}
