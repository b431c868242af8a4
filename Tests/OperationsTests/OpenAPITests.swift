import Foundation
import KubernetesClient
import Testing

@testable import Operations
@testable import Supervision

/// The document of the API against the values that are answered: schemathesis tries the rest on the real binary.
@Suite struct OpenAPITests {
    private typealias Object = [String: Any]

    private static func schemas() throws -> Object {
        let document = try JSONSerialization.jsonObject(with: Data(PackageResources.openapi_json)) as? Object
        return try #require((document?["components"] as? Object)?["schemas"] as? Object)
    }

    private static func properties(of name: String) throws -> Object {
        try #require((schemas()[name] as? Object)?["properties"] as? Object, "\(name)")
    }

    /// Every field of a type has its property, and every property its field.
    @Test func eachFieldIsDescribed() throws {
        let moment = MicroTime(microseconds: 1_700_000_000_000_000)
        var member = GroupStatus.Member(
            name: "web-0",
            uid: "u",
            health: "healthy",
            isCandidate: true,
            isReady: true,
            priority: 1
        )
        (member.role, member.healthSince, member.lastSuccess, member.failingSince) = ("active", moment, moment, moment)
        member.noResultSince = moment
        (member.noResult, member.refusal, member.node, member.zone, member.epoch) = ("a", "b", "c", "d", 1)
        (member.score, member.noScore, member.company) = (1, "e", ["f"])
        let move = GroupStatus.Switch(
            to: "web-1",
            cause: "Fenced",
            epoch: 1,
            startedAt: moment,
            step: "sealing",
            waitsFor: "x"
        )
        let following = GroupStatus.Following(group: "db", node: "a", zone: "b", waitsFor: "c", until: moment)
        var request = StoredRequest(id: "s", action: .switchover)
        (request.pod, request.force, request.due, request.at, request.by) = ("a", true, moment, moment, "b")
        let change = GroupStatus.Timeline.Change(at: moment, kind: "moved", member: "a", from: "b", to: "c", cause: "d")
        for (name, value) in [
            ("Member", member), ("Switch", move), ("Change", change), ("Following", following),
            ("ScheduledRequest", request),
            ("Timeline", GroupStatus.Timeline(since: moment, changes: [])),
        ] as [(String, any Encodable)] {
            let written = try JSONSerialization.jsonObject(with: JSONEncoder().encode(value)) as? Object
            let (described, found) = (Set(try Self.properties(of: name).keys), Set(try #require(written).keys))
            #expect(described == found, "\(name)")
        }
        let fields = Mirror(reflecting: GroupStatus.sample).children.compactMap(\.label)
        let described = Set(try Self.properties(of: "GroupStatus").keys)
        #expect(described == Set(fields))
    }

    /// What is required is there, whatever is left out.
    @Test func whatIsRequiredIsAlwaysThere() throws {
        let written = try JSONSerialization.jsonObject(with: JSONEncoder().encode(GroupStatus.sample)) as? Object
        let required = try #require((Self.schemas()["GroupStatus"] as? Object)?["required"] as? [String])
        let found = Set(try #require(written).keys)
        #expect(required.count > 8 && Set(required).isSubset(of: found))
    }
}

extension GroupStatus {
    /// One of which nothing is known.
    fileprivate static let sample = GroupStatus(
        name: "web",
        namespace: "shop",
        service: "web",
        mode: "Label",
        standing: .leading,
        state: "ok",
        conditions: [],
        active: [],
        members: []
    )
}
