import Coordination
import Testing

@Suite(.timeLimit(.minutes(5))) struct CoalescingMailboxTests {
    @Test func replacesUnreadEventsUnderOneKeyInPlace() {
        let mailbox = CoalescingMailbox<String, Int>(merging: +)
        mailbox.post(1, for: "a")
        mailbox.post(2, for: "b")
        mailbox.post(3, for: "a")
        #expect(mailbox.takeAll() == [4, 2])
        #expect(mailbox.takeAll().isEmpty)
    }

    @Test func keepsTheNewestEventUnlessToldHowToMerge() {
        let mailbox = CoalescingMailbox<String, Int>()
        for event in 1...3 { mailbox.post(event, for: "a") }
        #expect(mailbox.takeAll() == [3])
    }

    @Test func leavesNoMoreThanItsLimitButReplaces() {
        let mailbox = CoalescingMailbox<String, Int>()
        let left = [("a", 1), ("b", 2), ("c", 3), ("a", 4)].map { mailbox.post($0.1, for: $0.0, limit: 2) }
        #expect(left == [true, true, false, true])
        #expect(mailbox.takeAll() == [4, 2])
    }

    @Test func wakesTheConsumerAndEndsWhenFinished() async {
        let mailbox = CoalescingMailbox<Int, Int>()
        mailbox.post(7, for: 1)
        mailbox.finish()
        var seen: [Int] = []
        for await batch in mailbox.batches { seen += batch }
        #expect(seen == [7])
    }

    @Test func givesAWaitingConsumerWhatComesLater() async {
        let mailbox = CoalescingMailbox<Int, Int>()
        let consumer = Task {
            var seen: [Int] = []
            for await batch in mailbox.batches {
                seen += batch
                if seen.count == 2 { break }
            }
            return seen
        }
        mailbox.post(1, for: 1)
        mailbox.post(2, for: 2)
        #expect(await consumer.value == [1, 2])
    }

    @Test func endsWhenTheConsumersTaskIsCancelled() async {
        let mailbox = CoalescingMailbox<Int, Int>()
        let consumer = Task { for await _ in mailbox.batches {} }
        consumer.cancel()
        await consumer.value
        mailbox.post(1, for: 1)
        #expect(mailbox.takeAll() == [1])
    }

    /// Many threads at once: no event is lost, and each key has its place once.
    @Test func losesNothingThatManyPostAtOnce() async {
        let mailbox = CoalescingMailbox<Int, Int>(merging: +)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask { for event in 0..<1_000 { mailbox.post(1, for: event % 10) } }
            }
        }
        #expect(mailbox.takeAll() == Array(repeating: 800, count: 10))
    }
}
