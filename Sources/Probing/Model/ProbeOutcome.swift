import FailoverCore
import Transport

/// The result of one probe.
struct ProbeOutcome: Sendable, Hashable {
    /// What was seen.
    ///
    /// Put into words only when it is reported, which is seldom.
    enum Finding: Sendable, Hashable {
        /// An HTTP status, the body as expected or not asked for.
        case status(Int)
        /// The status was expected, the body was not.
        case bodyMismatch(status: Int)
        /// The status was expected; whether the body was, could not be found out within the bound.
        case bodyUndecided(status: Int)
        /// A TCP connection came about.
        case connected
        /// It was redirected again and again.
        case endlessRedirects
        /// There was no answer, and why.
        indirect case transport(TransportError)
        /// Anything else, in words.
        indirect case words(String)
    }

    /// What it says of the member.
    var verdict: ProbeVerdict
    /// What was seen.
    var finding: Finding

    /// A result by what was seen.
    init(_ verdict: ProbeVerdict, _ finding: Finding) {
        self.verdict = verdict
        self.finding = finding
    }

    /// A result in words.
    init(verdict: ProbeVerdict, detail: String) {
        self.init(verdict, .words(detail))
    }

    /// An exchange that brought no answer: the peer's failure, unless it is our own.
    init(_ error: TransportError) {
        self.init(error.isOurOwn ? .noResult : .failure, .transport(error))
    }

    /// Whether another result says the same, but for its details: the milliseconds after which nothing had come, or what a command
    /// printed this time.
    func isSameKind(as other: ProbeOutcome) -> Bool {
        guard verdict == other.verdict else { return false }
        return switch (finding, other.finding) {
        case (.transport(let error), .transport(let otherError)): error.kind == otherError.kind
        case (.words(let words), .words(let otherWords)):
            words == otherWords || Self.head(words) == Self.head(otherWords)
        default: finding == other.finding
        }
    }

    /// What happened, without what was said of it: `exit code 1` of `exit code 1: no route`.
    private static func head(_ words: String) -> Substring {
        words.firstRange(of: ": ").map { words[..<$0.lowerBound] } ?? words[...]
    }

    /// In words.
    var detail: String {
        switch finding {
        case .status(let status): "HTTP \(status)"
        case .bodyMismatch(let status): "HTTP \(status), body does not match"
        case .bodyUndecided(let status):
            "HTTP \(status), body does not match: expectedBody was not found within its bound of work"
        case .connected: "connected"
        case .endlessRedirects: "redirected more than \(RedirectTrail.requestLimit - 1) times"
        case .transport(let error): "\(error)"
        case .words(let words): words
        }
    }
}
