import FailoverCore
import StandbyConfiguration
import Transport

extension TCPProbe: ExchangeProbe {
    /// The connection as libcurl makes it, which can resolve names.
    func request(for target: ProbeTarget) -> HTTPRequest? {
        guard let number = target.number(of: port) else { return nil }
        var request = HTTPRequest("GET", "http://\(URLHost.text(host ?? target.address)):\(number)")
        request.version = .connectOnly
        request.connection = .single
        request.timeout = target.probe.timing.timeout
        request.proxy = ""
        return request
    }

    /// The address to connect to without libcurl, which costs half as much; nil if it is a name, or the port cannot be
    /// resolved.
    func address(for target: ProbeTarget) -> SocketAddress? {
        target.number(of: port).flatMap { SocketAddress(host: host ?? target.address, port: $0) }
    }

    /// Whoever accepts a connection is healthy.
    func outcome(of response: HTTPResponse) -> ProbeOutcome {
        ProbeOutcome(.success, .connected)
    }
}
