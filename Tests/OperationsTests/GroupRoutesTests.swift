import NIOHTTP1
import Testing

@testable import Operations
@testable import Supervision

/// What a load balancer is told of a group.
@Suite struct GroupRoutesTests {
    /// While the API server is away a leader is in doubt, nobody can move the role, and the pod serves; but where it alone is cut off
    /// the role may have moved.
    @Test(arguments: [
        (GroupStatus.Standing.leading, ["Available"], HTTPResponseStatus.ok, "web-0\n"),
        (.inDoubt, ["Available", "Waiting"], .ok, "in doubt; active when that could be seen last: web-0\n"),
        (.leading, ["NoHealthyCandidate"], .serviceUnavailable, "no pod is active and serves\n"),
        (.inDoubt, [], .serviceUnavailable, "no pod is active and serves\n"),
        (.standby, ["Available"], .serviceUnavailable, "this replica does not lead the group\n"),
    ]) func aGroupServesWhereItIsLed(
        standing: GroupStatus.Standing,
        conditions: [String],
        code: HTTPResponseStatus,
        text: String
    ) {
        let status = GroupStatus(
            name: "web",
            namespace: "shop",
            service: "web",
            mode: "Label",
            standing: standing,
            state: "not for everybody",
            conditions: conditions,
            active: ["web-0"],
            members: []
        )
        let answer = GroupRoutes.active(status)
        #expect(answer.status == code && answer.text == text)
    }

    @Test func aGroupOfAnotherReplicaIsNotServedHere() {
        #expect(GroupRoutes.active(nil).status == .serviceUnavailable)
    }
}
