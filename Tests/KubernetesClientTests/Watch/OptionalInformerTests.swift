import Coordination
import Logging
import Sandbox
import Testing
import Transport

@testable import KubernetesClient

/// What a supervisor can do without: it is asked for by whoever needs it only, and its absence is said once.
@Suite(.timeLimit(.minutes(5))) struct OptionalInformerTests {
    /// Warnings and worse, in order.
    private struct Recorder: LogHandler {
        let lines: Locked<[String]>
        var logLevel = Logger.Level.info
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            lines.withLock { $0.append("\(event.level): \(event.message)") }
        }
    }

    private static func logger(_ lines: Locked<[String]>) -> Logger {
        Logger(label: "test") { _ in Recorder(lines: lines) }
    }

    /// Runs an informer of endpoints as a user who may look at none.
    private static func run(
        _ body: @Sendable @escaping (Sandbox, Informer<ServiceEndpoints>, Locked<[String]>) async throws -> Void
    ) async throws {
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        try await Sandbox.run { sandbox in
            try await sandbox.admit(token: "poor", user: "poor", rules: [])
            let client = await ClientStage.client(of: sandbox, token: "poor", loop: loop)
            let lines = Locked<[String]>([])
            let informer = Informer<ServiceEndpoints>(
                client: client,
                namespace: "default",
                labelSelector: ServiceEndpoints.serviceLabel,
                loss: "nobody waits for endpoints",
                logger: logger(lines)
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await informer.run() }
                defer { group.cancelAll() }
                try await body(sandbox, informer, lines)
            }
        }
    }

    private static let rule = PolicyRule(
        groups: ["discovery.k8s.io"],
        resources: ["endpointslices"],
        verbs: ["list", "watch"]
    )

    private static let slice = """
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: web-1, labels: {kubernetes.io/service-name: web, other: label}}
        addressType: IPv4
        endpoints:
        - {addresses: [10.0.0.1], conditions: {ready: true}, nodeName: n, targetRef: {kind: Pod, name: a, uid: uid-a}}
        - {addresses: [10.0.0.2], conditions: {ready: false}, targetRef: {kind: Pod, name: b, uid: uid-b}}
        - {addresses: [10.0.0.3]}
        """

    @Test func aMissingRightIsWarnedOfOnceAndMadeGoodLater() async throws {
        try await Self.run { sandbox, informer, lines in
            let (shown, input) = AsyncStream.makeStream(of: [ServiceEndpoints].self)
            let (failures, failure) = AsyncStream.makeStream(of: Void.self)
            let (returns, back) = AsyncStream.makeStream(of: Void.self)
            _ = await informer.subscribe(to: .labels([ServiceEndpoints.serviceLabel: "web"])) { event in
                switch event {
                case .snapshot(let snapshot): input.yield(snapshot.objects)
                case .failing: failure.yield()
                case .recovered: back.yield()
                }
            }
            for await _ in failures { break }
            _ = await sandbox.control.requests("list", of: .endpointSlices, count: 3)
            #expect(lines.withLock { $0 } == ["warning: nobody waits for endpoints"])
            #expect(await !informer.hasSynced)
            try await sandbox.apply(Self.slice)
            try await sandbox.grant([Self.rule], to: "poor")
            for await objects in shown {
                let kept = try #require(objects.first)
                #expect(
                    kept.endpoints == [
                        .init(pod: "uid-a", isReady: true, address: "10.0.0.1"),
                        .init(pod: "uid-b", isReady: false, address: "10.0.0.2"),
                    ]
                )
                #expect(kept.metadata.labels == [ServiceEndpoints.serviceLabel: "web"])
                break
            }
            for await _ in returns { break }
            #expect(lines.withLock { $0 } == Self.told)
        }
    }

    /// Whoever was warned is told of the end, too.
    private static let told = ["warning: nobody waits for endpoints", "warning: it can be read again"]

    /// Subscribes to the slices of `web`, and waits for events.
    private static func events(
        of informer: Informer<ServiceEndpoints>
    ) async -> AsyncStream<InformerEvent<ServiceEndpoints>>.Iterator {
        let (events, input) = AsyncStream.makeStream(of: InformerEvent<ServiceEndpoints>.self)
        _ = await informer.subscribe(to: .labels([ServiceEndpoints.serviceLabel: "web"])) { input.yield($0) }
        return events.makeAsyncIterator()
    }

    /// That the server was away before it refused is no reason to say nothing of the refusal.
    @Test func aMissingRightIsWarnedOfAlsoIfTheServerWasAwayFirst() async throws {
        try await Self.run { sandbox, informer, lines in
            await sandbox.control.add(Fault(.refuse(code: 503, retryAfter: nil), kind: .endpointSlices))
            var events = await Self.events(of: informer)
            while let event = await events.next(isolation: #isolation) { if case .failing = event { break } }
            #expect(lines.withLock { $0.isEmpty }, "whoever cannot do without says that the server is away")
            await sandbox.control.removeFaults()
            let count = await sandbox.control.log.count { $0.verb == "list" && $0.kind == .endpointSlices }
            // Behind the second refusal the first was told.
            _ = await sandbox.control.requests("list", of: .endpointSlices, count: count + 3)
            #expect(lines.withLock { $0 } == ["warning: nobody waits for endpoints"])
        }
    }

    // MARK: Who cannot do without

    /// Subscribes to the slices of a Service without which nothing can be done.
    private static func need(
        _ informer: Informer<ServiceEndpoints>
    ) async -> (id: Int, events: AsyncStream<InformerEvent<ServiceEndpoints>>.Iterator) {
        let (events, input) = AsyncStream.makeStream(of: InformerEvent<ServiceEndpoints>.self)
        let scope = InformerScope.labels([ServiceEndpoints.serviceLabel: "db"])
        let id = await informer.subscribe(to: scope, isEssential: true) { input.yield($0) }
        return (id, events.makeAsyncIterator())
    }

    /// A group that needs them comes by a reload, while the informer waits for minutes because others can do without.
    @Test func whoCannotDoWithoutEndsTheWaitOfThoseWhoCan() async throws {
        try await Self.run { sandbox, informer, lines in
            // By now each refusal is met with ten minutes, five at least: longer than this test may last.
            await informer.wasRefused(12)
            var early = await Self.events(of: informer)
            while let event = await early.next(isolation: #isolation) { if case .failing = event { break } }
            #expect(lines.withLock { $0 } == ["warning: nobody waits for endpoints"])
            var (_, events) = await Self.need(informer)
            // Behind the third refusal the second was told.
            _ = await sandbox.control.requests("list", of: .endpointSlices, count: 3)
            let told = lines.withLock { $0 }
            #expect(told.count == 2 && told.last?.hasPrefix("error: may not list endpointslices") == true, "\(told)")
            try await sandbox.grant([Self.rule], to: "poor")
            var heard: [String] = []
            while heard.last != "recovered", let event = await events.next(isolation: #isolation) {
                switch event {
                case .snapshot: heard.append("snapshot")
                case .failing: heard.append("failing")
                case .recovered: heard.append("recovered")
                }
            }
            #expect(heard.first == "failing" && heard.contains("snapshot"), "\(heard)")
            #expect(lines.withLock { $0.last } == "warning: it can be read again")
        }
    }

    @Test func thatTheServerIsAwayIsSaidWhereSomebodyCannotDoWithout() async throws {
        try await Self.run { sandbox, informer, lines in
            await sandbox.control.add(Fault(.refuse(code: 503, retryAfter: nil), kind: .endpointSlices))
            var (_, events) = await Self.need(informer)
            while let event = await events.next(isolation: #isolation) { if case .failing = event { break } }
            let told = lines.withLock { $0 }
            #expect(told.count == 1 && told.first?.hasPrefix("error: cannot list endpointslices") == true, "\(told)")
            try await sandbox.grant([Self.rule], to: "poor")
            await sandbox.control.removeFaults()
            while let event = await events.next(isolation: #isolation) { if case .recovered = event { break } }
            #expect(lines.withLock { $0.last } == "info: API server answers again")
        }
    }

    /// Once the last one has gone, nobody is told again that something cannot be done without.
    @Test func whatNobodyNeedsAnyMoreIsALossAgain() async throws {
        try await Self.run { sandbox, informer, lines in
            var (id, events) = await Self.need(informer)
            while let event = await events.next(isolation: #isolation) { if case .failing = event { break } }
            _ = await Self.events(of: informer)
            await informer.unsubscribe(id)
            let count = await sandbox.control.log.count { $0.verb == "list" && $0.kind == .endpointSlices }
            _ = await sandbox.control.requests("list", of: .endpointSlices, count: count + 3)
            let told = lines.withLock { $0 }
            #expect(told.count == 2 && told.first?.hasPrefix("error: may not list endpointslices") == true, "\(told)")
            #expect(told.last == "warning: nobody waits for endpoints")
        }
    }

    private static let unreadable = slice.replacing("conditions: {ready: true}", with: "conditions: 7")

    /// An object that nobody can decode comes again with each watch and each list.
    @Test func whatCannotBeDecodedIsWarnedOfOnceForEachVersion() async throws {
        try await Self.run { sandbox, informer, lines in
            try await sandbox.grant([Self.rule], to: "poor")
            try await sandbox.apply(Self.slice)
            var events = await Self.events(of: informer)
            while let event = await events.next(isolation: #isolation) { if case .snapshot = event { break } }
            _ = await sandbox.control.requests("watch", of: .endpointSlices, count: 1)
            for round in 1...2 {
                try await sandbox.apply(Self.unreadable)
                while let event = await events.next(isolation: #isolation) { if case .failing = event { break } }
                let count = await sandbox.control.log.count { $0.verb == "list" && $0.kind == .endpointSlices }
                _ = await sandbox.control.requests("list", of: .endpointSlices, count: count + 3)
                try await sandbox.apply(Self.slice)
                while let event = await events.next(isolation: #isolation) { if case .recovered = event { break } }
                #expect(lines.withLock { $0 } == Array(repeating: Self.told, count: round).flatMap(\.self))
            }
        }
    }

    /// A standby needs none, and does not even ask whether it could have them.
    @Test func nothingIsAskedForBeforeSomebodySubscribes() async throws {
        try await Self.run { sandbox, informer, _ in
            // The first request that comes is the subscriber's, and not an earlier one's.
            try await sandbox.grant([Self.rule], to: "poor")
            let id = await informer.subscribe(to: .labels([ServiceEndpoints.serviceLabel: "web"])) { _ in }
            await informer.firstList()
            #expect(await sandbox.control.log.count { $0.verb == "list" && $0.kind == .endpointSlices } == 1)
            await informer.unsubscribe(id)
        }
    }
}

extension Informer {
    /// As if the list had been refused so often in a row.
    fileprivate func wasRefused(_ times: Int) {
        let refusal = KubernetesError(
            RequestDescription(verb: "list", resource: Resource.resource),
            .status(code: 403, nil, retryAfter: .zero)
        )
        for _ in 0..<times { _ = pace.pause(after: refusal, jitter: 1) }
    }
}
