import Coordination
import FailoverCore
import Testing

@testable import StandbyConfiguration
@testable import Supervision

/// What groups of a process know of each other.
@Suite struct CompanionRegistryTests {
    private typealias Place = CompanionRegistry.Place

    /// Groups a, b and c of one set, d apart from a, and e alone; all run.
    private static func registry(_ woken: Locked<[String]> = Locked([])) throws -> CompanionRegistry {
        let registry = CompanionRegistry()
        let groups = [("a", ""), ("b", ", sync: [a]"), ("c", ", sync: [b]"), ("d", ", apartFrom: [a]"), ("e", "")]
        #expect(registry.filed(try file(groups)) == ["a", "b", "c", "d"])
        for name in ["a", "b", "c", "d"] {
            registry.joined(run(name)) { woken.withLock { $0.append(name) } }
        }
        return registry
    }

    private static func file(_ groups: [(name: String, more: String)]) throws -> [GroupConfiguration] {
        try Samples.configuration(list: groups.map { Samples.text($0.name, service: $0.name, $0.more) }).groups
    }

    private static func run(_ name: String, _ number: Int = 1) -> RoleClaims.Claimant {
        .init(group: name, run: number)
    }

    private static func words(_ companions: Companions) -> [String] {
        companions.places.map { "\($0.group) \($0.relation) \($0.node ?? "-") \($0.zone ?? "-")" }
    }

    @Test func placesAreToldInBothDirections() throws {
        let woken = Locked<[String]>([])
        let registry = try Self.registry(woken)
        registry.stands(Self.run("a"), at: Place(node: "n1", zone: "z"))
        #expect(woken.withLock { $0 } == ["b", "c", "d"])
        registry.stands(Self.run("d"), at: Place(node: "n2"))
        #expect(Self.words(registry.companions(of: "a")) == ["d apart n2 -"])
        #expect(Self.words(registry.companions(of: "c")) == ["a together n1 z"])
        #expect(Self.words(registry.companions(of: "d")) == ["a apart n1 z"])
        #expect(registry.companions(of: "e") == Companions() && !registry.concerns("e") && registry.concerns("a"))
        woken.withLock { $0 = [] }
        registry.stands(Self.run("a"), at: Place(node: "n1", zone: "z"))
        #expect(woken.withLock { $0 }.isEmpty, "that is no news")
        registry.stands(Self.run("a"), at: nil)
        #expect(registry.companions(of: "b").places.isEmpty && woken.withLock { $0 } == ["b", "c", "d"])
    }

    @Test func theLastMoveOfASetIsFollowedByTheOthers() throws {
        let registry = try Self.registry()
        registry.moved(Self.run("a"), to: Place(node: "n1"))
        #expect(registry.companions(of: "b").wish == .init(number: 1, group: "a", node: "n1"))
        #expect(registry.companions(of: "c").wish?.number == 1)
        #expect(registry.companions(of: "a").wish == nil && registry.companions(of: "d").wish == nil)
        registry.moved(Self.run("b"), to: Place(node: "n2", zone: "z"))
        #expect(registry.companions(of: "a").wish == .init(number: 2, group: "b", node: "n2", zone: "z"))
        #expect(registry.companions(of: "b").wish == nil, "its own is the last")
        // A group without a set makes nobody follow.
        registry.moved(Self.run("d"), to: Place(node: "n3"))
        #expect(registry.companions(of: "a").wish?.number == 2)
    }

    @Test func aWishIsVoidOnceItsGroupIsElsewhere() throws {
        let registry = try Self.registry()
        registry.moved(Self.run("a"), to: Place(node: "n1"))
        registry.stands(Self.run("a"), at: nil)
        #expect(registry.companions(of: "b").wish != nil, "that is not known")
        registry.stands(Self.run("a"), at: Place(node: "n2"))
        #expect(registry.companions(of: "b").wish == nil)
    }

    @Test func theEndOfARunEndsWhatItSaid() throws {
        let registry = try Self.registry()
        registry.moved(Self.run("a"), to: Place(node: "n1"))
        // A later run of the name is there already.
        registry.joined(Self.run("a", 2)) {}
        registry.left(Self.run("a"))
        registry.stands(Self.run("a"), at: Place(node: "n9"))
        registry.moved(Self.run("a"), to: Place(node: "n9"))
        #expect(registry.companions(of: "b").wish?.node == "n1")
        registry.left(Self.run("a", 2))
        #expect(registry.companions(of: "b") == Companions())
    }

    @Test func anotherFileForgetsWishesOnlyIfSetsChange() throws {
        let registry = try Self.registry()
        registry.moved(Self.run("a"), to: Place(node: "n1"))
        let same = try Self.file([("c", ", sync: [a, b]"), ("a", ""), ("d", ""), ("b", ""), ("f", "")])
        #expect(registry.filed(same) == ["a", "b", "c", "d"], "d is apart from nobody any more")
        #expect(registry.companions(of: "b").wish == nil)
        registry.moved(Self.run("a"), to: Place(node: "n1"))
        #expect(registry.filed(same).isEmpty && registry.companions(of: "b").wish != nil)
        #expect(registry.filed([]) == ["a", "b", "c"] && registry.companions(of: "b") == Companions())
    }
}
