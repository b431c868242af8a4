import FailoverCore
import NIOHTTP1
import Supervision

/// What is answered about groups: `/api/v1/groups` in JSON, and `/active/NAMESPACE/GROUP` for load balancers.
struct GroupRoutes: Sendable {
    /// How paths begin that a load balancer asks for.
    static let activePrefix = "/active/"
    /// The list of groups; below it is each of them.
    static let groupsPath = "/api/v1/groups"
    /// What all of this is, for programs: `openapi.json` of this room.
    private static let documentPath = "/api/v1/openapi.json"
    private static let document = OperationsAnswer(.ok, bytes: PackageResources.openapi_json, type: "application/json")

    private let supervisor: Supervisor
    private let list: SharedAnswer

    /// `supervisor`: whose groups are shown.
    init(of supervisor: Supervisor) {
        self.supervisor = supervisor
        list = SharedAnswer { Self.json(.ok, GroupList(groups: await supervisor.statuses)) }
    }

    /// Whether a path is answered here.
    static func includes(_ path: String) -> Bool {
        path == groupsPath || path == documentPath || path.hasPrefix(groupsPath + "/") || path.hasPrefix(activePrefix)
    }

    /// The answer to a request for such a path, without its query.
    func answer(to path: String) async -> OperationsAnswer {
        if path == Self.groupsPath { return await list.value }
        if path == Self.documentPath { return Self.document }
        let isActive = path.hasPrefix(Self.activePrefix)
        let rest = path.dropFirst(isActive ? Self.activePrefix.count : Self.groupsPath.count + 1)
        let parts = rest.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else {
            let message = "give NAMESPACE/GROUP"
            return isActive ? OperationsAnswer(.notFound, message + "\n") : Self.notFound(message)
        }
        let status = await supervisor.status(of: parts[1], in: parts[0])
        if isActive {
            if status == nil, await !supervisor.isFiled(parts[1], in: parts[0]) {
                return OperationsAnswer(.notFound, "the configuration has no such group\n")
            }
            return Self.active(status)
        }
        return status.map { Self.json(.ok, $0) } ?? Self.notFound("no group of that name is supervised here")
    }

    /// 200 if this replica leads the group and one pod of it is active and serves, else 503.
    ///
    /// A replica in doubt goes on answering that the group is served: while the API server is away nobody can move the role, and
    /// the pod serves. It does not name the pod as the active one: where it alone is cut off, another replica may have moved the role.
    static func active(_ status: GroupStatus?) -> OperationsAnswer {
        guard let status, status.standing != .standby else {
            return OperationsAnswer(.serviceUnavailable, "this replica does not lead the group\n")
        }
        guard status.holds(.available), let pod = status.active.first else {
            return OperationsAnswer(.serviceUnavailable, "no pod is active and serves\n")
        }
        let isCertain = status.standing == .leading
        return OperationsAnswer(.ok, isCertain ? pod + "\n" : "in doubt; active when that could be seen last: \(pod)\n")
    }

    private static func notFound(_ message: String) -> OperationsAnswer {
        json(.notFound, Problem(message: message))
    }

    /// The groups that run here.
    private struct GroupList: Encodable {
        var groups: [GroupStatus]
    }

    /// Why there is no answer.
    private struct Problem: Encodable {
        var message: String
    }

    private static func json(_ status: HTTPResponseStatus, _ value: some Encodable) -> OperationsAnswer {
        guard let text = JSONText.of(value) else {
            return OperationsAnswer(.internalServerError, "the answer cannot be written\n")
        }
        return OperationsAnswer(status, text + "\n", type: "application/json")
    }
}
