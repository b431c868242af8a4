import FailoverCore
import Transport

/// The result of one probe.
struct ProbeOutcome: Sendable, Hashable {
    /// What was seen.
    ///
    /// Put into words only when somebody is told, which is seldom.
    enum Finding: Sendable, Hashable {
        case status(Int)
        /// The status was expected, the body was not.
        case bodyMismatch(status: Int)
        /// The status was expected; whether the body was, could not be found out within the bound.
        case bodyUndecided(status: Int)
        case connected
        /// It was redirected again and again.
        case endlessRedirects
        case transport(TransportError)
        case words(String)
    }

    var verdict: ProbeVerdict
    var finding: Finding

    init(_ verdict: ProbeVerdict, _ finding: Finding) {
        self.verdict = verdict
        self.finding = finding
    }

    init(verdict: ProbeVerdict, detail: String) {
        self.init(verdict, .words(detail))
    }

    /// An exchange that brought no answer: the peer's failure, unless it is our own.
    init(_ error: TransportError) {
        self.init(error.isOurOwn ? .noResult : .failure, .transport(error))
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
