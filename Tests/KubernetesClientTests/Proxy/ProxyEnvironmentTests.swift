import Testing

@testable import KubernetesClient

/// The rules of Go's programs, as kubectl follows them.
@Suite struct ProxyEnvironmentTests {
    private func proxy(_ server: String, _ environment: [String: String]) -> String? {
        try? ProxyEnvironment(environment).proxy(for: server)?.url
    }

    @Test(arguments: [
        ("10.96.0.1", "*", false), ("10.96.0.1", "10.96.0.1", false), ("10.96.0.1", "10.96.0.2", true),
        ("10.96.0.1", "10.0.0.0/8", false), ("10.96.0.1", "10.96.0.0/31, 1.2.3.4", false),
        ("10.96.0.1", "10.97.0.0/16", true), ("10.96.0.1", "10.96.0.1:6443", false),
        ("10.96.0.1", "10.96.0.1:443", true),
        ("api.example.com", "example.com", false), ("api.example.com", ".example.com", false),
        ("example.com", ".example.com", true), ("example.com", "example.com", false),
        ("example.com", "*.example.com", true),
        ("api.example.com", "*.example.com", false), ("badexample.com", "example.com", true),
        ("api.example.com", "example.com:6443", false), ("api.example.com", "example.com:443", true),
        ("API.Example.COM", " Example.com ", false), ("[fd00::1]", "fd00::/8", false), ("[fd00::1]", "fd00::1", false),
        ("[fd00::1]", "[fd00::1]:6443", false), ("[fd00::1]", "fe80::/10", true), ("127.0.0.2", "", false),
        ("localhost", "", false), ("[::1]", "", false), ("api.example.com", ",,", true),
        ("10.96.0.1", "10.96.0.0/99", true),
    ])
    func knowsWhatIsReachedDirectly(host: String, exceptions: String, goesThrough: Bool) {
        let environment = ["HTTPS_PROXY": "http://p:3128", "NO_PROXY": exceptions]
        #expect((proxy("https://\(host):6443", environment) == "http://p:3128") == goesThrough)
    }

    @Test func takesTheVariableOfTheScheme() {
        let both = ["https_proxy": "s:1", "HTTP_PROXY": "http://h:2"]
        #expect(proxy("https://api:1", both) == "http://s:1")
        #expect(proxy("http://api:1", both) == "http://h:2")
        // Go's programs know no ALL_PROXY; an empty variable is none.
        #expect(proxy("https://api", ["ALL_PROXY": "http://a", "HTTPS_PROXY": ""]) == nil)
    }

    /// Ports are Go's, and names go to the proxy.
    @Test(arguments: [
        ("http://p", "http://p:80"), ("https://p", "https://p:443"), ("socks5://p", "socks5h://p:1080"),
        ("socks5h://p:9", "socks5h://p:9"), ("p:8", "http://p:8"), ("http://u:p%40w@p/", "http://u:p%40w@p:80"),
        ("http://[fd00::2]:3", "http://[fd00::2]:3"),
    ])
    func readsAProxy(text: String, url: String) {
        #expect(Proxy(text)?.url == url)
    }

    @Test(arguments: ["ftp://p", "socks4://p", "http://", "http://p:99999", ""])
    func refusesWhatIsNoProxy(text: String) {
        #expect(throws: CredentialError.self) { try Proxy(configured: text) }
    }
}
