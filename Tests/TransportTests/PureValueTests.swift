import Testing

@testable import Transport

@Suite struct PureValueTests {
    @Test(arguments: [(0, 100), (1, 200), (2, 400), (3, 800), (4, 1000), (50, 1000)])
    func backsOffByTheTable(attempt: Int, milliseconds: Int) {
        let backoff = Backoff()
        #expect(backoff.delay(attempt: attempt, jitter: 1) == .milliseconds(milliseconds))
        #expect(backoff.delay(attempt: attempt, jitter: 0) == .milliseconds(milliseconds) / 2)
    }

    @Test(arguments: [
        ("https://h:6443/p?q", "h", 6443, "https://n:6443/p?q"), ("https://h/p", "h", 443, "https://n:443/p"),
        ("http://[::1]:80/", "[::1]", 80, "http://n:80/"), ("http://[::1]", "[::1]", 80, "http://n:80"),
    ])
    func readsTheAuthorityOfAURL(url: String, host: String, port: Int, replaced: String) throws {
        let authority = try #require(URLAuthority(url))
        #expect(authority.host == host && authority.port == port)
        #expect(authority.url(withHost: "n") == replaced)
    }

    @Test func hasNoAuthorityWithoutAScheme() {
        #expect(URLAuthority("h:6443/p") == nil)
    }

    @Test func armsAndDisarmsTimers() {
        var timers = LoopTimers()
        var fired: [Int] = []
        let first = timers.arm(at: 10) { fired.append(1) }
        _ = timers.arm(at: 5) { fired.append(2) }
        timers.disarm(first)
        #expect(timers.nextDue == 5)
        while let action = timers.takeDue(at: 20) { action() }
        #expect(fired == [2] && timers.nextDue == nil)
    }

    @Test func replacesUnreadEventsUnderOneKeyInPlace() {
        let mailbox = CoalescingMailbox<String, Int>(merging: +)
        mailbox.post(1, for: "a")
        mailbox.post(2, for: "b")
        mailbox.post(3, for: "a")
        #expect(mailbox.takeAll() == [4, 2])
        #expect(mailbox.takeAll().isEmpty)
    }

    @Test(.timeLimit(.minutes(5))) func wakesTheConsumerAndEndsWhenFinished() async {
        let mailbox = CoalescingMailbox<Int, Int>()
        mailbox.post(7, for: 1)
        mailbox.finish()
        var seen: [Int] = []
        for await batch in mailbox.batches { seen += batch }
        #expect(seen == [7])
    }
}
