import Coordination
import MetricsTestKit
import Testing

@testable import FailoverCore
@testable import StandbyConfiguration
@testable import Supervision

/// A group whose leader runs the hooks of its moves.
@Suite(.timeLimit(.minutes(5))) struct GroupHookTests {
    private static let both =
        ", hooks: {onDemote: {exec: {command: [drain]}, timeoutSeconds: 7}, onPromote: {httpPost: {url: 'http://x'}}}"

    /// A stage whose hooks end as `attempt` says, and what was tried.
    private static func stage(
        _ hooks: String = both,
        attempt: @escaping @Sendable (HookErrand) async -> HookRunner.Attempt = { _ in .succeeded }
    ) throws -> (stage: GroupStage, tried: Locked<[HookErrand]>) {
        let tried = Locked<[HookErrand]>([])
        let runner = HookRunner(metrics: TestMetrics()) { _ in
        } attempt: { errand in
            tried.withLock { $0.append(errand) }
            return await attempt(errand)
        }
        let stage = GroupStage(try Samples.group("web", service: "web", hooks), hooks: runner)
        try stage.place(["active", "passive", "passive"])
        return (stage, tried)
    }

    private static func fail(_ pod: String, on stage: GroupStage) async {
        await stage.log.wait(for: "active member is on record")
        stage.probes.set(.unhealthy, pod)
    }

    @Test(arguments: [
        ("", HookPolicy()), ("onPromote: {exec: {command: [x]}}", HookPolicy(kinds: [.promote])),
        ("onDemote: {exec: {command: [x]}}", HookPolicy(kinds: [.demote])),
        (
            "onDemote: {exec: {command: [x]}, required: true}",
            HookPolicy(kinds: [.demote], requiredOnDemote: HookRequirement(onTimeout: .hold))
        ),
        (
            "onDemote: {exec: {command: [x]}, required: true, onTimeout: Promote}, onPromote: {exec: {command: [x]}}",
            HookPolicy(kinds: [.demote, .promote], requiredOnDemote: HookRequirement(onTimeout: .promote))
        ),
    ]) func whatTheFileSaysReachesThePolicy(hooks: String, policy: HookPolicy) throws {
        let group = try Samples.group("web", service: "web", ", hooks: {\(hooks)}")
        #expect(GroupPolicy(group, isObserving: false).hooks == policy)
    }

    /// Each once, by what the file says of it, and nothing is owed afterwards.
    @Test func aFailoverRunsBoth() async throws {
        let (stage, tried) = try Self.stage()
        try await stage.run { stage in
            await Self.fail("web-0", on: stage)
            await stage.log.wait(for: "hook succeeded", count: 2)
            await stage.log.wait { stage.record?.hooks.isEmpty ?? false }
        }
        let errands = tried.withLock { $0 }.sorted { $0.call.kind.rawValue < $1.call.kind.rawValue }
        #expect(errands.map(\.call.kind) == [.demote, .promote] && errands.map(\.call.pod) == ["web-0", "web-1"])
        #expect(errands.map(\.hook) == stage.configuration.hooks.all.map(\.hook).reversed())
        for errand in errands {
            #expect(errand.group == "web" && errand.namespace == "default" && errand.call.epoch == stage.record?.epoch)
            #expect(errand.call.from == ["web-0"] && errand.call.to == "web-1" && errand.call.cause == .activeUnhealthy)
        }
    }

    @Test func aGroupWithoutHooksRunsNone() async throws {
        let (stage, tried) = try Self.stage("")
        try await stage.run { stage in
            await Self.fail("web-0", on: stage)
            await stage.log.wait(for: "move complete")
        }
        #expect(tried.withLock { $0.isEmpty })
    }

    /// One that hangs holds up neither the move nor the group's end, and stays owed.
    @Test func whatTheEndCancelsStaysOwed() async throws {
        let (stage, _) = try Self.stage(", hooks: {onDemote: {exec: {command: [drain]}}}") { _ in
            await Latch().wait()
            return .failed("cancelled")
        }
        try await stage.run { stage in
            await Self.fail("web-0", on: stage)
            await stage.log.wait(for: "move complete")
        }
        #expect(stage.actives == ["web-1"] && stage.record?.hooks.map(\.pod) == ["web-0"])
        #expect(stage.log.lines(with: "hook").isEmpty)
    }

    /// Nobody is promoted before it has succeeded, and what is told of that names the pod.
    @Test func aRequiredOneHoldsThePromotion() async throws {
        let isDrained = Locked(false)
        let required = ", hooks: {onDemote: {exec: {command: [drain]}, required: true}}"
        let (stage, tried) = try Self.stage(required) { _ in
            isDrained.withLock { $0 } ? .succeeded : .failed("exit code 1")
        }
        try await stage.run { stage in
            await Self.fail("web-0", on: stage)
            await stage.log.wait(
                for: "promotion waits for a hook that fails to=web-1 member.name=web-0 error=exit code 1"
            )
            #expect(stage.actives == [] && tried.withLock { $0.count } == HookRunner.tries)
            isDrained.withLock { $0 = true }
            stage.clock.advance(by: .seconds(2))
            await stage.log.wait(for: "move complete")
        }
        #expect(stage.actives == ["web-1"])
    }
}
