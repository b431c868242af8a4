import Coordination
import Dispatch
import Testing

@testable import Transport

/// Names that resolve, that do not, and whose server is silent.
@Suite(.timeLimit(.minutes(5))) struct NameTests {
    /// A lookup that is told what to answer, and counts; names that it knows nothing of are silent until it goes.
    private final class Server: Sendable {
        private struct State: Sendable {
            var answers: [String: NameResolver.Answer]
            var asked: [String] = []
            var waiting = 0
            var most = 0
        }

        private let state: Locked<State>
        private let silence = DispatchSemaphore(value: 0)

        init(_ answers: [String: NameResolver.Answer]) {
            state = Locked(State(answers: answers))
        }

        var lookup: NameLookup { NameLookup { [self] in answer($0) } }

        /// Names in the order in which they were asked for.
        var asked: [String] { state.withLock { $0.asked } }
        /// Lookups that were silent at once, at most.
        var mostWaiting: Int { state.withLock { $0.most } }

        func set(_ answer: NameResolver.Answer?, for name: String) {
            state.withLock { $0.answers[name] = answer }
        }

        private func answer(_ name: String) -> NameResolver.Answer {
            let known = state.withLock { state in
                state.asked.append(name)
                if state.answers[name] == nil { state.waiting += 1 }
                state.most = max(state.most, state.waiting)
                return state.answers[name]
            }
            if let known { return known }
            silence.wait()
            silence.signal()
            return .failure(.init("nobody answered", isDefinite: false))
        }

        /// Lets go of every lookup, now and later.
        func end() { silence.signal() }
    }

    private static let second: UInt64 = 1_000_000_000

    private static func answer(_ resolver: NameResolver, _ name: String) async -> NameResolver.Answer {
        await withCheckedContinuation { continuation in resolver.resolve(name) { continuation.resume(returning: $0) } }
    }

    private static func request(_ host: String, _ port: Int, timeout: Duration = .seconds(60)) -> HTTPRequest {
        var request = HTTPRequest("GET", "http://\(host):\(port)/x")
        request.timeout = timeout
        request.connection = .single
        request.proxy = ""
        return request
    }

    // MARK: The resolver

    @Test func asksOnceForAllWhoAskMeanwhileAndRemembers() async {
        let server = Server([:])
        let resolver = NameResolver(server.lookup)
        let (answers, arriving) = AsyncStream.makeStream(of: NameResolver.Answer.self)
        for _ in 0..<50 { resolver.resolve("a.example") { arriving.yield($0) } }
        // All fifty wait for one lookup, so that one answer is enough.
        server.end()
        var answered = 0
        for await _ in answers.prefix(50) { answered += 1 }
        #expect(answered == 50 && server.asked == ["a.example"] && server.mostWaiting == 1)
        server.set(.success(["10.0.0.1"]), for: "b.example")
        #expect(await Self.answer(resolver, "b.example") == .success(["10.0.0.1"]))
        let (count, now) = (server.asked.count, EventLoop.now)
        #expect(resolver.known("b.example", at: now) == .success(["10.0.0.1"]) && server.asked.count == count)
    }

    @Test func usesAnAddressForAWhileWhenNobodyAnswersAnyMore() async {
        let server = Server(["a.example": .success(["10.0.0.1"])])
        defer { server.end() }
        let resolver = NameResolver(server.lookup)
        #expect(resolver.known("a.example") == nil)
        _ = await Self.answer(resolver, "a.example")
        server.set(nil, for: "a.example")
        let now = EventLoop.now
        for age: UInt64 in [1, 30] {
            #expect(resolver.known("a.example", at: now + age * Self.second) == .success(["10.0.0.1"]))
        }
        #expect(resolver.known("a.example", at: now + 61 * Self.second) == nil)
        #expect(resolver.known("a.example", at: now + 3600 * Self.second, staleness: .max) == .success(["10.0.0.1"]))
    }

    @Test func aNameThatIsGoneIsGoneButForAConnectionThatStands() async {
        let gone = NameLookup.Failure("Name or service not known", isDefinite: true)
        let server = Server(["a.example": .success(["10.0.0.1"])])
        let resolver = NameResolver(server.lookup)
        let now = EventLoop.now
        _ = await Self.answer(resolver, "a.example")
        server.set(.failure(gone), for: "a.example")
        _ = await Self.answer(resolver, "a.example")
        #expect(resolver.known("a.example", at: now) == .failure(gone))
        #expect(resolver.known("a.example", at: now, staleness: .max) == .success(["10.0.0.1"]))
        #expect(resolver.known("a.example", at: EventLoop.now + 2 * Self.second) == nil)
    }

    /// A thousand names whose server is silent hold a few threads, and none of those that are left to names that were good.
    @Test func silentNamesTakeAFewThreadsAndLeaveOthersToGoodNames() async {
        let server = Server(["good.example": .success(["10.0.0.1"])])
        let resolver = NameResolver(server.lookup)
        _ = await Self.answer(resolver, "good.example")
        for number in 0..<1000 { resolver.resolve("silent-\(number).example") { _ in } }
        for number in 0..<5 {
            server.set(.success(["10.0.0.\(number)"]), for: "good.example")
            #expect(await Self.answer(resolver, "good.example") == .success(["10.0.0.\(number)"]))
        }
        #expect(server.mostWaiting <= NameResolver.threadsForUnproven)
        // More than may wait is refused at once.
        for number in 1000..<1100 { resolver.resolve("silent-\(number).example") { _ in } }
        guard case .failure(let failure) = await Self.answer(resolver, "one-more.example") else {
            Issue.record("an answer out of nothing")
            return
        }
        #expect(failure.words == "too many names wait for a name server")
        server.end()
    }

    // MARK: On the loop

    @Test func connectsToWhatANameStandsForOneAddressAfterTheOther() async throws {
        try await RawServer.run(["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"]) { peer in
            let server = Server(["peer.example": .success(["127.0.0.2", "127.0.0.1"])])
            let loop = EventLoop(name: "test", resolver: NameResolver(server.lookup))
            defer { loop.stop() }
            for _ in 0..<3 {
                let response = try await loop.response(to: Self.request("peer.example", peer.port))
                #expect(response.head.status == 200)
            }
            #expect(Set(server.asked) == ["peer.example"])
        }
    }

    @Test func aFailureToResolveIsOurOwnAndSaysWhat() async throws {
        let server = Server(["gone.example": .failure(.init("Name or service not known", isDefinite: true))])
        let loop = EventLoop(name: "test", resolver: NameResolver(server.lookup))
        defer { loop.stop() }
        let error = await #expect(throws: TransportError.self) {
            _ = try await loop.response(to: Self.request("gone.example", 80))
        }
        #expect(error?.isOurOwn == true)
        #expect(error?.description == "name not resolved: gone.example: Name or service not known")
    }

    @Test func aSilentServerHoldsUpNobodyElseAndNoStop() async throws {
        let server = Server([:])
        defer { server.end() }
        try await RawServer.run(["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"]) { peer in
            let loop = EventLoop(name: "test", resolver: NameResolver(server.lookup))
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let request = Self.request("silent-\(number).example", 80, timeout: .milliseconds(50))
                        let error = await #expect(throws: TransportError.self) {
                            _ = try await loop.response(to: request)
                        }
                        #expect(error?.kind == .unresolved)
                    }
                }
                for _ in 0..<20 {
                    group.addTask {
                        let response = try? await loop.response(to: Self.request("127.0.0.1", peer.port))
                        #expect(response?.head.status == 200)
                    }
                }
            }
            let last = Task { try await loop.response(to: Self.request("silent.example", 80)) }
            #expect(await loop.turns(within: .seconds(60)))
            loop.stop()
            let error = await #expect(throws: TransportError.self) { _ = try await last.value }
            #expect(error?.kind == .stopped)
        }
    }

    @Test func cancellingEndsTheWaitForAName() async throws {
        let server = Server([:])
        defer { server.end() }
        let loop = EventLoop(name: "test", resolver: NameResolver(server.lookup))
        defer { loop.stop() }
        let task = Task { try await loop.response(to: Self.request("silent.example", 80)) }
        #expect(await loop.turns(within: .seconds(60)))
        task.cancel()
        let error = await #expect(throws: TransportError.self) { _ = try await task.value }
        #expect(error?.kind == .cancelled)
    }

    @Test func asksTheSystem() throws {
        let addresses = try NameLookup.system.addresses("localhost").get()
        #expect(addresses.contains("127.0.0.1") || addresses.contains("::1"))
        #expect(NameLookup.system.addresses("nobody.invalid.").isFailure)
    }
}

extension Result {
    fileprivate var isFailure: Bool { if case .failure = self { true } else { false } }
}
