import KubernetesClient
import Sandbox
import Testing

@testable import FailoverCore
@testable import Supervision

/// The Lease as operators and supervisors use it, on a server that checks versions.
@Suite(.timeLimit(.minutes(5))) struct GroupLeaseTests {
    // MARK: Supervisors

    @Test func aRecordIsCreatedReadAndReplaced() async throws {
        try await LeaseStage.run { stage in
            #expect(await stage.leader.readRecord() == .absent)
            let first = try await stage.begin()
            #expect(first.record.holder == stage.record(1).holder && first.record.epoch == Epoch(1))
            #expect(await stage.leader.readRecord() == .found(first))
            let second = await stage.write(stage.record(2), over: first.version)
            guard case .written(let stored) = second else {
                Issue.record("\(second)")
                return
            }
            #expect(stored.version.uid == first.version.uid && stored.version.version > first.version.version)
            #expect(stored.record.epoch == Epoch(2))
        }
    }

    @Test func aLeaseThatIsThereIsNotCreatedAgain() async throws {
        try await LeaseStage.run { stage in
            _ = try await stage.begin()
            #expect(await stage.write(stage.record(9), over: nil) == .conflict)
            #expect(try await stage.lease().spec?.leaseTransitions == 1)
        }
    }

    /// What was changed since it was read is read again before anything is written.
    @Test func whatAnotherChangedIsAConflict() async throws {
        try await LeaseStage.run { stage in
            let first = try await stage.begin()
            try await stage.annotate("example.com/note", "theirs")
            let outcome = await stage.write(stage.record(2), over: first.version)
            #expect(outcome == .conflict)
            guard case .found(let found) = await stage.leader.readRecord() else {
                Issue.record("not found")
                return
            }
            _ = await stage.write(stage.record(2), over: found.version)
            let lease = try await stage.lease()
            #expect(lease.spec?.leaseTransitions == 2 && lease.metadata.annotations?["example.com/note"] == "theirs")
        }
    }

    /// The informer is faster than an answer: what it showed last is what a write is made from.
    @Test func whatTheInformerShowedIsKept() async throws {
        try await LeaseStage.run { stage in
            let first = try await stage.begin()
            let old = try await stage.lease()
            try await stage.annotate("example.com/note", "theirs")
            let new = try await stage.lease()
            await stage.leader.saw(new)
            await stage.leader.saw(old)
            #expect(
                await stage.write(stage.record(2), over: first.version)
                    == .conflict
            )
            let version = StoredRecord.Version(
                uid: new.metadata.uid ?? "",
                version: ObjectVersion(new.metadata.resourceVersion ?? "")
            )
            guard
                case .written = await stage.write(stage.record(2), over: version)
            else {
                Issue.record("not written")
                return
            }
            #expect(try await stage.lease().metadata.annotations?["example.com/note"] == "theirs")
        }
    }

    @Test func aLeaseThatWasDeletedIsAConflict() async throws {
        try await LeaseStage.run { stage in
            let first = try await stage.begin()
            let name = try await stage.lease().metadata.name ?? ""
            try await stage.sandbox.store.delete(ObjectKey(.leases, namespace: "default", name: name))
            #expect(
                await stage.write(stage.record(2), over: first.version)
                    == .conflict
            )
        }
    }

    @Test(arguments: [(403, true), (500, false), (503, false)])
    func aFailureSaysWhetherItLasts(code: Int, isLasting: Bool) async throws {
        try await LeaseStage.run { stage in
            for verb in ["get", "create"] {
                await stage.sandbox.control.add(Fault(.refuse(code: code, retryAfter: nil), verb: verb, kind: .leases))
            }
            guard case .failed(let read) = await stage.leader.readRecord(),
                case .failed(let write) = await stage.write(stage.record(1), over: nil)
            else {
                Issue.record("did not fail")
                return
            }
            #expect(read.isLasting == isLasting && write.isLasting == isLasting)
        }
    }

    // MARK: Operators

    @Test func withoutALeaseThereIsNothingToAskFor() async throws {
        try await LeaseStage.run { stage in
            let words =
                #"group "web" has no record: namespace "default" has no Lease kube-standby-web; is the name right, is "#
                + "--namespace, and does a supervisor run?"
            for request in [
                { try await stage.operators.give(StoredRequest(id: "o", action: .pause), patience: .zero) as Any? },
                { try await stage.operators.history() as Any? },
            ] as [@Sendable () async throws -> Any?] {
                do {
                    _ = try await request()
                    Issue.record("took a request without a record")
                } catch { #expect("\(error)" == words) }
            }
        }
    }

    @Test func aRequestThatIsNotWaitedForStays() async throws {
        try await LeaseStage.run { stage in
            _ = try await stage.begin()
            var request = StoredRequest(id: "o1", action: .switchover)
            (request.pod, request.by) = ("web-1", "somebody")
            #expect(try await stage.operators.give(request, patience: .zero) == nil)
            guard case .found(let stored) = await stage.leader.readRecord() else {
                Issue.record("not found")
                return
            }
            #expect(
                stored.record.request == OperatorRequest(id: "o1", action: .switchover(to: "web-1", isForced: false))
            )
            do {
                _ = try await stage.operators.give(StoredRequest(id: "o2", action: .pause), patience: .zero)
                Issue.record("took a second request")
            } catch {
                #expect("\(error)".hasPrefix("another request waits for its answer: Switchover web-1 by somebody at "))
            }
        }
    }

    @Test func theAnswerIsHeardThatNamesTheRequest() async throws {
        try await LeaseStage.run { stage in
            _ = try await stage.begin()
            async let answer = stage.operators.give(StoredRequest(id: "o1", action: .pause), patience: .seconds(60))
            try await stage.sandbox.wait(for: "the request") { store in
                await store.list(.leases, namespace: "default").contains {
                    $0["metadata"]["annotations"]["kube-standby.io/request"].string?.contains("o1") ?? false
                }
            }
            guard case .found(var stored) = await stage.leader.readRecord() else {
                Issue.record("not found")
                return
            }
            stored.record.answer(RequestAnswer(id: "o1", outcome: .refused, explanation: "not now"))
            _ = await stage.write(stored.record, over: stored.version)
            let heard = try await answer
            #expect(heard?.id == "o1" && heard?.isDone == false && heard?.explanation == "not now")
            #expect(try await stage.lease().metadata.annotations?["kube-standby.io/request"] == nil)
        }
    }

    /// Nobody is there: what nobody remembers must not be acted on later.
    @Test func aRequestThatNobodyAnswersIsTakenBack() async throws {
        try await LeaseStage.run { stage in
            _ = try await stage.begin()
            do {
                _ = try await stage.operators.give(StoredRequest(id: "o1", action: .pause), patience: .milliseconds(50))
                Issue.record("was answered by nobody")
            } catch {
                #expect(
                    "\(error)".hasPrefix(
                        "no supervisor answered within 0.05 seconds; the request was taken back, but a"
                    )
                )
                #expect("\(error)".contains(#"the supervisor's log says "group waits", and for what"#))
            }
            #expect(try await stage.lease().metadata.annotations?["kube-standby.io/request"] == nil)
        }
    }

    /// Whoever pressed Ctrl-C does not want it any more, and the next request is not to wait ten minutes for its turn.
    @Test func aRequestIsTakenBackWhenTheWaitIsInterrupted() async throws {
        try await LeaseStage.run { stage in
            _ = try await stage.begin()
            do {
                _ = try await stage.operators.give(StoredRequest(id: "o1", action: .pause), patience: .seconds(60)) {}
                Issue.record("was answered by nobody")
            } catch {
                #expect(
                    "\(error)".hasPrefix(
                        "interrupted; the request was taken back, but a move that has begun may go on: "
                    )
                )
            }
            #expect(try await stage.lease().metadata.annotations?["kube-standby.io/request"] == nil)
        }
    }

    @Test func othersWhoWriteTheLeaseAreNoHindrance() async throws {
        try await LeaseStage.run { stage in
            _ = try await stage.begin()
            await stage.sandbox.control.add(
                Fault(.refuse(code: 409, retryAfter: nil), verb: "patch", kind: .leases, count: 4)
            )
            #expect(try await stage.operators.give(StoredRequest(id: "o1", action: .resume), patience: .zero) == nil)
            try await stage.annotate("kube-standby.io/request", nil)
            await stage.sandbox.control.add(
                Fault(.refuse(code: 409, retryAfter: nil), verb: "patch", kind: .leases, count: 5)
            )
            do {
                _ = try await stage.operators.give(StoredRequest(id: "o2", action: .resume), patience: .zero)
                Issue.record("wrote what could not be written")
            } catch { #expect("\(error)" == "others wrote the Lease each time; try again") }
        }
    }

    @Test func historyIsToldOldestFirst() async throws {
        try await LeaseStage.run { stage in
            let first = try await stage.begin()
            #expect(try await stage.operators.history() == [])
            var record = stage.record(3)
            record.history = [2, 3].map {
                MoveEntry(epoch: Epoch($0), from: ["web-1"], target: "web-0", cause: .activeGone)
            }
            _ = await stage.write(record, over: first.version)
            let history = try await stage.operators.history()
            #expect(history.map(\.epoch) == [2, 3] && history.allSatisfy { $0.from == ["web-1"] && $0.to == "web-0" })
            #expect(history.allSatisfy { $0.reason == "the active pod is gone" })
        }
    }
}
