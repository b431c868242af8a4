import Testing

@testable import FailoverCore

@Suite struct RankingTests {
    private func member(_ name: String, _ change: (inout Member) -> Void = { _ in }) -> Member {
        var member = Member(id: .init(name), name: name, version: .init("1"), role: .passive, ordinal: 1)
        change(&member)
        return member
    }

    private func best(_ members: [Member], health: [String: Health] = [:], doubted: Set<String> = []) -> String? {
        var view = MemberView()
        view.listed(members, version: .init("1"), isRelist: false)
        for member in members {
            view.healthChanged(
                member.id,
                to: health[member.name] ?? .healthy,
                isDoubted: doubted.contains(member.name)
            )
        }
        return Ranking(view).best(of: members)?.name
    }

    @Test func prefersHealthBeforePriority() {
        #expect(best([member("a") { $0.priority = 900 }, member("b")], health: ["a": .unhealthy]) == "b")
        #expect(best([member("a"), member("b")], health: ["a": .unhealthy, "b": .unknown]) == "b")
    }

    @Test func prefersUndoubtedHealth() {
        #expect(best([member("a"), member("b")], doubted: ["a"]) == "b")
    }

    @Test func prefersPriorityBeforeTheActiveMember() {
        #expect(best([member("a") { $0.role = .active }, member("b") { $0.priority = 101 }]) == "b")
    }

    @Test func prefersTheActiveMemberBeforeReadiness() {
        #expect(
            best([
                member("a"),
                member("b") {
                    $0.role = .active
                    $0.isReady = false
                },
            ]) == "b"
        )
    }

    @Test func prefersReadinessThenOrdinalThenAgeThenName() {
        #expect(best([member("a") { $0.isReady = false }, member("b")]) == "b")
        #expect(best([member("a") { $0.ordinal = 2 }, member("b")]) == "b")
        #expect(best([member("a") { $0.createdAt = 5 }, member("b") { $0.createdAt = 4 }]) == "b")
        #expect(best([member("b"), member("a")]) == "a")
        #expect(best([member("a") { $0.ordinal = nil }, member("b") { $0.ordinal = 9 }]) == "b")
    }

    @Test func findsNobodyAmongNobody() {
        #expect(best([]) == nil)
    }
}
