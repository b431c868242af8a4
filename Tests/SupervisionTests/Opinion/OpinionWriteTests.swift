import FailoverCore
import Foundation
import Logging
import Sandbox
import StandbyConfiguration
import Testing
import Transport

@testable import KubernetesClient
@testable import Supervision

/// Questions, answers and records on one Lease of a real API, written by several at the same time.
@Suite(.timeLimit(.minutes(5))) struct OpinionWriteTests {
    private struct Stage: Sendable {
        let sandbox: Sandbox
        let client: APIClient
        let group: GroupConfiguration

        /// One replica's door; `mayLead`: whether it may write more than an answer.
        func replica(mayLead: Bool = false) -> KubernetesGroupAPI {
            KubernetesGroupAPI(
                client: client,
                group: group,
                namespace: "default",
                limits: .init(),
                gate: WriteGate(mayLead ? WriteAuthority(until: nil) : .none),
                clock: .system
            )
        }

        func lease() async throws -> Lease {
            try await client.get(Lease.self, namespace: "default", name: "kube-standby-web")
        }

        /// A leader that has written a first record, and what it wrote.
        func leader() async throws -> (KubernetesGroupAPI, StoredRecord) {
            let leader = replica(mayLead: true)
            let outcome = await leader.writeRecord(record(1), replacing: nil, asking: nil, urgency: .upkeep)
            guard case .written(let stored) = outcome else { throw GroupLease.Failure.contended }
            return (leader, stored)
        }

        func record(_ epoch: Int, writer: String = "me") -> GroupRecord {
            GroupRecord(
                holder: .init(name: "web-0", id: .init("u")),
                epoch: Epoch(epoch),
                origin: .adopted,
                writer: writer,
                reason: "found"
            )
        }
    }

    private static let question = StoredOpinions.Question(
        id: "me/1",
        pod: "web-0",
        uid: "u",
        since: MicroTime(microseconds: 0)
    )

    private static func answer(_ health: String = "healthy", to question: String = "me/1") -> StoredOpinions.Answer {
        .init(question: question, uid: "u", health: health, ageSeconds: 0)
    }

    private func run(_ body: @Sendable @escaping (Stage) async throws -> Void) async throws {
        let group = try Samples.group()
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        try await Sandbox.run { sandbox in
            let connection = ClusterConnection(
                cluster: .init(server: await sandbox.url, authority: .inline(Array(sandbox.authority.utf8))),
                credential: Credential(token: .inline(Sandbox.adminToken)),
                namespace: "default"
            )
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let client = APIClient(connection: connection, loop: loop, version: "test", logger: logger)
            try await body(Stage(sandbox: sandbox, client: client, group: group))
        }
    }

    @Test func aStandbyAnswersWithoutTheLeadAndTouchesNothingElse() async throws {
        try await run { stage in
            let (leader, _) = try await stage.leader()
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
        try await run { stage in
            let (leader, _) = try await stage.leader()
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
        try await run { stage in
            let (leader, first) = try await stage.leader()
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
        try await run { stage in
            let (leader, first) = try await stage.leader()
            let other = stage.replica(mayLead: true)
            _ = await other.readRecord()
            _ = await other.writeRecord(stage.record(2), replacing: first.version, asking: nil, urgency: .failing)
            await leader.ask(Self.question)
            #expect(StoredOpinions(try await stage.lease()).question == nil)
        }
    }

    @Test func fifteenAnswerAtOnce() async throws {
        try await run { stage in
            let (leader, _) = try await stage.leader()
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
        try await run { stage in
            let (leader, _) = try await stage.leader()
            await leader.ask(Self.question)
            await stage.sandbox.control.add(Fault(.refuse(code: 500, retryAfter: nil), verb: "update", kind: .leases))
            let before = await stage.sandbox.control.log.count
            #expect(await !stage.replica().answer(Self.answer(), of: StoredOpinions.name(of: "a")))
            let requests = await stage.sandbox.control.log.dropFirst(before).filter { $0.kind == .leases }
            #expect(requests.count { $0.verb == "update" } == 5 && requests.count <= 12, "\(requests.map(\.verb))")
        }
    }

    @Test func anAnswerToAQuestionThatIsSettledIsNotWritten() async throws {
        try await run { stage in
            let (leader, first) = try await stage.leader()
            #expect(await stage.replica().answer(Self.answer(), of: StoredOpinions.name(of: "a")))
            #expect(RecordMapping.stored(try await stage.lease()).version == first.version)
            await leader.ask(Self.question)
            #expect(await stage.replica().answer(Self.answer(to: "me/0"), of: StoredOpinions.name(of: "a")))
            #expect(StoredOpinions(try await stage.lease()).answers.isEmpty)
        }
    }
}
