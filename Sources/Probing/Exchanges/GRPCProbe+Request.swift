import FailoverCore
import Foundation
import StandbyConfiguration
import Transport

/// grpc.health.v1.Health/Check over HTTP/2 without TLS, as the kubelet asks it.
///
/// https://github.com/grpc/grpc/blob/master/doc/health-checking.md, and PROTOCOL-HTTP2.md beside it.
extension GRPCProbe: ExchangeProbe {
    /// The answer is a message of a few bytes.
    private static let bodyLimit = 1024

    /// The body holds the status of serving.
    var keepsBody: Bool { true }
    /// Headers or trailers hold gRPC's status.
    var keepsHeaders: Bool { true }

    /// The call of `grpc.health.v1.Health/Check`.
    func request(for target: ProbeTarget) -> HTTPRequest? {
        let name = URLHost.text(target.address)
        var request = HTTPRequest("POST", "http://\(name):\(port)/grpc.health.v1.Health/Check")
        let timeout = target.probe.timing.timeout
        request.headers = [
            .init("content-type", "application/grpc"), .init("te", "trailers"),
            .init("user-agent", "kube-standby-probe/1"),
            .init("grpc-timeout", "\(timeout.wholeNanoseconds / 1_000_000)m"),
        ]
        request.body = Self.frame(HealthCheckMessage.request(service: service))
        request.version = .http2Only
        request.connection = .single
        request.timeout = timeout
        request.bodyLimit = Self.bodyLimit
        request.overflow = .truncate
        request.proxy = ""
        return request
    }

    /// A message as gRPC sends it: not compressed, and how long it is.
    private static func frame(_ message: [UInt8]) -> [UInt8] {
        [0] + (0..<4).map { UInt8(truncatingIfNeeded: message.count >> (24 - 8 * $0)) } + message
    }

    /// Whether the call succeeded and the service serves.
    func outcome(of response: HTTPResponse) -> ProbeOutcome {
        guard response.head.status == 200 else {
            return ProbeOutcome(verdict: .failure, detail: "HTTP \(response.head.status) instead of gRPC")
        }
        guard let text = response.head["grpc-status"], let code = Int(text) else {
            return ProbeOutcome(verdict: .failure, detail: "no gRPC: an answer without grpc-status")
        }
        if code != 0 { return failure(code, Self.message(response)) }
        guard let status = Self.status(in: response.body) else {
            return ProbeOutcome(verdict: .failure, detail: "gRPC: an answer that is no HealthCheckResponse")
        }
        return ProbeOutcome(verdict: status == .serving ? .success : .failure, detail: status.description)
    }

    /// Characters of a message that are looked at; three stand for one that is encoded.
    private static let longestMessage = 600

    /// What the server says, its beginning; empty if it says nothing.
    private static func message(_ response: HTTPResponse) -> String {
        let text = response.head["grpc-message"] ?? ""
        guard text.utf8.count > longestMessage else { return text.removingPercentEncoding ?? "" }
        // Not cut within an encoded byte.
        var beginning = text.prefix(longestMessage)
        if let percent = beginning.suffix(2).lastIndex(of: "%") { beginning = beginning[..<percent] }
        return String(beginning).removingPercentEncoding ?? ""
    }

    /// The status in a frame; nil if it is none.
    private static func status(in body: [UInt8]) -> HealthCheckMessage.ServingStatus? {
        guard body.count >= 5, body[0] == 0 else { return nil }
        let length = body[1..<5].reduce(0) { $0 << 8 | Int($1) }
        guard body.count == 5 + length else { return nil }
        return HealthCheckMessage.status(of: body[5...])
    }

    private func failure(_ code: Int, _ message: String) -> ProbeOutcome {
        let meaning =
            switch code {
            case 4: "DEADLINE_EXCEEDED"
            case 5: "SERVICE_UNKNOWN: the server knows no service \"\(service)\""
            case 7: "PERMISSION_DENIED"
            case 12: "UNIMPLEMENTED: the server has no grpc.health.v1.Health"
            case 14: "UNAVAILABLE"
            case 16: "UNAUTHENTICATED"
            default: "gRPC status \(code)"
            }
        return ProbeOutcome(verdict: .failure, detail: message.isEmpty ? meaning : "\(meaning): \(message.prefix(200))")
    }
}
