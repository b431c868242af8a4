import NIOHTTP1

/// `GET /api/v1/events`: what becomes of the groups, as server-sent events.
///
/// https://html.spec.whatwg.org/multipage/server-sent-events.html
struct EventRoute: Sendable {
    /// Without the query.
    static let path = "/api/v1/events"

    private let hub: EventHub

    /// `hub`: whose readers come here.
    init(of hub: EventHub) {
        self.hub = hub
    }

    /// The beginning of a stream, or why there is none.
    func answer(to request: OperationsRequest) -> OperationsAnswer {
        var only: EventLog.Key?
        if let text = request.parameter("group") {
            let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2 else { return OperationsAnswer(.badRequest, "give group=NAMESPACE/GROUP\n") }
            only = EventLog.Key(namespace: parts[0], name: parts[1])
        }
        var answer = OperationsAnswer(.ok, "", type: "text/event-stream")
        guard request.head.method == .GET else { return answer }
        let last = request.head.headers.first(name: "last-event-id")
        guard let reader = hub.open(only: only, lastEventID: last) else {
            var refusal = OperationsAnswer(
                .serviceUnavailable,
                "too many read events already, or there is nothing to tell\n"
            )
            refusal.headers.add(name: "retry-after", value: "10")
            return refusal
        }
        answer.stream = reader
        return answer
    }
}
