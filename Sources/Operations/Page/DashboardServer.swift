import NIOHTTP1
package import Supervision

/// Serves the page on the user's own loopback, and what all supervisors of a cluster tell, fetched with the user's rights.
///
/// Only this machine reaches it, and pages of other servers are refused as at the operations port.
package struct DashboardServer: Sendable {
    private let port: Int
    private let follower: ClusterFollower
    private let onListening: @Sendable (Int) -> Void

    /// Serves nothing before `run`.
    ///
    /// `port`: 0 for any that is free. `onListening`: called with the port once the server listens.
    package init(port: Int, following follower: ClusterFollower, onListening: @escaping @Sendable (Int) -> Void) {
        self.port = port
        self.follower = follower
        self.onListening = onListening
    }

    /// Serves until the task is cancelled.
    ///
    /// - Throws: if the port cannot be listened at.
    package func run() async throws {
        let limits = OperationsServer.Limits()
        let hub = EventHub(limit: limits.streams) {}
        hub.tellCurrent(false)
        let listener = OperationsListener(limits: limits)
        let address = ListenAddress(loopback: port)
        onListening(try await listener.listen(at: address))
        await withTaskCancellationHandler {
            await serve(hub, listener)
        } onCancel: {
            listener.close()
        }
    }

    private func serve(_ hub: EventHub, _ listener: OperationsListener) async {
        let events = EventRoute(of: hub)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await listener.serve { await answer(to: $0, events, hub) } }
            group.addTask {
                await follower.run { news in
                    switch news {
                    case .group(let namespace, let name, let text):
                        hub.tell(.init(namespace: namespace, name: name), text)
                    case .whole: hub.tellWhole()
                    case .current(let isCurrent): hub.tellCurrent(isCurrent)
                    }
                }
            }
            await group.next()
            group.cancelAll()
        }
    }

    private func answer(to request: OperationsRequest, _ events: EventRoute, _ hub: EventHub) async -> OperationsAnswer
    {
        let path = request.path
        if let refusal = RequestPolicy().refusal(of: request.head, path: path, from: request.peer) {
            return OperationsAnswer(.forbidden, refusal + "\n")
        }
        guard [.GET, .HEAD].contains(request.head.method) else {
            var answer = OperationsAnswer(.methodNotAllowed, "allowed: GET, HEAD\n")
            answer.headers.add(name: "allow", value: "GET, HEAD")
            return answer
        }
        if path == EventRoute.path { return events.answer(to: request) }
        if path == GroupRoutes.groupsPath {
            let list = "{\"groups\":[" + hub.texts.joined(separator: ",") + "]}\n"
            return OperationsAnswer(.ok, list, type: "application/json")
        }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if parts.count == 6, path.hasPrefix(GroupRoutes.groupsPath + "/") {
            let detail = await follower.detail(of: parts[5], in: parts[4])
            return OperationsAnswer(
                detail == nil ? .notFound : .ok,
                bytes: detail ?? Array("{\"message\":\"no supervisor tells of that group\"}\n".utf8),
                type: "application/json"
            )
        }
        return PageFiles.answer(to: path)
    }
}
