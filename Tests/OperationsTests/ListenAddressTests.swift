import Testing

@testable import Operations

@Suite struct ListenAddressTests {
    @Test(arguments: [
        (":8080", ["::", "0.0.0.0"], 8080), ("127.0.0.1:0", ["127.0.0.1"], 0), ("[::1]:9", ["::1"], 9),
        ("0.0.0.0:1", ["0.0.0.0"], 1),
    ])
    func readsAddresses(text: String, hosts: [String], port: Int) {
        #expect(ListenAddress(text)?.hosts == hosts)
        #expect(ListenAddress(text)?.port == port)
    }

    @Test(arguments: ["", "8080", "host:", "host:99999", "host:x"])
    func refusesWhatIsNone(text: String) {
        #expect(ListenAddress(text) == nil)
    }

    private struct Failure: Error, Equatable {
        var isFinal: Bool
    }

    /// What a bind comes to on a machine where attempts at some hosts fail.
    private static func bind(failing: [String: Failure]) async throws -> (host: String, tried: [String]) {
        let address = try #require(ListenAddress(":8080"))
        var tried: [String] = []
        let host = try await address.bind {
            ($0 as? Failure)?.isFinal ?? false
        } _: { host, _ in
            tried.append(host)
            if let failure = failing[host] { throw failure }
            return host
        }
        return (host, tried)
    }

    @Test func listensOnBothFamiliesAndFallsBackWhereThereIsNoIPv6() async throws {
        #expect(try await Self.bind(failing: [:]) == ("::", ["::"]))
        #expect(try await Self.bind(failing: ["::": Failure(isFinal: false)]) == ("0.0.0.0", ["::", "0.0.0.0"]))
    }

    @Test func doesNotListenOnHalfOfAPortThatIsTaken() async throws {
        await #expect(throws: Failure(isFinal: true)) { try await Self.bind(failing: ["::": Failure(isFinal: true)]) }
        let none = ["::": Failure(isFinal: false), "0.0.0.0": Failure(isFinal: false)]
        await #expect(throws: Failure(isFinal: false)) { try await Self.bind(failing: none) }
    }
}
