import Testing

@testable import Transport

@Suite struct PureValueTests {
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
}
