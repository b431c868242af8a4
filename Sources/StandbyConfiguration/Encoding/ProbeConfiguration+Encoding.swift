import FailoverCore
import Patterns

extension ProbeConfiguration {
    /// The probe with every default filled in.
    var effective: ConfigurationValue {
        .fields([
            (handler.name, handler.effective),
            ("initialDelaySeconds", .seconds(timing.initialDelay)),
            ("periodSeconds", .seconds(timing.period)),
            ("fastPeriodSeconds", .seconds(timing.fastPeriod)),
            ("timeoutSeconds", .seconds(timing.timeout)),
            ("failureThreshold", .integer(timing.thresholds.failure)),
            ("successThreshold", .integer(timing.thresholds.success)),
        ])
    }
}

extension ProbeConfiguration.Handler {
    /// The field that holds it.
    package var name: String {
        switch self {
        case .httpGet: "httpGet"
        case .tcpSocket: "tcpSocket"
        case .grpc: "grpc"
        case .exec: "exec"
        }
    }

    fileprivate var effective: ConfigurationValue {
        switch self {
        case .httpGet(let probe): probe.effective
        case .tcpSocket(let probe):
            .fields([
                ("port", probe.port.value),
                ("container", probe.container.map(ConfigurationValue.string)),
                ("host", probe.host.map(ConfigurationValue.string)),
            ])
        case .grpc(let probe): .fields([("port", .integer(probe.port)), ("service", .string(probe.service))])
        case .exec(let probe):
            .fields([
                ("command", .strings(probe.command)),
                ("runIn", .string(probe.place.rawValue)),
                ("container", probe.container.map(ConfigurationValue.string)),
            ])
        }
    }
}

extension HTTPProbe {
    fileprivate var effective: ConfigurationValue {
        .fields([
            ("path", .string(path)),
            ("port", port.value),
            ("container", container.map(ConfigurationValue.string)),
            ("scheme", .string(scheme.rawValue)),
            ("host", host.map(ConfigurationValue.string)),
            ("httpHeaders", .list(headers.map(\.effective))),
            ("expectedStatus", .list(expectedStatus.map(\.value))),
            ("expectedBody", expectedBody.map { .string($0.text) }),
            ("method", .string(method.rawValue)),
            ("keepAlive", .bool(keepAlive)),
            ("tls", tls.effective),
        ])
    }
}

extension HTTPProbe.Header {
    fileprivate var effective: ConfigurationValue {
        .fields([("name", .string(name)), ("value", .string(value))])
    }
}

extension HTTPProbe.TLS {
    fileprivate var effective: ConfigurationValue {
        .fields([
            ("verify", .bool(isVerified)),
            ("caFile", caFile.map(ConfigurationValue.string)),
            ("serverName", serverName.map(ConfigurationValue.string)),
        ])
    }
}

extension PortReference {
    fileprivate var value: ConfigurationValue {
        switch self {
        case .number(let number): .integer(number)
        case .named(let name): .string(name)
        }
    }
}

extension StatusRange {
    /// As the file writes it.
    var value: ConfigurationValue {
        codes.count == 1 ? .integer(codes.lowerBound) : .string("\(codes.lowerBound)-\(codes.upperBound)")
    }
}
