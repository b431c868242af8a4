import Testing

@testable import FailoverCore
@testable import Supervision

/// A group whose writes wait for their turns among those of all groups: it is at rest meanwhile.
@Suite(.timeLimit(.minutes(5))) struct WaitingWriteTests {
    /// Runs a group with `web-0` active, breaks that, and waits until the announcement of the move waits for its turn.
    private func runUntilItWaits(_ body: @escaping @Sendable (GroupStage) async -> Void) async throws -> GroupStage {
        let stage = GroupStage(try Samples.group())
        try stage.place(["active", "passive", "passive"])
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            stage.cluster.holdTurns()
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "waits for its turn")
            while await !stage.supervisor.isAtRest { await Task.yield() }
            await body(stage)
        }
        return stage
    }

    @Test func isAtRestUntilItsTurnComesAndMovesThen() async throws {
        let stage = try await runUntilItWaits { stage in
            #expect(stage.actives == ["web-0"] && stage.log.lines(with: "web-0=passive").isEmpty)
            // The announcement, the seal of web-2, the demotion, the promotion.
            for number in 1...4 {
                await stage.log.wait(for: "waits for its turn", count: number)
                while await !stage.supervisor.isAtRest { await Task.yield() }
                #expect(stage.cluster.giveTurns().contains(true))
            }
            await stage.log.wait(for: "move complete")
        }
        #expect(stage.actives == ["web-1"])
    }

    /// What came meanwhile was taken in: the move is pointless by now.
    @Test func takesInWhatComesWhileItWaits() async throws {
        let stage = try await runUntilItWaits { stage in
            stage.probes.set(.healthy, "web-0")
            await stage.log.wait(for: "member.name=web-0 member.health=healthy", count: 2)
            #expect(stage.cluster.giveTurns() == [true])
            await stage.log.wait(for: "not sent")
        }
        #expect(stage.actives == ["web-0"] && stage.record?.holder?.name == "web-0")
        #expect(stage.log.lines(with: "write record").count == 1, "who was active already")
    }

    /// Nothing is asked of the API server after its end: the turn is somebody else's.
    @Test func wantsNoTurnAfterItsEnd() async throws {
        let stage = try await runUntilItWaits { stage in
            stage.supervisor.post(.shutdownDeadline)
            await stage.log.wait(for: "web: ended")
            #expect(stage.cluster.giveTurns() == [false])
        }
        #expect(stage.actives == ["web-0"])
    }
}
