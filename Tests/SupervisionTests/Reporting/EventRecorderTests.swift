import Coordination
import Foundation
import KubernetesClient
import Testing
import Transport

@testable import KubernetesClient
@testable import Supervision

/// Events beside everything else: what is sent, what is left out, and for how long.
@Suite(.timeLimit(.minutes(5))) struct EventRecorderTests {
    /// An API server that refuses Events of some namespaces, and a clock that stands still.
    private final class Stage: Sendable {
        private struct State: Sendable {
            var codes: [String: Int] = [:]
            var now = ContinuousClock.now
        }

        let log = EventLog()
        let recorder = LogRecorder()
        private let state = Locked(State())

        /// Events of a namespace are answered with a status from now on; nil: they are stored.
        func refuse(_ namespace: String, _ code: Int?) { state.withLock { $0.codes[namespace] = code } }
        func advance(by duration: Duration) { state.withLock { $0.now += duration } }

        /// Publishes and sends until `body` is over; `prepare`: publishes before anything is sent.
        func run(
            preparing prepare: (EventRecorder) -> Void = { _ in },
            _ body: @escaping @Sendable (EventRecorder) async -> Void
        ) async {
            let events = EventRecorder(logger: recorder.logger) { [self] in
                state.withLock { $0.now }
            } sleep: { [self] pause in
                log.add("pause \(pause)")
                advance(by: pause)
            } create: { [self] (event: Event) throws(KubernetesError) in
                let namespace = event.regarding.namespace
                // Whoever reads of it in the log may change what the next one meets.
                let code = state.withLock { $0.codes[namespace] }
                log.add("\(namespace): \(event.reason) \(event.note)")
                guard let code else { return }
                let request = RequestDescription(verb: "create", resource: Event.resource, namespace: namespace)
                throw KubernetesError(request, .status(code: code, nil, retryAfter: .zero))
            }
            prepare(events)
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await events.run() }
                await body(events)
                group.cancelAll()
            }
        }
    }

    private static func event(
        _ note: String,
        _ reason: String = "Flapping",
        in namespace: String = "shop",
        of name: String = "web"
    ) -> Event {
        Event(
            name: "web.1",
            at: MicroTime(Date()),
            controller: "c",
            instance: "i",
            action: "Decide",
            reason: reason,
            type: .warning,
            note: note,
            regarding: .init(Service.resource, namespace: namespace, name: name, uid: nil)
        )
    }

    @Test func sendsWhatIsPublished() async {
        let stage = Stage()
        await stage.run { events in
            events.publish(Self.event("1"))
            await stage.log.wait(for: "shop: Flapping 1")
            events.publish(Self.event("2", "MultipleActive"))
            await stage.log.wait(for: "shop: MultipleActive 2")
        }
        #expect(stage.recorder.lines == [])
    }

    /// Nobody reads an older Event of the same reason once there is a newer one, and memory is bounded.
    @Test func keepsOneEventOfAnObjectAndReasonWaiting() async {
        let stage = Stage()
        await stage.run { events in
            events.publish(Self.event("0", "Promoted"))
            for number in 1...100 { events.publish(Self.event("\(number)")) }
        } _: { _ in
            await stage.log.wait(for: "shop: Flapping 100")
        }
        #expect(stage.log.lines(with: "Flapping").count == 1, "\(stage.log.lines)")
    }

    /// A missing right is asked for at 0.25 to 0.5 s, then after twice as long.
    @Test func aNamespaceThatRefusesIsLeftAloneForAWhileAndNoOtherIs() async {
        let stage = Stage()
        stage.refuse("shop", 403)
        await stage.run { events in
            events.publish(Self.event("1"))
            await stage.log.wait(for: "shop: Flapping 1")
            for number in 2...5 {
                events.publish(Self.event("\(number)", "R\(number)"))
                events.publish(Self.event("\(number)", in: "other"))
                await stage.log.wait(for: "other: Flapping \(number)")
            }
            #expect(stage.log.lines(with: "shop: ").count == 1)
            stage.refuse("shop", nil)
            stage.advance(by: .milliseconds(500))
            events.publish(Self.event("6"))
            await stage.log.wait(for: "shop: Flapping 6")
            events.publish(Self.event("7"))
            await stage.log.wait(for: "shop: Flapping 7")
        }
        #expect(stage.recorder.lines.count == 1 && stage.recorder.lines[0].hasPrefix("warning: event dropped error="))
    }

    @Test func tellsHowManyWereLeftOutWhenItIsRefusedAgain() async {
        let stage = Stage()
        stage.refuse("shop", 404)
        await stage.run { events in
            events.publish(Self.event("1"))
            await stage.log.wait(for: "shop: Flapping 1")
            for number in 2...4 {
                events.publish(Self.event("\(number)", "R\(number)"))
                events.publish(Self.event("\(number)", in: "other"))
                await stage.log.wait(for: "other: Flapping \(number)")
            }
            stage.advance(by: .seconds(1))
            events.publish(Self.event("5"))
            await stage.log.wait(for: "shop: Flapping 5")
            events.publish(Self.event("6", in: "other"))
            await stage.log.wait(for: "other: Flapping 6")
        }
        #expect(stage.recorder.lines.count == 2 && stage.recorder.lines.last?.hasSuffix(" unsent=3") == true)
    }

    /// What passes by itself is no reason to leave the next one out.
    @Test(arguments: [429, 500, 503]) func afterAPassingFailureTheNextOneIsSent(code: Int) async {
        let stage = Stage()
        stage.refuse("shop", code)
        await stage.run { events in
            events.publish(Self.event("1"))
            await stage.log.wait(for: "shop: Flapping 1")
            stage.refuse("shop", nil)
            events.publish(Self.event("2"))
            await stage.log.wait(for: "shop: Flapping 2")
        }
        #expect(stage.recorder.lines.count == 1)
    }

    @Test func aMassOfEventsIsSentWithinItsShareAndTheRestIsCounted() async {
        let stage = Stage()
        await stage.run { events in
            for number in 0..<EventRecorder.mostWaiting + 17 {
                events.publish(Self.event("m", "R\(number)", of: "web-\(number)"))
            }
        } _: { events in
            await stage.log.wait(for: "shop: R\(EventRecorder.mostWaiting - 1) m")
            events.publish(Self.event("end"))
            await stage.log.wait(for: "shop: Flapping end")
        }
        let pauses = stage.log.lines(with: "pause ")
        #expect(pauses.count == EventRecorder.mostWaiting + 1 - EventShare.ofAll.burst)
        #expect(Set(pauses) == ["pause 0.05 seconds"])
        #expect(stage.recorder.lines == ["notice: events left out, too many at once events=17"])
    }

    @Test(arguments: [EventShare.ofAll, .ofObject]) func aShareIsABurstAndThenAFewASecond(of share: EventShare) {
        var share = share
        let now = ContinuousClock.now
        let burst = (0..<share.burst).map { _ in share.reserve(at: now) }
        #expect(burst.allSatisfy { $0 == .zero })
        #expect([share.reserve(at: now), share.reserve(at: now)] == [share.interval, share.interval * 2])
        #expect(!share.isFull(at: now) && share.isFull(at: now + .seconds(3600)))
        #expect(share.reserve(at: now + .seconds(3600)) == .zero, "what was not used comes back")
    }

    @Test func whoIsNotAdmittedTakesNothing() {
        var share = EventShare.ofObject
        let now = ContinuousClock.now
        let admitted = (0..<share.burst + 100).filter { _ in share.admits(at: now) }
        #expect(admitted.count == share.burst)
        #expect(share.admits(at: now + share.interval) && !share.admits(at: now + share.interval))
    }

    /// Whoever may write requests on one group's Lease must not silence the other groups.
    @Test func oneObjectDoesNotTakeTheShareOfOthers() async {
        let stage = Stage()
        await stage.run { events in
            for number in 0..<EventShare.ofObject.burst + 5 {
                events.publish(Self.event("m", "R\(number)"))
                if number < EventShare.ofObject.burst { await stage.log.wait(for: "shop: R\(number) m") }
            }
            events.publish(Self.event("other", in: "data"))
            await stage.log.wait(for: "data: Flapping other")
        }
        #expect(stage.log.lines(with: "shop: R").count == EventShare.ofObject.burst)
        #expect(stage.log.lines(with: "pause ").isEmpty)
        let told = stage.recorder.lines.compactMap { $0.firstMatch(of: /events=(\d+)/).flatMap { Int($0.output.1) } }
        #expect(told.reduce(0, +) == 5)
    }

    /// What is wrong with one Event is not wrong with the next.
    @Test(arguments: [400, 413, 422]) func anEventThatIsRefusedForItselfHoldsUpNoOther(code: Int) async {
        let stage = Stage()
        stage.refuse("shop", code)
        await stage.run { events in
            for number in 0..<3 {
                events.publish(Self.event("\(number)"))
                await stage.log.wait(for: "shop: Flapping \(number)")
            }
        }
        #expect(stage.recorder.lines.count == 3)
    }

    /// Whoever may write requests on a Lease must not silence what happens to its group.
    @Test func requestsDoNotTakeTheShareOfMoves() async {
        let stage = Stage()
        await stage.run { events in
            for number in 0..<EventShare.ofObject.burst + 5 {
                events.publish(Self.event("\(number)", "RequestRefused"))
                if number < EventShare.ofObject.burst { await stage.log.wait(for: "shop: RequestRefused \(number)") }
            }
            events.publish(Self.event("a", "FailedOver"))
            await stage.log.wait(for: "shop: FailedOver a")
        }
        #expect(stage.log.lines(with: "shop: RequestRefused").count == EventShare.ofObject.burst)
    }
}
