import Testing

@testable import Supervision

/// What several supervisors tell, as one.
@Suite struct MergedGroupsTests {
    private static let (one, other) = (
        SupervisorPods.Place(namespace: "ops", pod: "standby-0"),
        SupervisorPods.Place(namespace: "ops", pod: "standby-1")
    )

    private static func key(_ name: String) -> MergedGroups.Key { .init(namespace: "shop", name: name) }

    private static func event(_ name: String, _ group: String = "", _ standing: String = "Leading") -> EventLines.Event
    {
        let data = #"{"name":"\#(group)","namespace":"shop","standing":"\#(standing)"}"#
        return .init(name: name, data: name == "removed" ? #"{"name":"\#(group)","namespace":"shop"}"# : data)
    }

    private static func changes(_ changes: [MergedGroups.Change]) -> [String] {
        changes.map { "\($0.key.name) \($0.text.map { $0.contains("Leading") ? "led" : "observed" } ?? "gone")" }
            .sorted()
    }

    @Test func whoLeadsAGroupIsBelieved() {
        var merged = MergedGroups()
        let first = merged.heard(Self.event("group", "web", "Standby"), from: Self.one, within: nil)
        #expect(Self.changes(first) == ["web observed"] && merged.place(of: Self.key("web")) == Self.one)
        let second = merged.heard(Self.event("group", "web"), from: Self.other, within: nil)
        #expect(Self.changes(second) == ["web led"] && merged.place(of: Self.key("web")) == Self.other)
        #expect(merged.heard(Self.event("group", "web", "Standby"), from: Self.one, within: nil).isEmpty)
        #expect(
            Self.changes(merged.heard(Self.event("removed", "web"), from: Self.other, within: nil)) == ["web observed"]
        )
        #expect(Self.changes(merged.forget(Self.one)) == ["web gone"])
    }

    /// What a supervisor does not tell again is gone once it has told everything.
    @Test func aReconnectDropsWhatWent() {
        var merged = MergedGroups()
        for name in ["reset", "ready"] { _ = merged.heard(Self.event(name), from: Self.one, within: nil) }
        for name in ["a", "b"] { _ = merged.heard(Self.event("group", name), from: Self.one, within: nil) }
        merged.lost(Self.one)
        #expect(!merged.isHeard)
        #expect(merged.heard(Self.event("reset"), from: Self.one, within: nil).isEmpty)
        #expect(merged.heard(Self.event("group", "b"), from: Self.one, within: nil).isEmpty)
        #expect(Self.changes(merged.heard(Self.event("ready"), from: Self.one, within: nil)) == ["a gone"])
        #expect(merged.isHeard)
    }

    @Test func isWholeOnceEverySupervisorHasToldEverything() {
        var merged = MergedGroups()
        merged.expect(Self.one)
        merged.expect(Self.other)
        for name in ["reset", "ready"] { _ = merged.heard(Self.event(name), from: Self.one, within: nil) }
        #expect(!merged.isWhole)
        merged.lost(Self.other)
        #expect(merged.isWhole)
    }

    @Test func othersNamespacesAreLeftOut() {
        var merged = MergedGroups()
        #expect(merged.heard(Self.event("group", "web"), from: Self.one, within: "data").isEmpty)
        #expect(!merged.heard(Self.event("group", "web"), from: Self.one, within: "shop").isEmpty)
        #expect(merged.heard(.init(name: "group", data: "no JSON"), from: Self.one, within: nil).isEmpty)
    }

    @Test(arguments: [1, 2, 3, 7, 1000]) func eventsMayComeInPiecesOfAnySize(size: Int) {
        let text =
            ": alive\nevent: heartbeat\ndata: {}\n\nretry: 5\n\nid: 1\nevent: group\ndata: {\"a\": \"b: c\"}\n\nevent: x"
        var lines = EventLines()
        var rest = Array(text.utf8)[...]
        var found: [EventLines.Event] = []
        while !rest.isEmpty {
            found += lines.events(adding: Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        #expect(found == [.init(name: "heartbeat", data: "{}"), .init(name: "group", data: #"{"a": "b: c"}"#)])
    }
}
