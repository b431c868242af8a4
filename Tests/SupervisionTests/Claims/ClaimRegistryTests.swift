import FailoverCore
import Testing

@testable import Supervision

/// A pod that leaves a group is another's if one that is about to start means it.
@Suite(.timeLimit(.minutes(5))) struct ClaimRegistryTests {
    private static let scope = RoleClaims.Scope(namespace: "n", key: "role")
    private let old = RoleClaims.Claimant(group: "old", run: 1)
    private let new = RoleClaims.Claimant(group: "new", run: 2)
    private let pod = Member.ID("p")

    private func wish(_ pods: Member.ID...) -> RoleClaims.Wish { .init(scopes: [Self.scope], pods: Set(pods)) }

    /// `old` meant the pod, and means it no more.
    private func registry(expecting claimants: RoleClaims.Claimant...) async -> ClaimRegistry {
        let registry = ClaimRegistry()
        await registry.expect([.init(claimant: old, scope: Self.scope)], ending: [])
        #expect(await registry.claim(wish(pod), for: old) {} == .granted)
        await registry.expect(claimants.map { .init(claimant: $0, scope: Self.scope) }, ending: [])
        #expect(await registry.claim(wish(), for: old) {} == .granted)
        return registry
    }

    /// What `old` is told of the pod when `others` have done their part meanwhile.
    private func isHeld(
        _ registry: ClaimRegistry,
        _ others: @Sendable (ClaimRegistry) async -> Void
    ) async -> Bool {
        async let answer = registry.isHeld(pod, in: [Self.scope], byOthersThan: old)
        // The question comes first, most of the time.
        for _ in 0..<10 { await Task.yield() }
        await others(registry)
        return await answer
    }

    @Test func nobodyHoldsItWhereNobodyIsExpected() async {
        #expect(await !isHeld(registry()) { _ in })
    }

    @Test func itIsThatOfTheGroupThatSaysSoLater() async {
        #expect(await isHeld(registry(expecting: new)) { _ = await $0.claim(wish(pod), for: new) {} })
        #expect(await !isHeld(registry(expecting: new)) { _ = await $0.claim(wish(), for: new) {} })
    }

    @Test func aGroupWithoutAServiceIsNotWaitedFor() async {
        #expect(await !isHeld(registry(expecting: new)) { await $0.abstain(new) })
        #expect(await !isHeld(registry(expecting: new)) { await $0.withdraw(new) })
    }

    /// The first that is expected has no say in what the second means, and yet the second waits for it.
    @Test func allThatAreExpectedAreWaitedFor() async {
        let third = RoleClaims.Claimant(group: "third", run: 3)
        let held = await isHeld(registry(expecting: new, third)) {
            _ = await $0.claim(wish(pod), for: third) {}
            _ = await $0.claim(wish(), for: new) {}
        }
        #expect(held)
    }

    /// Whoever wanted it while the other still held it is told, and claims it again.
    @Test func itIsThatOfTheGroupThatWaitedForIt() async {
        let registry = ClaimRegistry()
        let all = [old, new].map { ClaimRegistry.Registration(claimant: $0, scope: Self.scope) }
        await registry.expect(all, ending: [])
        _ = await registry.claim(wish(pod), for: old) {}
        #expect(await registry.claim(wish(pod), for: new) {} == .contested(pod: pod, by: "old"))
        _ = await registry.claim(wish(), for: old) {}
        #expect(await isHeld(registry) { _ = await $0.claim(wish(pod), for: new) {} })
    }

    @Test func whoWaitsForAnotherPodIsNotWaitedFor() async {
        let registry = ClaimRegistry()
        let all = [old, new].map { ClaimRegistry.Registration(claimant: $0, scope: Self.scope) }
        let other = Member.ID("q")
        await registry.expect(all, ending: [])
        _ = await registry.claim(wish(pod, other), for: old) {}
        _ = await registry.claim(wish(other), for: new) {}
        _ = await registry.claim(wish(other), for: old) {}
        #expect(await !isHeld(registry) { _ in })
    }

    @Test func whoIsCancelledWaitsForNobody() async {
        let registry = await registry(expecting: new)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = await registry.isHeld(pod, in: [Self.scope], byOthersThan: old) }
            group.cancelAll()
        }
    }
}
