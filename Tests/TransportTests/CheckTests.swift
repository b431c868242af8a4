import Glibc
import Testing

@testable import Transport

/// Checks as a prober uses them: on the loop, told of each end.
@Suite(.timeLimit(.minutes(5))) struct CheckTests {
    private static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    @Test func keepsAConnectionUntilTheLastTime() async throws {
        try await RawServer.run([Self.answer], then: .keepOpen) { server in
            try await CheckAsker.run { asker, words in
                await asker.add(CheckAsker.request(server.url, .shared))
                for (isLast, word) in [(false, "0: 200 new"), (false, "0: 200 kept"), (true, "0: 200 kept")] {
                    await asker.begin(isLast: isLast)
                    #expect(await words.next(isolation: #isolation) == word)
                }
                var closed = server.closed.makeAsyncIterator()
                await closed.next()
                await asker.begin()
                #expect(await words.next(isolation: #isolation) == "0: 200 new")
            }
        }
    }

    @Test func closesTheKeptConnectionOfWhatIsRetired() async throws {
        try await RawServer.run([Self.answer], then: .keepOpen) { server in
            try await RawServer.run([Self.answer], then: .keepOpen) { other in
                try await CheckAsker.run { asker, words in
                    for (index, url) in [server.url, other.url].enumerated() {
                        await asker.add(CheckAsker.request(url, .shared))
                        await asker.begin(index)
                        #expect(await words.next(isolation: #isolation) == "\(index): 200 new")
                    }
                    await asker.retire(0)
                    var closed = server.closed.makeAsyncIterator()
                    await closed.next()
                    await asker.begin(1)
                    #expect(await words.next(isolation: #isolation) == "1: 200 kept")
                }
            }
        }
    }

    /// Two checks of one peer share a connection; whichever goes, the other is answered.
    @Test func whatIsRetiredTakesNoConnectionFromOthers() async throws {
        try await RawServer.run([Self.answer], then: .keepOpen) { server in
            try await CheckAsker.run { asker, words in
                for index in 0..<20 {
                    await asker.add(CheckAsker.request(server.url, .shared))
                    await asker.begin(index)
                    if index > 0 { await asker.retire(index - 1) }
                    #expect(await words.next(isolation: #isolation)?.hasPrefix("\(index): 200") == true)
                }
            }
        }
    }

    @Test func takesANewConnectionEachTimeAndClosesIt() async throws {
        try await RawServer.run([Self.answer], then: .keepOpen) { server in
            try await CheckAsker.run { asker, words in
                await asker.add(CheckAsker.request(server.url))
                var closed = server.closed.makeAsyncIterator()
                for _ in 0..<3 {
                    await asker.begin()
                    #expect(await words.next(isolation: #isolation) == "0: 200 new")
                    await closed.next()
                }
            }
        }
    }

    @Test func tellsThatThePeerClosedAKeptConnection() async throws {
        try await RawServer.run([Self.answer], then: .close) { server in
            try await CheckAsker.run { asker, words in
                await asker.add(CheckAsker.request(server.url, .shared))
                for _ in 0..<3 {
                    await asker.begin()
                    #expect(await words.next(isolation: #isolation) == "0: 200 new")
                    #expect(await words.next(isolation: #isolation) == "0: lost")
                }
            }
        }
    }

    @Test(arguments: [
        (
            "HTTP/1.1 200 OK\r\n"
                + String(repeating: "X-Much: " + String(repeating: "y", count: 990) + "\r\n", count: 80), "bodyTooLarge"
        ),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok", "connectionLost"),
        ("HTTP/1.1 200 OK\r\nConte", "connectionLost"),
        ("SSH-2.0-OpenSSH\r\n", "notHTTP"), ("", "connectionLost"),
        ("HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "z", count: 100_000), "200 new"),
    ])
    func tellsBadAnswersApart(answer: String, word: String) async throws {
        try await RawServer.run([answer], then: .close) { server in
            try await CheckAsker.run { asker, words in
                await asker.add(CheckAsker.request(server.url))
                await asker.begin()
                #expect(await words.next(isolation: #isolation) == "0: \(word)")
            }
        }
    }

    @Test(arguments: ["", "HTTP/1.1 200 OK\r\nConte", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok"])
    func anAnswerThatStallsIsNone(answer: String) async throws {
        try await RawServer.run([answer], then: .keepOpen) { server in
            try await CheckAsker.run { asker, words in
                var request = CheckAsker.request(server.url)
                request.timeout = .milliseconds(100)
                await asker.add(request)
                await asker.begin()
                #expect(await words.next(isolation: #isolation) == "0: timedOut")
            }
        }
    }

    @Test func whatIsRetiredIsNotHeardOf() async throws {
        try await RawServer.run([Self.answer], then: .keepOpen) { server in
            try await RawServer.run([], then: .keepOpen) { silent in
                try await CheckAsker.run { asker, words in
                    await asker.add(CheckAsker.request(silent.url))
                    await asker.add(CheckAsker.request(server.url))
                    await asker.begin(0)
                    await asker.retire(0)
                    await asker.begin(1)
                    #expect(await words.next(isolation: #isolation) == "1: 200 new")
                }
            }
        }
    }
}
