import FailoverCore
import Patterns

extension ProbeConfiguration {
    /// Decodes a probe that the checkers accepted; nil if it is absent or has no handler.
    init?(_ reader: NodeReader) {
        guard let handler = Handler(reader) else { return nil }
        self.init(handler: handler, timing: ProbeTiming(reader))
    }
}

extension ProbeConfiguration.Handler {
    fileprivate init?(_ reader: NodeReader) {
        if let probe = HTTPProbe(reader["httpGet"]) {
            self = .httpGet(probe)
        } else if let port = reader["tcpSocket"]["port"].port {
            let probe = reader["tcpSocket"]
            self = .tcpSocket(TCPProbe(port: port, container: probe["container"].string, host: probe["host"].string))
        } else if let port = reader["grpc"]["port"].int {
            self = .grpc(GRPCProbe(port: port, service: reader["grpc"]["service"].string ?? ""))
        } else if reader["exec"].isPresent {
            self = .exec(ExecProbe(reader["exec"]))
        } else {
            return nil
        }
    }
}

extension HTTPProbe {
    fileprivate init?(_ reader: NodeReader) {
        guard let port = reader["port"].port else { return nil }
        self.init(port: port)
        if let text = reader["expectedBody"].string {
            // The schema has compiled it before: a probe without its pattern would pass for healthy what is not.
            guard let pattern = try? Pattern.shared(text) else { return nil }
            expectedBody = pattern
        }
        if let text = reader["path"].string { path = text.hasPrefix("/") ? text : "/" + text }
        container = reader["container"].string
        scheme = reader["scheme"].choice(Scheme.self) ?? scheme
        host = reader["host"].string
        headers = reader["httpHeaders"].items.compactMap { item in
            item["name"].string.map { Header(name: $0, value: item["value"].string ?? "") }
        }
        let ranges = reader["expectedStatus"].items.compactMap(\.statusRange)
        if !ranges.isEmpty { expectedStatus = ranges }
        method = reader["method"].choice(Method.self) ?? method
        keepAlive = reader["keepAlive"].bool ?? keepAlive
        tls.isVerified = reader["tls"]["verify"].bool ?? false
        tls.caFile = reader["tls"]["caFile"].string
        tls.serverName = reader["tls"]["serverName"].string
    }
}

extension NodeReader {
    fileprivate var statusRange: StatusRange? { int.map { StatusRange($0...$0) } ?? string.flatMap(StatusRange.init) }
}

extension ExecProbe {
    fileprivate init(_ reader: NodeReader) {
        self.init(
            command: reader["command"].strings,
            place: reader["runIn"].choice(Place.self) ?? .pod,
            container: reader["container"].string
        )
    }
}

extension ProbeTiming {
    init(_ reader: NodeReader) {
        self.init()
        initialDelay = reader["initialDelaySeconds"].duration ?? initialDelay
        period = reader["periodSeconds"].duration ?? period
        fastPeriod = reader["fastPeriodSeconds"].duration ?? min(.seconds(1), period)
        timeout = reader["timeoutSeconds"].duration ?? timeout
        thresholds.failure = reader["failureThreshold"].int ?? thresholds.failure
        thresholds.success = reader["successThreshold"].int ?? thresholds.success
    }
}
