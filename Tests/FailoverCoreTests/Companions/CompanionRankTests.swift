import Testing

@testable import FailoverCore

/// Among equal candidates those come first that are with the set, and those last that are where another group is better alone.
@Suite struct CompanionRankTests {
    private typealias Place = Companions.Place

    @Test(arguments: [
        ([], "b"), ([Place(group: "db", relation: .apart, node: "nb")], "c"),
        ([Place(group: "db", relation: .apart, node: "nc")], "b"),
        ([Place(group: "db", relation: .apart, node: "nb"), Place(group: "log", relation: .apart, node: "nc")], "b"),
        ([Place(group: "db", relation: .together, node: "nc")], "c"),
        ([Place(group: "db", relation: .together, node: "elsewhere")], "b"),
        (
            [Place(group: "db", relation: .together, node: "nc"), Place(group: "log", relation: .apart, node: "nc")],
            "c"
        ),
        ([Place(group: "db", relation: .apart, node: nil)], "b"),
    ])
    private func aFailoverGoes(places: [Place], to target: String) {
        var script = GroupScript.ofThree()
        #expect(script.observe(Companions(places)).moves.isEmpty, "nobody moves because of that")
        #expect(script.health("a", .unhealthy).targets == [target])
    }

    @Test(arguments: [(Companions.Relation.apart, "d"), (.together, "c")])
    func theZoneComesAfterTheNode(relation: Companions.Relation, target: String) {
        var script = GroupScript.ofThree(["a", "b", "c", "d"])
        let zones = ["na": "z0", "nb": "z1", "nc": "z2", "nd": "z1", "elsewhere": "z2"]
        _ = script.observe(NodeConditions(zones: zones))
        _ = script.health("b", .unhealthy)
        // `c` is in its zone, and `d` is not.
        _ = script.observe(Companions([Place(group: "db", relation: relation, node: "elsewhere", zone: "z2")]))
        #expect(script.health("a", .unhealthy).targets == [target])
    }

    @Test func thePodsOwnLabelCountsBeforeTheNodes() {
        var script = GroupScript.ofThree { $0.zone = $0.name == "b" ? "z9" : nil }
        _ = script.observe(NodeConditions(zones: ["nb": "z1", "nc": "z1"]))
        _ = script.observe(Companions([Place(group: "db", relation: .apart, node: nil, zone: "z1")]))
        #expect(script.health("a", .unhealthy).targets == ["b"])
    }

    /// What is asked for comes before what is preferred.
    @Test func priorityAndHealthComeFirst() {
        let apart = Companions([Place(group: "db", relation: .apart, node: "nb")])
        var script = GroupScript.ofThree { if $0.name == "b" { $0.priority = 200 } }
        _ = script.observe(apart)
        #expect(script.health("a", .unhealthy).targets == ["b"])
        script = GroupScript.ofThree()
        _ = script.observe(apart)
        _ = script.health("c", .unhealthy)
        #expect(script.health("a", .unhealthy).targets == ["b"], "never a reason not to move")
    }

    @Test func theTraceSaysWhy() {
        var script = GroupScript.ofThree()
        let places = [
            Place(group: "db", relation: .apart, node: "nb"),
            Place(group: "log", relation: .together, node: "nx", zone: "z1"),
        ]
        _ = script.observe(NodeConditions(zones: ["nc": "z1"]))
        _ = script.observe(Companions(places))
        let traces = script.health("a", .unhealthy).compactMap {
            if case .report(.moveStarted(_, _, _, let trace)) = $0 { "\(trace)" } else { nil }
        }
        #expect(
            traces == [
                "a: active, unhealthy; b: passive, healthy, on the node of db (apartFrom); "
                    + "c: passive, healthy, in the zone of log (sync)"
            ]
        )
        let lines = script.machine.assessment(at: script.now).lines
        #expect(lines.map { $0.company.map(\.group) } == [[], ["db"], ["log"]])
    }
}

extension GroupScript {
    /// `a` is active on `na`, the others are healthy on nodes of their names.
    static func ofThree(
        _ names: [String] = ["a", "b", "c"],
        policy: GroupPolicy = GroupPolicy(),
        _ change: (inout Member) -> Void = { _ in }
    ) -> GroupScript {
        var script = GroupScript(policy)
        for name in names {
            script.place(name, name == "a" ? .active : .passive, epoch: 1) {
                $0.node = "n\(name)"
                change(&$0)
            }
        }
        var record = script.record("a")
        record.announced = Announcements(since: Epoch(0))
        _ = script.settle(script.start(record: record, healthy: names))
        return script
    }

    /// Other groups are there.
    mutating func observe(_ companions: Companions) -> [Effect] {
        answered(machine.companionsChanged(companions, at: now))
    }
}
