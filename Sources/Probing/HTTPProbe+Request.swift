import FailoverCore
import StandbyConfiguration
import Transport

extension HTTPProbe {
    /// Bytes of body that are read, as the kubelet reads them.
    static let bodyLimit = 10 * 1024
    /// A kept connection is renewed at every tenth probe, so that a dead listener shows.
    static let renewal = 10

    /// The request that probes `target`; nil if its port cannot be resolved.
    ///
    /// `count`: probes made before this one.
    func request(for target: ProbeTarget, count: Int, pool: Int) -> HTTPRequest? {
        guard let number = target.number(of: port) else { return nil }
        let name = URLHost.text(host ?? target.address)
        let scheme = scheme == .https ? "https" : "http"
        var request = HTTPRequest(method.rawValue, "\(scheme)://\(name):\(number)\(path)")
        request.headers = requestHeaders
        request.timeout = target.probe.timing.timeout
        request.tls.verifiesServer = tls.isVerified
        request.tls.serverName = tls.serverName
        if let file = tls.caFile { request.tls.authority = .file(file) }
        request.connection = !keepAlive ? .single : count % Self.renewal == 0 ? .renewed : .shared
        request.bodyLimit = Self.bodyLimit
        request.overflow = .truncate
        request.proxy = ""
        request.pool = pool
        return request
    }

    /// Our own headers, each unless the configuration gives one of that name.
    private var requestHeaders: [HTTPRequest.Header] {
        let own = [("User-Agent", "kube-standby-probe/1"), ("Accept", "*/*")]
        let given = Set(headers.map { $0.name.lowercased() })
        return own.filter { !given.contains($0.0.lowercased()) }.map { .init($0.0, $0.1) }
            + headers.map { .init($0.name, $0.value) }
    }

    /// The verdict on an answer.
    func outcome(of response: HTTPResponse) -> ProbeOutcome {
        let status = response.head.status
        guard expectedStatus.contains(where: { $0.codes.contains(status) }) else {
            return ProbeOutcome(verdict: .failure, detail: "HTTP \(status)")
        }
        if let expectedBody, let pattern = try? Regex(expectedBody) {
            let text = String(decoding: response.body, as: UTF8.self)
            if text.firstMatch(of: pattern) == nil {
                return ProbeOutcome(verdict: .failure, detail: "HTTP \(status), body does not match")
            }
        }
        return ProbeOutcome(verdict: .success, detail: "HTTP \(status)")
    }
}

/// Hosts in URLs.
enum URLHost {
    /// An IPv6 address gets its brackets.
    static func text(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }
}
