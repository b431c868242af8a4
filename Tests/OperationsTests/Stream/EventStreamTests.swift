import NIOCore
import NIOHTTP1
import Testing

@testable import Operations

/// Streams of events on real connections, with limits that a test can wait for.
@Suite(.timeLimit(.minutes(5))) struct EventStreamTests {
    private static let key = EventLog.Key(namespace: "shop", name: "web")
    private static let request = "GET /api/v1/events HTTP/1.1\r\nHost: x\r\n\r\n"

    /// Tells when readers come and go.
    private struct Audience: Sendable {
        private let changes: AsyncStream<Void>
        private let input: AsyncStream<Void>.Continuation

        init() { (changes, input) = AsyncStream.makeStream() }

        func changed() { input.yield() }

        /// For one at a time.
        func wait(until isSo: () -> Bool) async {
            if isSo() { return }
            for await _ in changes where isSo() { return }
        }
    }

    /// Serves a hub, and `ok` for everything else.
    private static func serve(
        streams: Int = 4,
        _ change: (inout OperationsServer.Limits) -> Void = { _ in },
        _ body: @Sendable @escaping (Int, EventHub, OperationsListener, Audience) async throws -> Void
    ) async throws {
        var limits = OperationsServer.Limits()
        change(&limits)
        let listener = OperationsListener(limits: limits)
        let audience = Audience()
        let hub = EventHub(limit: streams) { audience.changed() }
        let events = EventRoute(of: hub)
        let port = try await listener.listen(at: try #require(ListenAddress("127.0.0.1:0")))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await listener.serve {
                    $0.path == EventRoute.path ? events.answer(to: $0) : OperationsAnswer(.ok, "ok\n")
                }
            }
            defer { listener.close() }
            try await body(port, hub, listener, audience)
        }
    }

    @Test func tellsWhatIsToldAsItIsTold() async throws {
        try await Self.serve { port, hub, _, _ in
            let client = RawClient(port: port)
            client.send(Self.request)
            let head = try #require(await client.read(until: "event: reset"))
            #expect(head.hasPrefix("HTTP/1.1 200 OK\r\n") && head.contains("content-type: text/event-stream\r\n"))
            hub.tell(Self.key, "{1}")
            #expect(await client.read(until: "data: {1}\n\n") != nil)
            hub.tell(Self.key, nil)
            #expect(await client.read(until: "event: removed\ndata: {\"name\":\"web\"") != nil)
        }
    }

    @Test func whoWantsOneGroupHearsOfThatAlone() async throws {
        try await Self.serve { port, hub, _, _ in
            let client = RawClient(port: port)
            client.send("GET /api/v1/events?x=y&group=shop%2Fdb HTTP/1.1\r\nHost: x\r\n\r\n")
            hub.tell(Self.key, "{web}")
            hub.tell(.init(namespace: "shop", name: "db"), "{db}")
            let text = try #require(await client.read(until: "data: {db}"))
            #expect(!text.contains("{web}"))
        }
        try await Self.serve { port, _, _, _ in
            let head = "GET /api/v1/events?group=web HTTP/1.1\r\nHost: x"
            #expect(await RawClient.exchange(port: port, head)?.hasPrefix("HTTP/1.1 400 ") == true)
        }
    }

    /// Silence is ended, a stream is not: it shows that it lives.
    @Test func heartbeatsOutliveTheIdleLimit() async throws {
        try await Self.serve {
            // Long enough for a machine that is busy.
            $0.silence = .seconds(15)
            $0.answer = .seconds(15)
            $0.heartbeat = .seconds(1)
        } _: { port, hub, _, _ in
            let client = RawClient(port: port)
            client.send(Self.request)
            for _ in 0..<17 {
                #expect(await client.read(until: ": alive\nevent: heartbeat\ndata: {\"time\":") != nil)
            }
            hub.tell(Self.key, "{1}")
            #expect(await client.read(until: "data: {1}\n\n") != nil)
        }
    }

    @Test func oneTooManyIsRefusedAndHealthIsAnswered() async throws {
        try await Self.serve(streams: 2) { port, hub, _, _ in
            let readers = (0..<2).map { _ in RawClient(port: port) }
            for reader in readers {
                reader.send(Self.request)
                #expect(await reader.read(until: "event: reset") != nil)
            }
            let head = "GET /api/v1/events HTTP/1.1\r\nHost: x"
            let refusal = try #require(await RawClient.exchange(port: port, head))
            #expect(refusal.hasPrefix("HTTP/1.1 503 ") && refusal.contains("retry-after: 10\r\n"))
            #expect(await RawClient.exchange(port: port, "GET /livez HTTP/1.1\r\nHost: x")?.hasSuffix("ok\n") == true)
            hub.tell(Self.key, "{1}")
            for reader in readers { #expect(await reader.read(until: "data: {1}") != nil) }
        }
    }

    /// Who takes nothing is closed, and holds up nobody meanwhile.
    @Test func aReaderThatTakesNothingIsClosed() async throws {
        try await Self.serve(streams: 2) {
            $0.silence = .seconds(10)
            $0.heartbeat = .seconds(60)
        } _: { port, hub, _, audience in
            let (slow, quick) = (RawClient(port: port, buffer: 4096), RawClient(port: port))
            for client in [slow, quick] { client.send(Self.request) }
            #expect(await quick.read(until: "event: reset") != nil)
            // More than the kernel's buffers and ours hold.
            let text = String(repeating: "x", count: 16 * 1024)
            for number in 0..<1024 { hub.tell(.init(namespace: "shop", name: "g\(number)"), "{\(number)\(text)}") }
            #expect(await quick.read(until: "data: {1023x") != nil)
            // Its place is free once it is closed.
            await audience.wait { hub.readers <= 1 }
            hub.tell(Self.key, "{last}")
            #expect(await quick.read(until: "data: {last}") != nil)
            withExtendedLifetime(slow) {}
        }
    }

    @Test func aClientThatGoesLeavesItsPlace() async throws {
        try await Self.serve(streams: 1) {
            $0.heartbeat = .milliseconds(50)
        } _: { port, hub, _, audience in
            var client: RawClient? = RawClient(port: port)
            client?.send(Self.request)
            #expect(await client?.read(until: "event: reset") != nil)
            client = nil
            await audience.wait { !hub.hasReaders }
            let next = RawClient(port: port)
            next.send(Self.request)
            #expect(await next.read(until: "event: reset") != nil)
        }
    }

    @Test func theEndOfTheListenerEndsStreams() async throws {
        try await Self.serve { port, hub, listener, audience in
            let client = RawClient(port: port)
            client.send(Self.request)
            #expect(await client.read(until: "event: reset") != nil)
            listener.close()
            #expect(await client.readToEnd() != nil)
            await audience.wait { !hub.hasReaders }
        }
    }

    /// A question about the stream is answered and takes no place.
    @Test func aHeadBeginsNoStream() async throws {
        try await Self.serve { port, hub, _, _ in
            let answer = await RawClient.exchange(port: port, "HEAD /api/v1/events HTTP/1.1\r\nHost: x")
            #expect(answer?.contains("content-type: text/event-stream\r\n") == true && !hub.hasReaders)
        }
    }
}
