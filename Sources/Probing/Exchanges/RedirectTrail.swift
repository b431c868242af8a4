import StandbyConfiguration
import Transport

/// The requests of one probe that is redirected, as the kubelet follows them: to the same host name only, ten requests in
/// all.
///
/// https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/#http-probes
struct RedirectTrail {
    /// What to do about an answer.
    enum Step {
        /// It is the probe's last one.
        case answered
        /// This is asked next.
        case ask(HTTPRequest)
        /// It would take one request too many.
        case endless
    }

    /// Requests that one probe may need.
    static let requestLimit = 10
    /// Requests that were made so far.
    private(set) var requestCount = 1
    private var current: HTTPRequest

    /// `first`: what the probe asks to begin with.
    init(_ first: HTTPRequest) {
        current = first
    }

    /// Takes an answer to the last request.
    mutating func answered(_ response: HTTPResponse) -> Step {
        guard let location = response.location, let url = Redirect.url(of: location, from: current.url),
            let place = URLAuthority(url), let origin = URLAuthority(current.url),
            place.bareHost.lowercased() == origin.bareHost.lowercased(), !place.hasCredentials
        else { return .answered }
        if requestCount == Self.requestLimit { return .endless }
        requestCount += 1
        current.url = url
        // Each hop has a connection of its own; the first one's may be kept for the next probe.
        current.connection = .single
        // Go's client keeps a Host of ours as long as the server names no other place itself.
        if Redirect.isAbsolute(location) { current.headers.removeAll { $0.name.lowercased() == "host" } }
        if !url.hasPrefix("https:") {
            current.version = .http1
        } else if current.version == .http1 {
            current.version = .http2Alone
        }
        return .ask(current)
    }
}
