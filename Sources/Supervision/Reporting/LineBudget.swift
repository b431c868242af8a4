/// Bounds how often the log says the same thing; what is left out is counted, and reported a little later.
///
/// A pure value: time is an argument.
struct LineBudget: Sendable {
    /// What a line is about: lines of one subject are the same to whoever reads them.
    struct Subject: Sendable, Hashable {
        /// Nil: what is said concerns all groups, and is said of one after the other.
        var group: String?
        /// What they say.
        var message: String
        /// Nil: the group as a whole.
        var member: String?
        /// Whether lines of this message are counted over all groups, each of which has something of its own to say.
        var isOfMany = false
    }

    /// Lines of a subject that were left out.
    struct Omission: Sendable, Hashable {
        /// What they were about.
        var subject: Subject
        /// How many.
        var lines: Int
        /// Groups that were left out, the first of them.
        var groups: [String]
        /// What the last line gave as its cause.
        var cause: String
    }

    /// Lines of one subject that are written in a window.
    static let linesOfAGroup = 5
    /// Of a subject that concerns all groups.
    static let linesOfAll = 3
    /// Of one message, when many groups say the same of themselves: what is left out is in their records' history.
    static let linesOfMany = 50
    /// How long a window is: what concerns all is reported soon.
    static let windowOfAGroup: Duration = .seconds(60)
    /// For a subject that concerns all groups.
    static let windowOfAll: Duration = .seconds(5)
    /// For what many groups say of themselves.
    static let windowOfMany: Duration = .seconds(1)
    /// Names that are kept.
    private static let keptNames = 10

    private struct Window: Sendable {
        var end: ContinuousClock.Instant
        var lines = 0
        var omitted = 0
        var groups: [String] = []
        var cause = ""
    }

    private var windows: [Subject: Window] = [:]

    /// Whether a line is to be written; else it counts as left out.
    ///
    /// `group`: whom it is said of; `cause`: for the line that reports those left out.
    mutating func admits(_ subject: Subject, group: String, cause: String, now: ContinuousClock.Instant) -> Bool {
        let (length, limit) = Self.bounds(of: subject)
        var window = windows[subject] ?? Window(end: now + length)
        defer { windows[subject] = window }
        if window.lines < limit {
            window.lines += 1
            return true
        }
        window.omitted += 1
        window.cause = cause
        if window.groups.count < Self.keptNames, !window.groups.contains(group) { window.groups.append(group) }
        return false
    }

    private static func bounds(of subject: Subject) -> (Duration, lines: Int) {
        if subject.isOfMany { return (windowOfMany, linesOfMany) }
        return subject.group == nil ? (windowOfAll, linesOfAll) : (windowOfAGroup, linesOfAGroup)
    }

    /// What was left out in windows that are over; with them they are forgotten.
    ///
    /// `isLast`: all windows are over.
    mutating func omissions(now: ContinuousClock.Instant, isLast: Bool = false) -> [Omission] {
        let ended = windows.filter { isLast || $0.value.end <= now }
        for subject in ended.keys { windows[subject] = nil }
        return ended.filter { $0.value.omitted > 0 }.map { subject, window in
            Omission(subject: subject, lines: window.omitted, groups: window.groups, cause: window.cause)
        }
    }
}
