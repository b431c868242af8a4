import FailoverCore
import Testing

@testable import Supervision

/// Under one label key a pod belongs to one group.
@Suite struct RoleClaimsTests {
    private static let scope = RoleClaims.Scope(namespace: "n", key: "role")

    private static func wish(_ pods: String..., in scopes: Set<RoleClaims.Scope> = [scope]) -> RoleClaims.Wish {
        RoleClaims.Wish(scopes: scopes, pods: Set(pods.map { Member.ID($0) }))
    }

    private static func claimant(_ group: String, run: Int = 1) -> RoleClaims.Claimant {
        RoleClaims.Claimant(group: group, run: run)
    }

    private let a = claimant("a")
    private let b = claimant("b")
    private let c = claimant("c")

    /// Claims of groups that were told of together.
    private func claims(expecting claimants: RoleClaims.Claimant...) -> RoleClaims {
        var claims = RoleClaims()
        for claimant in claimants { claims.groupExpected(claimant, in: Self.scope) }
        return claims
    }

    @Test func grantsGroupsTheirOwnPods() {
        var claims = claims(expecting: a, b)
        #expect(claims.podsWished(a, Self.wish("1", "2")).isEmpty)
        #expect(claims.podsWished(b, Self.wish("3")).isEmpty)
        #expect(claims.verdict(of: a) == .granted && claims.verdict(of: b) == .granted)
    }

    /// Nobody waits for a group that does not wait for a pod any more, nor a run for its own successor.
    @Test func onlyOtherGroupsThatWaitAreExpected() {
        var claims = RoleClaims()
        _ = claims.podsWished(a, Self.wish("1"))
        _ = claims.podsWished(b, Self.wish("1", "2"), keepsPods: true)
        _ = claims.wishesNothing(a)
        #expect(
            claims.isAnyExpected(in: [Self.scope], besides: c) && !claims.isAnyExpected(in: [Self.scope], besides: b)
        )
        _ = claims.letGo(b)
        #expect(!claims.isAnyExpected(in: [Self.scope], besides: c))
        claims.groupExpected(Self.claimant("c", run: 2), in: Self.scope)
        #expect(
            claims.isAnyExpected(in: [Self.scope], besides: a) && !claims.isAnyExpected(in: [Self.scope], besides: c)
        )
    }

    @Test func groupsThatStartTogetherComeInTheOrderOfTheFile() {
        var claims = claims(expecting: a, b, c)
        #expect(claims.podsWished(c, Self.wish("3")).isEmpty)
        #expect(claims.podsWished(b, Self.wish("1", "2")).isEmpty)
        #expect(claims.verdict(of: b) == .pending && claims.verdict(of: c) == .pending)
        #expect(claims.podsWished(a, Self.wish("1")) == [b, c])
        #expect(claims.verdict(of: a) == .granted && claims.verdict(of: c) == .granted)
        #expect(claims.verdict(of: b) == .contested(pod: .init("1"), by: "a"))
    }

    @Test func aGroupWithoutAServiceHoldsUpNobody() {
        var claims = claims(expecting: a, b)
        _ = claims.podsWished(b, Self.wish("1"))
        #expect(claims.wishesNothing(a) == [b])
        #expect(claims.verdict(of: b) == .granted)
        // Its Service came later, and so did it.
        #expect(claims.podsWished(a, Self.wish("1")).isEmpty)
        #expect(claims.verdict(of: a) == .contested(pod: .init("1"), by: "b"))
    }

    @Test func aGroupThatLosesItsServiceLetsItsPodsGo() {
        var claims = claims(expecting: a)
        _ = claims.podsWished(a, Self.wish("1"))
        claims.groupExpected(b, in: Self.scope)
        _ = claims.podsWished(b, Self.wish("1"))
        #expect(claims.wishesNothing(a) == [b])
        _ = claims.podsWished(b, Self.wish("1"))
        #expect(claims.verdict(of: b) == .granted)
        _ = claims.podsWished(a, Self.wish("1"))
        #expect(claims.verdict(of: a) == .contested(pod: .init("1"), by: "b"))
    }

    @Test func whoeverRunsKeepsItsPodsWhateverAReloadAdds() {
        var claims = claims(expecting: b)
        _ = claims.podsWished(b, Self.wish("1", "2"))
        claims.groupExpected(a, in: Self.scope)
        #expect(claims.podsWished(a, Self.wish("2", "3")).isEmpty)
        #expect(claims.verdict(of: a) == .contested(pod: .init("2"), by: "b"))
        claims.groupExpected(c, in: Self.scope)
        #expect(claims.podsWished(c, Self.wish("3")).isEmpty)
        #expect(claims.verdict(of: c) == .granted, "a group that waits holds nothing")
        #expect(claims.groupEnded(b) == [a])
        #expect(claims.podsWished(a, Self.wish("2", "3")).isEmpty)
        #expect(claims.verdict(of: a) == .contested(pod: .init("3"), by: "c"))
    }

    @Test func aPodThatComesToBelongToTwoStaysWithTheFirst() {
        var claims = claims(expecting: a, b)
        _ = claims.podsWished(a, Self.wish("1"))
        _ = claims.podsWished(b, Self.wish("2"))
        #expect(claims.podsWished(b, Self.wish("1", "2")).isEmpty)
        #expect(claims.verdict(of: b) == .contested(pod: .init("1"), by: "a"))
        #expect(claims.podsWished(a, Self.wish()) == [b], "the pod left the first")
        _ = claims.podsWished(b, Self.wish("1", "2"))
        #expect(claims.verdict(of: b) == .granted)
    }

    /// A chain: the second shares a pod with the first, the third shares another with the second only.
    @Test func whoWaitsIsInNobodysWay() {
        var claims = claims(expecting: a, b, c)
        _ = claims.podsWished(a, Self.wish("1"))
        _ = claims.podsWished(b, Self.wish("2"))
        _ = claims.podsWished(c, Self.wish("2", "3"))
        #expect(claims.verdict(of: c) == .contested(pod: .init("2"), by: "b"))
        #expect(claims.podsWished(b, Self.wish("1", "2")) == [c], "it waits, and the third need not")
        _ = claims.podsWished(c, Self.wish("2", "3"))
        #expect(claims.verdict(of: c) == .granted)
        _ = claims.podsWished(a, Self.wish())
        _ = claims.podsWished(b, Self.wish("1", "2"))
        #expect(claims.verdict(of: b) == .contested(pod: .init("2"), by: "c"), "whoever has it keeps it")
    }

    /// What it writes just now is nobody else's before it has done so.
    @Test func whoWaitsInTheMiddleOfASwitchKeepsWhatItHas() {
        var claims = claims(expecting: a, b, c)
        _ = claims.podsWished(a, Self.wish("1"))
        _ = claims.podsWished(b, Self.wish("2"))
        _ = claims.podsWished(c, Self.wish("2"))
        #expect(claims.podsWished(b, Self.wish("1", "2"), keepsPods: true).isEmpty)
        #expect(claims.verdict(of: b) == .contested(pod: .init("1"), by: "a"))
        _ = claims.podsWished(c, Self.wish("2"))
        #expect(claims.verdict(of: c) == .contested(pod: .init("2"), by: "b"))
        #expect(claims.letGo(b) == [c])
        _ = claims.podsWished(c, Self.wish("2"))
        #expect(claims.verdict(of: c) == .granted && claims.verdict(of: b).isContested)
    }

    @Test func aRenamedGroupWaitsInSilenceForItsFormerSelf() {
        var claims = claims(expecting: a)
        _ = claims.podsWished(a, Self.wish("1"))
        claims.endAnnounced(a)
        claims.groupExpected(b, in: Self.scope)
        _ = claims.podsWished(b, Self.wish("1"))
        #expect(claims.verdict(of: b) == .pending)
        #expect(claims.groupEnded(a) == [b])
        _ = claims.podsWished(b, Self.wish("1"))
        #expect(claims.verdict(of: b) == .granted)
    }

    @Test func anotherKeyIsAnotherMatterUntilItChanges() {
        let other = RoleClaims.Scope(namespace: "n", key: "example.com/role")
        var claims = claims(expecting: a)
        claims.groupExpected(b, in: other)
        _ = claims.podsWished(a, Self.wish("1"))
        _ = claims.podsWished(b, Self.wish("1", in: [other]))
        #expect(claims.verdict(of: a) == .granted && claims.verdict(of: b) == .granted)
        _ = claims.podsWished(b, Self.wish("1", in: [other, Self.scope]))
        #expect(claims.verdict(of: b) == .contested(pod: .init("1"), by: "a"))
    }

    /// Every life of three groups over two pods, four events long: never do two hold a pod, and nobody waits for nobody, nor for
    /// somebody who waits.
    @Test func neverGrantsAPodTwice() {
        let claimants = [a, b, c]
        let wishes = [Self.wish(), Self.wish("1"), Self.wish("2"), Self.wish("1", "2")]
        typealias Held = [RoleClaims.Claimant: RoleClaims.Wish]
        /// Those that are told claim again, as the registry has them do.
        func follow(_ claims: inout RoleClaims, _ told: Set<RoleClaims.Claimant>, _ held: Held) {
            for claimant in told {
                if let wish = held[claimant] { _ = claims.podsWished(claimant, wish) }
            }
        }
        func isSound(_ claims: RoleClaims, _ held: Held) -> Bool {
            let granted = held.filter { claims.verdict(of: $0.key) == .granted }.flatMap(\.value.pods)
            let waiting = held.allSatisfy { claimant, wish in
                guard case .contested(let pod, let other) = claims.verdict(of: claimant) else { return true }
                let holder = Self.claimant(other)
                return held[holder]?.pods.contains(pod) ?? false && wish.pods.contains(pod)
                    && claims.verdict(of: holder) == .granted
            }
            return granted.count == Set(granted).count && waiting
        }
        func violations(_ claims: RoleClaims, _ held: Held, _ rest: Int) -> Int {
            if !isSound(claims, held) { return 1 }
            if rest == 0 { return 0 }
            var sum = 0
            for claimant in claimants {
                for wish in wishes {
                    var next = claims
                    let all = held.merging([claimant: wish]) { $1 }
                    follow(&next, next.podsWished(claimant, wish), all)
                    sum += violations(next, all, rest - 1)
                }
                var (silent, ended) = (claims, claims)
                let others = held.filter { $0.key != claimant }
                follow(&silent, silent.wishesNothing(claimant), held)
                follow(&ended, ended.groupEnded(claimant), others)
                sum += violations(silent, held, rest - 1) + violations(ended, others, rest - 1)
            }
            return sum
        }
        #expect(violations(claims(expecting: a, b, c), [:], 4) == 0)
    }
}
