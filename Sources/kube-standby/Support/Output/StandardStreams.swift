import Coordination
import Foundation
import PlainText

/// Lines on standard output, each written at once, so that a pipe's reader sees it at once, too.
///
/// What cannot be written is no reason to stop in the middle of something: the first failure is kept, later lines are dropped,
/// and whoever can end asks `check`.
enum StandardOutput {
    private static let failure = Locked<Int32?>(nil)

    /// A line, or several; what steers a terminal is escaped.
    static func print(_ line: String) {
        write(line + "\n")
    }

    /// Text with its line ends; what steers a terminal is escaped.
    ///
    /// A task that is cancelled while nothing is taken gives up: whoever has asked us to end does not wait for a reader.
    static func write(_ text: String) {
        guard failure.withLock({ $0 == nil }) else { return }
        let outcome = DescriptorWriter.write(Array(PrintableText.lines(text).utf8), to: STDOUT_FILENO) {
            Task.isCancelled
        }
        if let number = outcome.failure { failure.withLock { $0 = number } }
    }

    /// Text as it is, colours included: whoever made it has escaped what is of others.
    static func write(escaped text: String) {
        guard failure.withLock({ $0 == nil }) else { return }
        let outcome = DescriptorWriter.write(Array(text.utf8), to: STDOUT_FILENO) { Task.isCancelled }
        if let number = outcome.failure { failure.withLock { $0 = number } }
    }

    /// Whether a reader sees colours, and does not ask for none.
    static var takesColour: Bool { isTerminal && Colours.areWanted }

    /// Whether a terminal shows it.
    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Throws exit code 2 if something could not be written: a full disk, a closed pipe.
    static func check() throws {
        guard let reason else { return }
        StandardError.print("standard output cannot be written: \(reason)")
        throw ExitStatus.unreachable.exitCode
    }

    private static var reason: String? {
        failure.withLock { $0 }.map { unsafe String(cString: strerror($0)) }
    }
}

/// Lines on standard error; what cannot be written is lost, for there is no other way to report it.
enum StandardError {
    /// Unicode scalars of one line.
    private static let longestLine = 8192

    /// One line, escaped.
    static func print(_ line: String) {
        write(PrintableText.line(line, limit: longestLine) + "\n")
    }

    /// Text as it is: whoever made it has escaped what is of others.
    static func write(_ text: String) {
        _ = DescriptorWriter.write(Array(text.utf8), to: STDERR_FILENO)
    }

    /// Whether a reader sees colours, and does not ask for none.
    static var takesColour: Bool { isatty(STDERR_FILENO) == 1 && Colours.areWanted }
}

/// What the environment says of colours.
private enum Colours {
    /// Whether nobody asks for none, and the terminal knows them.
    ///
    /// https://no-color.org
    static var areWanted: Bool {
        let environment = ProcessInfo.processInfo.environment
        return environment["NO_COLOR"]?.isEmpty ?? true && environment["TERM"] != "dumb"
    }
}
