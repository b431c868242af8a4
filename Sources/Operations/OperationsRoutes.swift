import NIOHTTP1
import Supervision

/// What is answered to whom.
struct OperationsRoutes: Sendable {
    private let patience: Duration
    private let parts: OperationsServer.Parts
    private let policy: RequestPolicy
    private let groups: GroupRoutes
    private let events: EventRoute
    private let metrics: SharedAnswer

    /// `parts`: what is asked for the answers; `hub`: who is told what becomes of the groups; `patience`: a loop that takes up no work for
    /// so long hangs.
    init(_ parts: OperationsServer.Parts, _ hub: EventHub, patience: Duration = .seconds(5)) {
        self.parts = parts
        self.patience = patience
        policy = RequestPolicy(reloadFrom: parts.reloadFrom)
        groups = GroupRoutes(of: parts.supervisor)
        events = EventRoute(of: hub)
        metrics = SharedAnswer {
            OperationsAnswer(.ok, MetricsText.write(await MetricsSnapshot(of: parts)), type: MetricsText.contentType)
        }
    }

    /// The answer to a request; for what is not known or not allowed, too.
    func answer(to request: OperationsRequest) async -> OperationsAnswer {
        let path = request.path
        if let refusal = policy.refusal(of: request.head, path: path, from: request.peer) {
            return OperationsAnswer(.forbidden, refusal + "\n")
        }
        let isReading = [.GET, .HEAD].contains(request.head.method)
        switch path {
        case "/livez" where isReading: return await liveness()
        case "/readyz" where isReading: return await readiness()
        case "/metrics" where isReading: return await metrics.value
        case "/-/reload" where request.head.method == .POST: return await reload()
        case EventRoute.path where isReading: return events.answer(to: request)
        case _ where isReading && PageFiles.includes(path): return PageFiles.answer(to: path)
        case _ where isReading && GroupRoutes.includes(path): return await groups.answer(to: path)
        case "/livez", "/readyz", "/metrics", EventRoute.path: return wrongMethod("GET, HEAD")
        case _ where GroupRoutes.includes(path) || PageFiles.includes(path): return wrongMethod("GET, HEAD")
        case "/-/reload": return wrongMethod("POST")
        default:
            let known =
                "/, /livez, /readyz, /metrics, /api/v1/groups, /api/v1/events, /active/NAMESPACE/GROUP and POST /-/reload"
            return OperationsAnswer(.notFound, "there are \(known)\n")
        }
    }

    private func wrongMethod(_ allowed: String) -> OperationsAnswer {
        var answer = OperationsAnswer(.methodNotAllowed, "allowed: \(allowed)\n")
        answer.headers.add(name: "allow", value: allowed)
        return answer
    }

    private func liveness() async -> OperationsAnswer {
        let hanging = await parts.supervisor.hangingLoops(after: patience)
        return hanging.isEmpty
            ? OperationsAnswer(.ok, "ok\n")
            : OperationsAnswer(.serviceUnavailable, "these loops hang: \(hanging.joined(separator: ", "))\n")
    }

    private func readiness() async -> OperationsAnswer {
        await parts.supervisor.isReady
            ? OperationsAnswer(.ok, "ok\n") : OperationsAnswer(.serviceUnavailable, "the first lists are not in\n")
    }

    /// Counts and positions: the file's text is for those who may read the file.
    private func reload() async -> OperationsAnswer {
        switch await parts.reloader.reload(by: "POST /-/reload") {
        case .applied(let counts): OperationsAnswer(.ok, "\(counts)\n")
        case .unchanged: OperationsAnswer(.ok, "unchanged\n")
        case .unreadable:
            OperationsAnswer(.internalServerError, "the running configuration stays; the file cannot be read\n")
        case .refused(let mistakes): OperationsAnswer(.internalServerError, Self.list(mistakes))
        case .none: OperationsAnswer(.serviceUnavailable, "busy or ending; nothing was reloaded\n")
        }
    }

    /// Mistakes that are listed.
    private static let listedMistakes = 20

    private static func list(_ mistakes: [ReloadOutcome.Mistake]) -> String {
        let lines = mistakes.prefix(listedMistakes).map { $0.path.isEmpty ? $0.position : "\($0.position) \($0.path)" }
        let rest = mistakes.count - lines.count
        let more = rest > 0 ? ["and \(rest) more"] : []
        let head = "the running configuration stays; mistakes: \(mistakes.count) (validate and the log tell them)"
        return ([head] + lines + more).joined(separator: "\n") + "\n"
    }
}
