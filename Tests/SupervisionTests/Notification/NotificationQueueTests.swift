import Foundation
import Testing

@testable import Supervision

@Suite struct NotificationQueueTests {
    private static func notification(_ reason: EventReason, _ group: String) -> GroupNotification {
        GroupNotification(reason: reason, group: group, message: "of \(group)", time: Date(timeIntervalSince1970: 0))
    }

    @Test func manyOfOneReasonAreToldAsOne() {
        var queue = NotificationQueue()
        for group in ["a", "b", "c", "b"] { _ = queue.add(Self.notification(.failedOver, group)) }
        _ = queue.add(Self.notification(.flapping, "d"))
        let first = queue.next()
        #expect(first?.count == 4 && first?.group == "b" && first?.text == "of b; also: a, c")
        let (second, third) = (queue.next(), queue.next())
        #expect(second?.reason == .flapping && third == nil)
    }

    @Test func oneAloneIsToldAsItIs() {
        var queue = NotificationQueue()
        _ = queue.add(Self.notification(.paused, "a"))
        let next = queue.next()
        #expect(next == Self.notification(.paused, "a"))
    }

    @Test func ofThousandsOfGroupsSomeAreNamed() {
        var queue = NotificationQueue()
        for number in 0..<50 { _ = queue.add(Self.notification(.failedOver, "g\(number)")) }
        let text = queue.next()?.text ?? ""
        #expect(text.hasPrefix("of g49; also: g0, g1, g10") && text.hasSuffix("and 39 more"))
    }

    @Test func theOldestAreDropped() {
        var queue = NotificationQueue()
        _ = queue.add(Self.notification(.paused, "a"))
        let dropped = (1..<NotificationQueue.limit).map { queue.add(Self.notification(.failedOver, "g\($0)")) }
        let isFull = queue.add(Self.notification(.flapping, "z"))
        #expect(!dropped.contains(true) && isFull)
        let reasons = [queue.next(), queue.next(), queue.next()].map { $0?.reason }
        #expect(reasons == [.failedOver, .flapping, nil])
    }
}
