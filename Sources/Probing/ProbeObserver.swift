import Transport

/// Hears of the end of one probe's exchange.
final class ProbeObserver: TransferObserver {
    private(set) var hasEnded = false
    private let onEnd: (Result<HTTPResponse, TransportError>) -> Void

    init(_ onEnd: @escaping (Result<HTTPResponse, TransportError>) -> Void) {
        self.onEnd = onEnd
    }

    func ended(_ outcome: Result<HTTPResponse, TransportError>) {
        hasEnded = true
        onEnd(outcome)
    }
}
