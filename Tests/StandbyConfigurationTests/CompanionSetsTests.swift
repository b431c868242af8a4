import Testing

@testable import StandbyConfiguration

/// Who moves together with whom, by what groups say of each other.
@Suite struct CompanionSetsTests {
    private static func sets(_ groups: (name: String, sync: [String], apartFrom: [String])...) -> CompanionSets {
        CompanionSets(groups)
    }

    @Test func aSetIsWhoeverIsConnectedInEitherDirection() {
        let sets = Self.sets(("d", ["c"], []), ("a", [], []), ("b", ["a", "e"], []), ("c", [], []), ("e", ["b"], []))
        #expect(sets.together(with: "a") == ["b", "e"] && sets.together(with: "e") == ["a", "b"])
        #expect(sets.together(with: "c") == ["d"] && sets.together(with: "x") == [])
        #expect(["a", "b", "c", "d", "e", "x"].map(sets.set) == ["a", "a", "c", "c", "a", "x"])
        #expect(sets.areTogether("a", "e") && !sets.areTogether("a", "d"))
        #expect(sets.names == ["a", "b", "c", "d", "e"])
    }

    @Test func apartIsBetweenTwoOnlyAndSharesAShard() {
        let sets = Self.sets(("b", ["c"], ["a"]), ("a", [], ["d"]), ("c", [], []), ("d", [], []), ("e", [], []))
        #expect(sets.apart(from: "a") == ["b", "d"] && sets.apart(from: "b") == ["a"] && sets.apart(from: "c") == [])
        #expect(["a", "b", "c", "d", "e"].map(sets.home) == ["a", "a", "a", "a", "e"])
        #expect(["a", "b", "c", "d", "e"].map(sets.set) == ["a", "b", "b", "d", "e"])
    }

    @Test func whoNamesNobodyIsInNone() {
        #expect(Self.sets(("a", [], []), ("b", [], [])) == CompanionSets())
        #expect(CompanionSets().names.isEmpty && CompanionSets().home(of: "a") == "a")
    }

    /// In whatever order a chain of many is told, it is one set, and that is found in no time that grows with its square.
    @Test(.timeLimit(.minutes(1)), arguments: [false, true])
    func aChainOfThousandsIsOneSet(isReversed: Bool) {
        let names = (0..<20_000).map { "g\(100_000 + $0)" }
        var groups = zip(names, names.dropFirst()).map { (name: $0, sync: [$1], apartFrom: [String]()) }
        if isReversed { groups.reverse() }
        let sets = CompanionSets(groups)
        #expect(sets.set(of: names[19_999]) == names[0] && sets.together(with: names[7]).count == 19_999)
    }
}
