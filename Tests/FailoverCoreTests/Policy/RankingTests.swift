import Testing

@testable import FailoverCore

@Suite struct RankingTests {
    private func member(_ name: String, _ change: (inout Member) -> Void = { _ in }) -> Member {
        var member = Member(id: .init(name), name: name, version: .init("1"), role: .passive, ordinal: 1)
        change(&member)
        return member
    }

    private func best(
        _ members: [Member],
        health: [String: Health] = [:],
        contradicted: Set<String> = [],
        leaving left: Member? = nil,
        drained: Set<String> = []
    ) -> String? {
        var view = MemberView()
        _ = view.saw(NodeConditions(tainted: drained), under: .taint)
        view.listed(members, version: .init("1"), isRelist: false)
        for member in members {
            let now = MonotonicTime(nanoseconds: 0)
            var evidence = HealthEvidence(since: now)
            evidence.became(health[member.name] ?? .healthy, at: now)
            if contradicted.contains(member.name) { evidence.failed(from: now, at: now) }
            view.probed(member.id, evidence)
        }
        return Ranking(view, leaving: left).best(of: members)?.name
    }

    @Test func prefersHealthBeforePriority() {
        #expect(best([member("a") { $0.priority = 900 }, member("b")], health: ["a": .unhealthy]) == "b")
        #expect(best([member("a"), member("b")], health: ["a": .unhealthy, "b": .unknown]) == "b")
    }

    @Test func prefersHealthThatNothingContradicts() {
        #expect(best([member("a"), member("b")], contradicted: ["a"]) == "b")
    }

    @Test func prefersPriorityBeforeTheActiveMember() {
        #expect(best([member("a") { $0.role = .active }, member("b") { $0.priority = 101 }]) == "b")
    }

    @Test func prefersReadinessBeforePriority() {
        let unready = member("a") {
            $0.priority = 900
            $0.role = .active
            $0.isReady = false
        }
        #expect(best([unready, member("b")]) == "b")
    }

    @Test func prefersANodeThatStaysBeforePriorityAndAfterReadiness() {
        let going = member("a") {
            $0.node = "n1"
            $0.priority = 900
        }
        let staying = member("b") { $0.node = "n2" }
        #expect(best([going, staying], drained: ["n1"]) == "b")
        #expect(best([going, staying], health: ["b": .unknown], drained: ["n1"]) == "a")
        let unready = member("b") { $0.isReady = false }
        #expect(best([going, unready], drained: ["n1"]) == "a")
    }

    @Test func prefersTheActiveMemberBeforeANewerRevision() {
        let revisions = { (active: Role, createdAt: Int64) in
            [
                self.member("a") {
                    $0.role = active
                    $0.revision = "old"
                },
                self.member("b") {
                    $0.revision = "new"
                    $0.createdAt = createdAt
                },
            ]
        }
        #expect(best(revisions(.active, 9)) == "a")
        #expect(best(revisions(.passive, 9)) == "b", "the revision of the youngest pod is the newer one")
        #expect(best(revisions(.passive, 0)) == "a", "which is newer does not show")
    }

    @Test func prefersAnotherNodeThanThatOfTheMemberThatTheRoleLeaves() {
        let left = member("c") { $0.node = "n1" }
        let members = [member("a") { $0.node = "n1" }, member("b") { $0.node = "n2" }]
        #expect(best(members, leaving: left) == "b")
        #expect(best(members) == "a")
        #expect(best([member("a"), member("b") { $0.node = "n2" }], leaving: member("c")) == "a", "no node is known")
    }

    @Test func prefersAnotherZoneOfTwoOtherNodes() {
        let left = member("c") {
            $0.node = "n1"
            $0.zone = "z1"
        }
        let members = ["z1", "z2"].map { zone in
            member(zone) {
                $0.node = "n-\(zone)"
                $0.zone = zone
            }
        }
        #expect(best(members, leaving: left) == "z2")
        #expect(best(members) == "z1")
    }

    @Test func prefersTheOrdinalThenAgeThenName() {
        #expect(best([member("a") { $0.ordinal = 2 }, member("b")]) == "b")
        #expect(best([member("a") { $0.createdAt = 5 }, member("b") { $0.createdAt = 4 }]) == "b")
        #expect(best([member("b"), member("a")]) == "a")
        #expect(best([member("a") { $0.ordinal = nil }, member("b") { $0.ordinal = 9 }]) == "b")
    }

    @Test func findsNobodyAmongNobody() {
        #expect(best([]) == nil)
    }
}
