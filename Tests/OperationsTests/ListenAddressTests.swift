import Testing

@testable import Operations

@Suite struct ListenAddressTests {
    @Test(arguments: [(":8080", "0.0.0.0", 8080), ("127.0.0.1:0", "127.0.0.1", 0), ("[::1]:9", "::1", 9)])
    func readsAddresses(text: String, host: String, port: Int) {
        #expect(ListenAddress(text)?.host == host)
        #expect(ListenAddress(text)?.port == port)
    }

    @Test(arguments: ["", "8080", "host:", "host:99999", "host:x"])
    func refusesWhatIsNone(text: String) {
        #expect(ListenAddress(text) == nil)
    }
}
