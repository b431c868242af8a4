import Coordination

/// Makes Events of reloads: of each that was applied, and of what is wrong once, until something else is.
struct ReloadEvents: Sendable {
    private let write: @Sendable (EventReason, String) -> Void
    /// What was told to be wrong last; nil: the last reload was applied.
    private let mistake = Locked<String?>(nil)

    /// `write`: leaves an Event to be sent.
    init(_ write: @escaping @Sendable (EventReason, String) -> Void) {
        self.write = write
    }

    /// Tells what became of a reload; places and counts, for the file's text is for those who may read the file.
    func tell(_ outcome: ReloadOutcome) {
        switch outcome {
        case .unchanged: break
        case .applied(let counts):
            mistake.withLock { $0 = nil }
            write(.configReloaded, "the configuration was reloaded: \(counts)")
        case .unreadable: complain("the file cannot be read")
        case .refused(let mistakes):
            let first = mistakes.first.map { ", the first at \($0.position) \($0.path)" } ?? ""
            complain("the file has mistakes: \(mistakes.count)\(first)")
        }
    }

    private func complain(_ words: String) {
        let isNew = mistake.withLock { mistake in
            defer { mistake = words }
            return mistake != words
        }
        guard isNew else { return }
        write(.configInvalid, "\(words); the configuration that was running stays; validate and the log tell more")
    }
}
