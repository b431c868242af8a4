import Foundation
import Metrics

/// Counts what the client asks the API server for, under the names that other controllers use.
///
/// https://github.com/kubernetes-sigs/controller-runtime/blob/main/pkg/metrics/client_go_adapter.go
struct ClientMetrics: Sendable {
    /// Requests, by the answer's code, or `noAnswer`.
    private static let requests = "rest_client_requests_total"
    /// From a request to its answer; not of streams, which last.
    private static let duration = "rest_client_request_duration_seconds"
    /// Watches that were begun again.
    private static let restarts = "kube_standby_watch_restarts_total"
    /// In the place of a code where nobody answered.
    private static let noAnswer = "<error>"

    private let factory: any MetricsFactory
    private let host: String

    /// `server`: the API server's address.
    init(_ factory: any MetricsFactory, server: String) {
        self.factory = factory
        let parts = URLComponents(string: server)
        let port = parts?.port.map { ":\($0)" } ?? ""
        host = (parts?.host ?? server) + port
    }

    /// A request was answered; nil: it was not.
    func ended(_ method: String, code: Int?) {
        let code = code.map { "\($0)" } ?? Self.noAnswer
        let dimensions = [("code", code), ("method", method), ("host", host)]
        Counter(label: Self.requests, dimensions: dimensions, factory: factory).increment()
    }

    /// A request took so long, whatever became of it.
    func took(_ duration: Duration, _ method: String) {
        let dimensions = [("verb", method), ("host", host)]
        Timer(label: Self.duration, dimensions: dimensions, factory: factory).record(duration: duration)
    }

    /// A watch of a resource was begun again; `plural`: as in the path, like `pods`.
    func watchRestarted(_ plural: String) {
        Counter(label: Self.restarts, dimensions: [("resource", plural)], factory: factory).increment()
    }
}
