import StandbyConfiguration
import Transport

extension TCPProbe {
    /// The connection that probes `target`; nil if its port cannot be resolved.
    func request(for target: ProbeTarget, pool: Int) -> HTTPRequest? {
        guard let number = target.number(of: port) else { return nil }
        var request = HTTPRequest("GET", "http://\(URLHost.text(host ?? target.address)):\(number)")
        request.version = .connectOnly
        request.connection = .single
        request.timeout = target.probe.timing.timeout
        request.proxy = ""
        request.pool = pool
        return request
    }
}
