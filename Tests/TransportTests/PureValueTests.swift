import Testing

@testable import Transport

@Suite struct PureValueTests {
    @Test(arguments: [
        ("https://h:6443/p?q", "h", 6443, "https://n:6443/p?q"), ("https://h/p", "h", 443, "https://n:443/p"),
        ("http://[::1]:80/", "[::1]", 80, "http://n:80/"), ("http://[::1]", "[::1]", 80, "http://n:80"),
        ("http://u:p@h/p", "h", 80, "http://u:p@n:80/p"),
        ("https://u:p@[::1]:8/a@b", "[::1]", 8, "https://u:p@n:8/a@b"),
        ("https://h?a@b", "h", 443, "https://n:443?a@b"),
    ])
    func readsTheAuthorityOfAURL(url: String, host: String, port: Int, replaced: String) throws {
        let authority = try #require(URLAuthority(url))
        #expect(authority.host == host && authority.port == port)
        #expect(authority.url(withHost: "n") == replaced)
    }

    @Test func hasNoAuthorityWithoutAScheme() {
        #expect(URLAuthority("h:6443/p") == nil)
    }

    /// A name and a password are no part of the place.
    @Test func asksTheHostBehindCredentials() {
        var request = HTTPRequest("POST", "https://u:p@h:8443/x")
        request.proxy = ""
        #expect(request.nameToResolve == "h")
        #expect(HandleOptions.resolution(of: request.url, ["10.0.0.1"]) == "h:8443:10.0.0.1")
        request.tls.serverName = "n"
        #expect(HandleOptions.url(of: request) == "https://u:p@n:8443/x")
        #expect(HandleOptions.redirection(of: request) == "n:8443:h:8443")
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
