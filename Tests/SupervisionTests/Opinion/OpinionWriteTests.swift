import FailoverCore
import Sandbox
import Testing

@testable import KubernetesClient
@testable import Supervision

/// Questions, answers and records on one Lease of a real API, written by several at the same time.
@Suite(.timeLimit(.minutes(5))) struct OpinionWriteTests {
    private static let question = StoredOpinions.Question(
        id: "me/1",
        pod: "web-0",
        uid: "uid-0",
        since: MicroTime(microseconds: 0)
    )

    private static func answer(_ health: String = "healthy", to question: String = "me/1") -> StoredOpinions.Answer {
        .init(question: question, uid: "uid-0", health: health, ageSeconds: 0)
    }

    @Test func aStandbyAnswersWithoutTheLeadAndTouchesNothingElse() async throws {
        try await LeaseStage.run { stage in
            let leader = stage.leader
            _ = try await stage.begin()
            await leader.ask(Self.question)
            let asked = try await stage.lease()
            #expect(StoredOpinions(asked).question == Self.question)
            let name = StoredOpinions.name(of: "standby")
            #expect(await stage.replica().answer(Self.answer(), of: name))
            let answered = try await stage.lease()
            #expect(StoredOpinions(answered).answers == [name: Self.answer()])
            #expect(StoredOpinions.isSame(asked, answered))
            #expect(RecordMapping.stored(answered).record == RecordMapping.stored(asked).record)
        }
    }

    /// The record is written over answers that came meanwhile, and takes away what is settled.
    @Test func answersAreNoConflictForTheRecord() async throws {
        try await LeaseStage.run { stage in
            let leader = stage.leader
            _ = try await stage.begin()
            await leader.ask(Self.question)
            let version = RecordMapping.stored(try await stage.lease()).version
            for name in ["a", "b"] {
                #expect(await stage.replica().answer(Self.answer(), of: StoredOpinions.name(of: name)))
            }
            let kept = await leader.writeRecord(stage.record(2), replacing: version, asking: "me/1", urgency: .failing)
            guard case .written(let stored) = kept else {
                Issue.record("\(kept)")
                return
            }
            #expect(StoredOpinions(try await stage.lease()).answers.count == 2)
            #expect(await stage.replica().answer(Self.answer("unhealthy"), of: StoredOpinions.name(of: "a")))
            let ended = await leader.writeRecord(
                stage.record(3),
                replacing: stored.version,
                asking: nil,
                urgency: .failing
            )
            guard case .written = ended else {
                Issue.record("\(ended)")
                return
            }
            #expect(StoredOpinions(try await stage.lease()) == StoredOpinions())
        }
    }

    /// What another supervisor wrote is a conflict, whatever standbys wrote beside it.
    @Test func anotherSupervisorsRecordIsAConflict() async throws {
        try await LeaseStage.run { stage in
            let (leader, first) = (stage.leader, try await stage.begin())
            await leader.ask(Self.question)
            let version = RecordMapping.stored(try await stage.lease()).version
            #expect(await stage.replica().answer(Self.answer(), of: StoredOpinions.name(of: "a")))
            let other = stage.replica(mayLead: true)
            guard case .found(let seen) = await other.readRecord() else {
                Issue.record("no record")
                return
            }
            let foreign = stage.record(2, writer: "other")
            guard
                case .written = await other.writeRecord(
                    foreign,
                    replacing: seen.version,
                    asking: nil,
                    urgency: .failing
                )
            else {
                Issue.record("not written")
                return
            }
            for version in [version, first.version] {
                let outcome = await leader.writeRecord(
                    stage.record(2),
                    replacing: version,
                    asking: "me/1",
                    urgency: .failing
                )
                #expect(outcome == .conflict)
            }
            #expect(RecordMapping.stored(try await stage.lease()).record.writer == "other")
        }
    }

    @Test func nothingIsAskedOnceAnotherSupervisorHasActed() async throws {
        try await LeaseStage.run { stage in
            let (leader, first) = (stage.leader, try await stage.begin())
            let other = stage.replica(mayLead: true)
            _ = await other.readRecord()
            _ = await other.writeRecord(stage.record(2), replacing: first.version, asking: nil, urgency: .failing)
            await leader.ask(Self.question)
            #expect(StoredOpinions(try await stage.lease()).question == nil)
        }
    }

    @Test func fifteenAnswerAtOnce() async throws {
        try await LeaseStage.run { stage in
            let leader = stage.leader
            _ = try await stage.begin()
            await leader.ask(Self.question)
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<15 {
                    group.addTask {
                        let isWritten = await stage.replica().answer(
                            Self.answer(),
                            of: StoredOpinions.name(of: "\(number)")
                        )
                        #expect(isWritten)
                    }
                }
            }
            #expect(StoredOpinions(try await stage.lease()).answers.count == 15)
        }
    }

    /// What is refused is tried a few times, with waits, and not as often as what others were faster with.
    @Test func anAnswerThatIsRefusedIsTriedAFewTimes() async throws {
        try await LeaseStage.run { stage in
            let leader = stage.leader
            _ = try await stage.begin()
            await leader.ask(Self.question)
            await stage.sandbox.control.add(Fault(.refuse(code: 500, retryAfter: nil), verb: "update", kind: .leases))
            let before = await stage.sandbox.control.log.count
            #expect(await !stage.replica().answer(Self.answer(), of: StoredOpinions.name(of: "a")))
            let requests = await stage.sandbox.control.log.dropFirst(before).filter { $0.kind == .leases }
            #expect(requests.count { $0.verb == "update" } == 5 && requests.count <= 12, "\(requests.map(\.verb))")
        }
    }

    @Test func anAnswerToAQuestionThatIsSettledIsNotWritten() async throws {
        try await LeaseStage.run { stage in
            let (leader, first) = (stage.leader, try await stage.begin())
            #expect(await stage.replica().answer(Self.answer(), of: StoredOpinions.name(of: "a")))
            #expect(RecordMapping.stored(try await stage.lease()).version == first.version)
            await leader.ask(Self.question)
            #expect(await stage.replica().answer(Self.answer(to: "me/0"), of: StoredOpinions.name(of: "a")))
            #expect(StoredOpinions(try await stage.lease()).answers.isEmpty)
        }
    }
}
