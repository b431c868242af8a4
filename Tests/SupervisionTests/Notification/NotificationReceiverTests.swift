import Coordination
import Foundation
import Testing

@testable import StandbyConfiguration
@testable import Supervision

/// When one receiver is told, how often, and what becomes of what it does not take.
@Suite(.timeLimit(.minutes(5))) struct NotificationReceiverTests {
    /// A receiver that answers as a test says; what it was told, and what was waited for.
    private struct Stage: Sendable {
        let log = EventLog()
        let logs = LogRecorder()
        let outcomes: Locked<[PostRequest.Outcome]>

        init(_ outcomes: [PostRequest.Outcome] = []) { self.outcomes = Locked(outcomes) }

        /// `blocks`: whether every wait lasts until the task is cancelled.
        func receiver(_ reasons: [NotificationReason], blocks: Bool = false) -> NotificationReceiver {
            let configuration = NotificationConfiguration(
                post: .init(url: "https://user:secret@hooks.example.com/T000/secret?token=secret"),
                reasons: reasons
            )
            return NotificationReceiver(configuration, host: "hooks.example.com", logger: logs.logger) { [log] pause in
                log.add("sleeps \(pause >= .seconds(1) ? "a second" : "less")")
                if blocks { try? await Task.sleep(for: .seconds(3600)) }
            } count: { [log] in
                log.add("counts \($0.rawValue)")
            } send: { [log, outcomes] notification in
                log.add("sends \(notification.reason.rawValue) x \(notification.count)")
                return outcomes.withLock { $0.isEmpty ? .taken : $0.removeFirst() }
            }
        }
    }

    private static func notification(_ reason: EventReason, _ group: String = "web") -> GroupNotification {
        GroupNotification(reason: reason, group: group, message: "", time: Date(timeIntervalSince1970: 0))
    }

    private static func run(
        _ receiver: NotificationReceiver,
        _ body: @escaping @Sendable () async -> Void
    ) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await receiver.run() }
            await body()
            group.cancelAll()
        }
    }

    @Test func isCalledByItsHost() {
        let post = PostConfiguration(url: "https://user:secret@hooks.example.com:8443/T000/secret")
        #expect(PostRequest(post, timeout: .seconds(1)).host == "hooks.example.com")
    }

    @Test func isToldOnlyWhatItWantsToKnow() async {
        let stage = Stage()
        let receiver = stage.receiver([.failover, .flapping])
        for reason in [EventReason.paused, .failedOver, .promoted, .flapping, .failingOver] {
            receiver.publish(Self.notification(reason))
        }
        await Self.run(receiver) { await stage.log.wait(for: "counts sent", count: 3) }
        #expect(
            stage.log.lines(with: "sends") == ["sends FailedOver x 1", "sends Flapping x 1", "sends FailingOver x 1"]
        )
    }

    /// While the pause lasts more come, and are one.
    @Test func betweenTwoRequestsASecondPasses() async {
        let stage = Stage()
        let receiver = stage.receiver([.failedOver], blocks: true)
        receiver.publish(Self.notification(.failedOver))
        await Self.run(receiver) {
            await stage.log.wait(for: "sleeps")
            for number in 0..<5 { receiver.publish(Self.notification(.failedOver, "g\(number)")) }
        }
        #expect(stage.log.lines == ["sends FailedOver x 1", "counts sent", "sleeps a second"])
    }

    @Test func whatFailsIsTriedThreeTimes() async {
        let stage = Stage([.failed("HTTP 503"), .failed("no answer in time")])
        let receiver = stage.receiver([.paused])
        receiver.publish(Self.notification(.paused))
        await Self.run(receiver) { await stage.log.wait(for: "counts sent") }
        #expect(stage.log.lines(with: "sends").count == 3 && stage.logs.lines.isEmpty)
    }

    @Test func thenItIsGivenUpAndSaidWithoutASecret() async {
        let stage = Stage([.failed("HTTP 503"), .failed("HTTP 503"), .failed("HTTP 502")])
        let receiver = stage.receiver([.paused])
        receiver.publish(Self.notification(.paused))
        await Self.run(receiver) { await stage.log.wait(for: "counts failed") }
        #expect(stage.log.lines(with: "sends").count == NotificationReceiver.tries)
        let line = "warning: a notification was not taken error=HTTP 502 reason=Paused receiver=hooks.example.com"
        #expect(stage.logs.lines == [line])
    }

    @Test func whatIsRefusedIsNotTriedAgain() async {
        let stage = Stage([.refused("HTTP 404")])
        let receiver = stage.receiver([.paused])
        receiver.publish(Self.notification(.paused))
        await Self.run(receiver) { await stage.log.wait(for: "counts failed") }
        #expect(stage.log.lines(with: "sends").count == 1)
        #expect(!stage.logs.lines.joined().contains("secret"))
    }

    @Test func theOldestAreDroppedAndCounted() {
        let stage = Stage()
        let receiver = stage.receiver([.paused])
        for _ in 0...NotificationQueue.limit { receiver.publish(Self.notification(.paused)) }
        #expect(stage.log.lines == ["counts dropped"])
    }

    @Test func everyReasonOfAnEventCanBeAskedFor() {
        let known = Set(NotificationReason.allCases.flatMap(\.eventReasons))
        #expect(known == Set(EventReason.allCases.map(\.rawValue)))
    }
}
