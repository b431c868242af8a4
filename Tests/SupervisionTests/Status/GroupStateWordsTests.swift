import FailoverCore
import Foundation
import KubernetesClient
import StandbyConfiguration
import Testing

@testable import Supervision

/// What STATE says of a group that holds, or is paused.
@Suite(.timeLimit(.minutes(5))) struct GroupStateWordsTests {
    private let noon = Date(timeIntervalSince1970: 1_700_000_000)

    private func state(_ stage: GroupStage) async -> String { await stage.supervisor.status(wallTime: noon).state }

    @Test func aHoldSaysWhenItEnds() async throws {
        let flap = ", failover: {flap: {maxSwitches: 1, windowSeconds: 600, holdSeconds: 480}}"
        let stage = GroupStage(try Samples.group("web", flap))
        try stage.place(["active", "passive"])
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            stage.probes.set(.healthy, "web-0")
            stage.probes.set(.healthy, "web-1")
            await stage.log.wait(for: "web-1 member.health=healthy")
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "move complete")
            #expect(await state(stage) == "ok; holding for 8m more: 1 or more moves in 10m")
            stage.clock.advance(by: .seconds(200))
            #expect(await state(stage) == "ok; holding for 5m more: 1 or more moves in 10m")
            stage.probes.set(.healthy, "web-0")
            stage.probes.set(.unhealthy, "web-1")
            await stage.log.wait(for: "flapping")
            #expect(await state(stage) == "flapping, holding for 5m more: 1 or more moves in 10m")
            stage.changeLease { $0.metadata.annotations?[RecordMapping.Annotation.pause] = "true" }
            await stage.log.wait(for: "paused")
            #expect(await state(stage) == "paused; flapping, holding for 5m more: 1 or more moves in 10m")
            stage.clock.advance(by: .seconds(279))
            #expect(await state(stage).contains("holding for 10s more"))
            stage.clock.advance(by: .seconds(2))
            #expect(await !state(stage).contains("holding"))
        }
    }

    @Test(arguments: [
        (1, "10s"), (10, "10s"), (11, "20s"), (119, "120s"), (120, "2m"), (121, "3m"), (480, "8m"), (10_800, "3h"),
        (10_801, "4h"),
    ])
    func spansAreRoundedUp(seconds: Int, words: String) {
        let hold = GroupHold(rest: .seconds(seconds), limit: FlapLimit(maxMoves: 4, window: .seconds(600)))
        #expect(hold.words == "holding for \(words) more: 4 or more moves in 10m")
    }
}
