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
        let data =
            #"{"name":"\#(group)","namespace":"shop","service":"web","mode":"Label","standing":"\#(standing)","state":"ok","#
            + #""conditions":[],"active":[],"moves":{},"unavailableSeconds":0,"members":[]}"#
        return .init(name: name, data: name == "removed" ? #"{"name":"\#(group)","namespace":"shop"}"# : data)
    }

    private static func changes(_ changes: [MergedGroups.Change]) -> [String] {
        changes.map { "\($0.key.name) \($0.text.map { $0.contains("Leading") ? "led" : "observed" } ?? "gone")" }
            .sorted()
    }

    @Test func whoLeadsAGroupIsBelieved() {
        var merged = MergedGroups(trust: TrustedPlaces(given: "ops"))
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
        var merged = MergedGroups(trust: TrustedPlaces(given: "ops"))
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
        var merged = MergedGroups(trust: TrustedPlaces(given: "ops"))
        merged.expect(Self.one)
        merged.expect(Self.other)
        for name in ["reset", "ready"] { _ = merged.heard(Self.event(name), from: Self.one, within: nil) }
        #expect(!merged.isWhole)
        merged.lost(Self.other)
        #expect(merged.isWhole)
    }

    @Test func othersNamespacesAreLeftOut() {
        var merged = MergedGroups(trust: TrustedPlaces(given: "ops"))
        #expect(merged.heard(Self.event("group", "web"), from: Self.one, within: "data").isEmpty)
        #expect(!merged.heard(Self.event("group", "web"), from: Self.one, within: "shop").isEmpty)
        #expect(merged.heard(.init(name: "group", data: "no JSON"), from: Self.one, within: nil).isEmpty)
    }

    // MARK: What is not believed, and too much

    @Test func whatIsNotBelievedIsNotKept() {
        var merged = MergedGroups(trust: TrustedPlaces(given: nil))
        #expect(merged.heard(Self.event("group", "web"), from: Self.one, within: nil).isEmpty)
        #expect(merged.place(of: Self.key("web")) == nil)
        #expect(merged.doubts.count == 1 && merged.doubts[0].hasPrefix("standby-0 in ops says it leads web in shop"))
        var isOutdated = merged.takeOutdated(Self.one)
        #expect(!isOutdated)
        // Once it is believed it has to tell what was not kept.
        #expect(merged.trust(TrustedPlaces(given: "ops")).isEmpty)
        isOutdated = merged.takeOutdated(Self.one)
        #expect(merged.doubts.isEmpty && isOutdated)
        isOutdated = merged.takeOutdated(Self.one)
        #expect(!isOutdated)
        #expect(Self.changes(merged.heard(Self.event("group", "web"), from: Self.one, within: nil)) == ["web led"])
        #expect(Self.changes(merged.trust(TrustedPlaces(given: "data"))) == ["web gone"])
    }

    /// A text of another shape costs its own group alone, and nothing of it is handed on as it came.
    @Test func whatIsNoGroupIsLeftOut() {
        var merged = MergedGroups(trust: TrustedPlaces(given: "ops"))
        var wrong = Self.event("group", "web")
        wrong.data.replace("\"active\":[]", with: "\"active\":\"x\"")
        #expect(merged.heard(wrong, from: Self.one, within: nil).isEmpty)
        var more = Self.event("group", "web")
        more.data.replace("\"active\":[]", with: "\r\"active\":[],\"markup\":\"<b>\"")
        let text = merged.heard(more, from: Self.one, within: nil).first?.text ?? ""
        #expect(text.contains("\"active\":[]") && !text.contains("markup") && !text.contains("\r"), "\(text)")
    }

    @Test func oneSupervisorFillsOnlySoMuch() {
        var merged = MergedGroups(trust: TrustedPlaces(given: "ops"))
        for number in 0...MergedGroups.mostGroups {
            #expect(!merged.isTooMuch(from: Self.one))
            _ = merged.heard(Self.event("group", "g\(number)"), from: Self.one, within: nil)
        }
        #expect(merged.isTooMuch(from: Self.one) && !merged.isTooMuch(from: Self.other))
        _ = merged.heard(Self.event("removed", "g7"), from: Self.one, within: nil)
        #expect(!merged.isTooMuch(from: Self.one))
        let forgotten = merged.forget(Self.one)
        #expect(forgotten.count == MergedGroups.mostGroups && !merged.isTooMuch(from: Self.one))
        var large = Self.event("group", "web")
        large.data.replace(
            "\"state\":\"ok\"",
            with: "\"state\":\"\(String(repeating: "x", count: MergedGroups.mostBytes))\""
        )
        _ = merged.heard(large, from: Self.one, within: nil)
        #expect(merged.isTooMuch(from: Self.one))
    }

    @Test func aLineIsOnlySoLong() {
        var lines = EventLines()
        let long = Array(("data: " + String(repeating: "x", count: EventLines.longestLine)).utf8)
        for piece in stride(from: 0, to: long.count, by: 1000) {
            #expect(lines.events(adding: Array(long[piece..<min(piece + 1000, long.count)])).isEmpty)
        }
        #expect(lines.isTooLong)
        #expect(lines.events(adding: Array("\nevent: x\n\n".utf8)).isEmpty)
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
