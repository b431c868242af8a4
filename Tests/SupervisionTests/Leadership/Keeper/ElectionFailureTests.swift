import Coordination
import FailoverCore
import KubernetesClient
import Sandbox
import Testing
import Transport

@testable import Supervision

/// One shard, and a server that is away or refuses.
@Suite(.timeLimit(.minutes(5))) struct ElectionFailureTests {
    @Test func withoutTheServerItIsInDoubtAndGoesOnAfterwards() async throws {
        try await KeeperStage.run { stage in
            let a = await stage.replica("a")
            await stage.log.wait(for: "a taken 0")
            let authority = a.supervising.authority(0)
            await stage.sandbox.control.add(Fault(.refuse(code: 503, retryAfter: nil)))
            await stage.sandbox.control.cutWatches()
            stage.clock.advance(by: .seconds(10))
            await stage.log.wait(for: "a in doubt 0")
            #expect(authority?.timeLeft(at: stage.clock.now) == .zero)
            await stage.log.wait { a.keeper.status.shards.first.map { $0.isOurs && $0.isInDoubt } == true }
            await stage.sandbox.control.removeFaults()
            await tick(stage, until: "a taken 0", count: 2)
            #expect(stage.log.lines(with: "a lost").isEmpty && a.keeper.status.counts.acquired == 1)
            #expect(a.logs.lines.contains { $0.hasPrefix("warning: the shard's Lease could not be renewed") })
            await a.crash()
        }
    }

    /// Lets time pass two seconds at a time until a line comes.
    private func tick(_ stage: KeeperStage, until text: String, count: Int) async {
        for number in 1...100 {
            stage.clock.advance(by: .seconds(2))
            _ = await stage.clock.sleepBegan(number)
            if await withDeadline(after: .seconds(1), { await stage.log.came(text, count: count) }) == true { return }
        }
        Issue.record("\(text) did not come")
    }

    /// Cut off alone: the others go on.
    @Test func whoIsCutOffWritesNothingBeforeAnotherTakesOver() async throws {
        try await KeeperStage.run { stage in
            try await stage.admit("cut-off")
            let a = await stage.replica("a", token: "cut-off")
            await stage.log.wait(for: "a taken 0")
            let authority = a.supervising.authority(0)
            let b = await stage.replica("b")
            await stage.log.wait(for: "b sees 0:a of a,b")
            await stage.sandbox.control.add(Fault(.refuse(code: 503, retryAfter: nil), user: "cut-off"))
            await stage.sandbox.control.cutWatches()
            await stage.renewal(of: "ks.replica-b")
            await stage.renewal(of: "ks.replica-b")
            await stage.log.wait(for: "a in doubt 0")
            #expect(authority?.timeLeft(at: stage.clock.now) == .zero && stage.log.lines(with: "b taken").isEmpty)
            stage.clock.advance(by: .seconds(5))
            await stage.log.wait(for: "b taken 0")
            await stage.sandbox.control.removeFaults()
            await tick(stage, until: "a lost 0", count: 1)
            await stage.log.wait { a.keeper.status.counts.lost == 1 }
            #expect(stage.log.lines(with: "b lost").isEmpty)
            await a.crash()
            await b.crash()
        }
    }

    @Test func itEndsInTimeWithoutTheServer() async throws {
        try await KeeperStage.run { stage in
            let a = await stage.replica("a")
            await stage.log.wait(for: "a taken 0")
            await stage.sandbox.control.add(Fault(.hang))
            a.keeper.finish()
            await stage.log.wait(for: "a lost 0")
            // Else its time may be over before it has heard of that.
            while !a.logs.lines.contains(where: { $0.contains("releasing the shard") }) { await Task.yield() }
            stage.clock.advance(by: .seconds(5))
            await a.task.value
            #expect(a.keeper.status.counts.released == 1)
        }
    }

    @Test func whoMayNotWriteSaysOnceWhichRuleWouldGrantIt() async throws {
        try await KeeperStage.run { stage in
            try await stage.sandbox.admit(
                token: "reader",
                user: "reader",
                rules: [.init(groups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["get", "list", "watch"])]
            )
            let a = await stage.replica("a", token: "reader")
            await stage.log.wait(for: "a sees 0:- of a")
            _ = await stage.sandbox.control.requests("create", of: .leases, count: 2)
            stage.clock.advance(by: .seconds(2))
            _ = await stage.sandbox.control.requests("create", of: .leases, count: 4)
            let errors = a.logs.lines.filter { $0.hasPrefix("error:") && $0.contains("lease=ks.shard-0-of-1") }
            #expect(errors.count == 1)
            #expect(
                errors.first?.contains(
                    #"{apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create"]}"#
                )
                    == true
            )
            await a.crash()
        }
    }
}
