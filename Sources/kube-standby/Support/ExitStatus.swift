import ArgumentParser

/// How a command ends; the numbers are documented in its help.
enum ExitStatus: Int32, Comparable {
    /// Done, or ended as asked.
    case success = 0
    /// Mistakes in the configuration, or a broken invariant.
    case mistakes = 1
    /// Something could not be read, reached or listened at.
    case unreachable = 2

    /// For ArgumentParser, which ends the process with it.
    var exitCode: ExitCode { ExitCode(rawValue) }

    static func < (lhs: ExitStatus, rhs: ExitStatus) -> Bool { lhs.rawValue < rhs.rawValue }
}
