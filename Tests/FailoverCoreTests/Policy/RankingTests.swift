import Testing

@testable import FailoverCore

@Suite struct RankingTests {
    private func member(_ name: String, _ change: (inout Member) -> Void = { _ in }) -> Member {
        var member = Member(id: .init(name), name: name, version: .init("1"), role: .passive, ordinal: 1)
        change(&member)
        return member
    }

    private func best(_ members: [Member], health: [String: Health] = [:], contradicted: Set<String> = []) -> String? {
        var view = MemberView()
        view.listed(members, version: .init("1"), isRelist: false)
        for member in members {
            let now = MonotonicTime(nanoseconds: 0)
            var evidence = HealthEvidence(since: now)
            evidence.became(health[member.name] ?? .healthy, at: now)
            if contradicted.contains(member.name) { evidence.failed(from: now, at: now) }
            view.probed(member.id, evidence)
        }
        return Ranking(view).best(of: members)?.name
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
