import ArgumentParser
import Logging

/// How the log is written.
enum LogFormat: String, ExpressibleByArgument, CaseIterable {
    case text
    case json

    /// The level of that name.
    static func level(_ name: String) throws -> Logger.Level {
        if let level = Logger.Level(rawValue: name) { return level }
        throw ValidationError(
            "\"\(name)\" is no level: " + Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
        )
    }

    /// A logger to standard error.
    func logger(level: Logger.Level) -> Logger {
        var logger = Logger(label: "kube-standby") { label in
            switch self {
            case .text: StreamLogHandler.standardError(label: label)
            case .json: JSONLogHandler()
            }
        }
        logger.logLevel = level
        return logger
    }
}
