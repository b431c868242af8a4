import Testing

@testable import Supervision

/// How many writes may be under way, by how the API server answers.
@Suite struct WriteWindowTests {
    /// A server that answers `rate` writes a second, each after `latency` at least, whatever waits.
    private struct Server {
        var rate: Double
        var latency: Duration
        var now = Duration.zero
        var window = WriteWindow()

        /// Sends as many writes as may be under way, again and again.
        mutating func play(rounds: Int) {
            for _ in 0..<rounds {
                let sent = now
                let limit = window.limit
                let last = max(latency, .seconds(Double(limit) / rate))
                for index in 1...limit {
                    let answered = max(latency, .seconds(Double(index) / rate))
                    window.ended(.answered, sentAt: sent, now: sent + answered, wasFull: true)
                }
                now = sent + last
            }
        }
    }

    @Test func takesWhatAFastServerBears() {
        var server = Server(rate: 1_000_000, latency: .milliseconds(5))
        server.play(rounds: 400)
        #expect(server.window.limit == Int(WriteWindow.bounds.upperBound))
    }

    @Test func doesNotFillTheQueueOfASlowOne() {
        var server = Server(rate: 300, latency: .milliseconds(5))
        server.play(rounds: 400)
        #expect(server.window.limit < 64, "a fifth of what it writes in a second: \(server.window.limit)")
    }

    @Test func halvesOnceForAllThatWereRefusedTogether() {
        var window = WriteWindow()
        let before = window.limit
        for _ in 0..<20 { window.ended(.overloaded, sentAt: .seconds(1), now: .seconds(2), wasFull: true) }
        #expect(window.limit == before / 2)
        window.ended(.overloaded, sentAt: .seconds(3), now: .seconds(4), wasFull: true)
        #expect(window.limit == before / 4)
        for second in 5..<50 {
            window.ended(.overloaded, sentAt: .seconds(second), now: .seconds(second), wasFull: true)
        }
        #expect(window.limit == Int(WriteWindow.bounds.lowerBound))
    }

    /// An admission webhook that hangs is no load of the server's.
    @Test func silenceHalvesOnlyIfNobodyIsAnswered() {
        var window = WriteWindow()
        let before = window.limit
        window.ended(.answered, sentAt: .seconds(9), now: .seconds(9) + .milliseconds(5), wasFull: false)
        for _ in 0..<20 { window.ended(.unanswered, sentAt: .seconds(10), now: .seconds(15), wasFull: true) }
        #expect(window.limit == before)
        window.ended(.unanswered, sentAt: .seconds(12), now: .seconds(17), wasFull: true)
        #expect(window.limit == before / 2, "nobody was answered since")
        window.ended(.answered, sentAt: .seconds(18), now: .seconds(18) + .milliseconds(5), wasFull: false)
        window.ended(.unanswered, sentAt: .seconds(17), now: .seconds(22), wasFull: true)
        #expect(window.limit == before / 2)
        window.ended(.overloaded, sentAt: .seconds(18), now: .seconds(23), wasFull: true)
        #expect(window.limit == before / 4, "a refusal for load is one whoever else is answered")
    }

    /// Those that were known to take long do not tell of a queue.
    @Test func whatGoesApartSaysNothingByTakingLong() {
        var window = WriteWindow()
        let before = window.limit
        window.ended(.answered, sentAt: .zero, now: .milliseconds(5), wasFull: false)
        for second in 10..<100 {
            let sent = Duration.seconds(second)
            window.ended(.answered, sentAt: sent, now: sent + .seconds(10), wasFull: true, isApart: true)
            window.ended(.unanswered, sentAt: sent, now: sent + .seconds(30), wasFull: true, isApart: true)
        }
        #expect(window.limit == before)
        window.ended(.overloaded, sentAt: .seconds(200), now: .seconds(201), wasFull: true, isApart: true)
        #expect(window.limit == before / 2)
    }

    @Test func growsOnlyWhileSomethingWaits() {
        var window = WriteWindow()
        let before = window.limit
        for second in 0..<1000 {
            window.ended(.answered, sentAt: .seconds(second), now: .seconds(second) + .milliseconds(5), wasFull: false)
        }
        #expect(window.limit == before)
    }

    /// A way that has become longer for good is not a queue for ever.
    @Test func learnsThatTheWayIsLonger() {
        var server = Server(rate: 1_000_000, latency: .milliseconds(5))
        server.play(rounds: 10)
        server.latency = .milliseconds(100)
        server.play(rounds: 300)
        let low = server.window.limit
        server.play(rounds: 1500)
        #expect(server.window.limit > low)
    }
}
