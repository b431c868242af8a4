import Testing

@testable import FailoverCore
@testable import Supervision

/// A group that another supervisor leads: what a standby answers on the Lease, and what it makes of it when it takes over.
@Suite(.timeLimit(.minutes(5))) struct StandbyOpinionTests {
    @Test func aStandbyAnswersOnceAndAgainWhenItsVerdictChanges() async throws {
        let stage = try GroupStage.standby()
        try await stage.run { stage in
            await stage.log.wait(for: "read record")
            stage.ask("other/1")
            await stage.log.wait(for: "answer healthy")
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "answer unhealthy")
            stage.ask("other/2")
            await stage.log.wait(for: "answer unhealthy", count: 2)
        }
        let opinions = stage.opinions
        #expect(opinions.answers.map(\.key) == [StoredOpinions.name(of: "me-1")])
        #expect(opinions.heard.map(\.question) == ["other/2"] && opinions.heard.map(\.health) == [.unhealthy])
        #expect(
            stage.log.lines.filter { $0.contains("answer") || $0.contains("write") } == [
                "web: answer healthy", "web: answer unhealthy", "web: answer unhealthy",
            ]
        )
        #expect(stage.record?.writer == "other" && stage.record?.epoch == Epoch(1) && stage.actives == ["web-0"])
    }

    @Test func anAnswerThatCouldNotBeWrittenIsGivenAgain() async throws {
        let stage = try GroupStage.standby()
        try await stage.run { stage in
            await stage.log.wait(for: "read record")
            stage.cluster.plan(.failure, on: "answer")
            stage.ask("other/1")
            await stage.log.wait(for: "answer healthy", count: 2)
        }
        #expect(stage.opinions.heard.map(\.health) == [.healthy])
    }

    @Test func aStandbyIsSilentOnWhatItDoesNotKnowAndInADryRun() async throws {
        let stage = try GroupStage.standby()
        try await stage.run { stage in
            await stage.log.wait(for: "read record")
            stage.ask("other/1", "nobody")
            stage.ask("other/2")
            await stage.log.wait(for: "answer healthy")
        }
        #expect(stage.log.lines(with: "answer").count == 1)
        let dry = try GroupStage.standby(isDryRun: true)
        try await dry.run { stage in
            await stage.log.wait(for: "read record")
            stage.ask("other/1")
            stage.probes.set(.unhealthy, "web-0")
        }
        #expect(dry.log.lines(with: "answer").isEmpty)
    }

    /// One that is cut off itself, so that every pod fails for it, agrees with nobody.
    @Test func aStandbyThatDoubtsItsProbesDoesNotSayThatAPodFails() async throws {
        let stage = try GroupStage.standby()
        try await stage.run { stage in
            await stage.log.wait(for: "read record")
            stage.ask("other/1")
            await stage.log.wait(for: "answer healthy")
            let doubt = Suspension(until: stage.clock.now + Suspension.duration, reason: .massFailure)
            stage.supervisor.post(.doubt(doubt))
            stage.probes.set(.unhealthy, "web-0")
            // A later question is answered, so that everything before it was heard.
            stage.ask("other/2", "web-1")
            await stage.log.wait(for: "answer healthy", count: 2)
            stage.clock.advance(by: Suspension.duration)
            stage.ask("other/3")
            await stage.log.wait(for: "answer unhealthy")
        }
        let answers = stage.log.lines(with: "answer")
        #expect(answers == ["web: answer healthy", "web: answer healthy", "web: answer unhealthy"])
    }

    /// A supervisor that takes over asks for itself: what was asked and answered before is nothing to it.
    @Test func whoTakesOverAsksAnew() async throws {
        let stage = try GroupStage.standby()
        try await stage.run { stage in
            await stage.log.wait(for: "read record")
            stage.ask("other/1")
            await stage.log.wait(for: "answer healthy")
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "answer unhealthy")
            stage.gate.use(WriteAuthority(until: nil))
            stage.supervisor.post(.standing(.leading))
            await stage.log.wait(for: "ask of web-0")
            #expect(stage.opinions.question?.id == "me-1/1" && stage.opinions.answers.isEmpty)
            try stage.answer("unhealthy")
            await stage.log.wait(for: "move complete")
        }
        #expect(stage.actives == ["web-1"])
    }
}
