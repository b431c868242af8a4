import FailoverCore
import Patterns
import StandbyConfiguration
import Transport

extension HTTPProbe: ExchangeProbe {
    /// Bytes of body that are read, as the kubelet reads them.
    static let bodyLimit = 10 * 1024
    /// A kept connection is closed after so many probes, so that a dead listener shows.
    static let renewal = 10

    /// Only an expected body is looked at.
    var keepsBody: Bool { expectedBody != nil }

    /// The request as the kubelet would make it; nil if the port cannot be resolved.
    func request(for target: ProbeTarget) -> HTTPRequest? {
        guard let number = target.number(of: port) else { return nil }
        let name = URLHost.text(host ?? target.address)
        let scheme = scheme == .https ? "https" : "http"
        var request = HTTPRequest(method.rawValue, "\(scheme)://\(name):\(number)\(Self.encoded(path))")
        request.headers = requestHeaders
        request.omittedHeaders = ["Accept", "User-Agent"].filter { name in
            headers.contains { $0.name.lowercased() == name.lowercased() && $0.value.isEmpty }
        }
        request.version = self.scheme == .https ? .http2Alone : .http1
        request.timeout = target.probe.timing.timeout
        request.tls.verifiesServer = tls.isVerified
        request.tls.serverName = self.scheme == .https ? tls.serverName : nil
        if let file = tls.caFile { request.tls.authority = .file(file) }
        request.connection = keepAlive ? .shared : .single
        request.bodyLimit = Self.bodyLimit
        request.overflow = .truncate
        request.proxy = ""
        return request
    }

    /// A path as it goes over the wire: what is not ASCII is escaped.
    private static func encoded(_ path: String) -> String {
        if path.utf8.allSatisfy({ $0 < 0x80 }) { return path }
        return path.utf8.map { byte in
            byte < 0x80
                ? String(UnicodeScalar(byte))
                : "%" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }

    /// Names of headers that are left out if their value is empty; others are sent.
    private static let leftOutWhenEmpty: Set = ["accept", "user-agent", "host"]

    /// Our own headers, each unless the configuration gives one of that name.
    private var requestHeaders: [HTTPRequest.Header] {
        let own = [("User-Agent", "kube-standby-probe/1"), ("Accept", "*/*")]
        let given = Set(headers.map { $0.name.lowercased() })
        return own.filter { !given.contains($0.0.lowercased()) }.map { .init($0.0, $0.1) }
            + headers.filter { !$0.value.isEmpty || !Self.leftOutWhenEmpty.contains($0.name.lowercased()) }
            .map { .init($0.name, $0.value) }
    }

    /// Whether status and body are as expected.
    func outcome(of response: HTTPResponse) -> ProbeOutcome {
        let status = response.head.status
        guard expectedStatus.contains(where: { $0.codes.contains(status) }) else {
            return ProbeOutcome(.failure, .status(status))
        }
        return switch expectedBody?.search(response.body).end {
        case .found, nil: ProbeOutcome(.success, .status(status))
        case .notFound: ProbeOutcome(.failure, .bodyMismatch(status: status))
        case .exhausted: ProbeOutcome(.failure, .bodyUndecided(status: status))
        }
    }
}
