import Sandbox
import Testing
import Transport

@testable import KubernetesClient

/// What an informer asks of a server that will not let it watch, or not for long.
@Suite(.timeLimit(.minutes(5))) struct InformerPaceTests {
    /// Runs an informer of pods labelled `app: x` and hands its events to `body`.
    private func run(
        _ fault: Fault,
        _ body: @Sendable @escaping (Sandbox, AsyncStream<InformerEvent<Pod>>) async throws -> Void
    ) async throws {
        try await ClientStage.run { sandbox, client in
            await sandbox.control.add(fault)
            let informer = Informer<Pod>(client: client, namespace: "default", logger: ClientStage.logger)
            let (events, input) = AsyncStream.makeStream(of: InformerEvent<Pod>.self)
            _ = await informer.subscribe(to: .labels(["app": "x"])) { input.yield($0) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await informer.run() }
                defer { group.cancelAll() }
                try await body(sandbox, events)
            }
        }
    }

    private static func refusedWatch(_ code: Int) -> Fault {
        Fault(.refuse(code: code, retryAfter: nil), verb: "watch", kind: .pods)
    }

    @Test(arguments: [403, 405, 500]) func aWatchThatIsRefusedCostsNoListEachTime(code: Int) async throws {
        try await run(Self.refusedWatch(code)) { sandbox, _ in
            _ = await sandbox.control.requests("watch", count: 4)
            #expect(await sandbox.control.requests("list", count: 1).count == 1)
        }
    }

    @Test func aRefusedWatchIsAskedForEverMoreSeldomAndGoesOnOnceItIsGranted() async throws {
        try await run(Self.refusedWatch(403)) { sandbox, events in
            let watches = await sandbox.control.requests("watch", count: 4).map(\.time)
            // At least half of 0.5, 1 and 2 s.
            try #require(watches.count >= 4)
            #expect(watches[3] - watches[0] >= .seconds(1.75))
            await sandbox.control.removeFaults()
            try await sandbox.apply(ClientStage.pod("b"))
            for await event in events {
                if case .snapshot(let snapshot) = event, snapshot.objects.map(\.metadata.name) == ["b"] { break }
            }
        }
    }

    @Test func aVersionThatIsForgottenAtOnceIsListedEverMoreSeldom() async throws {
        try await run(Self.refusedWatch(410)) { sandbox, _ in
            let lists = await sandbox.control.requests("list", count: 6).map(\.time)
            try #require(lists.count >= 6)
            // At least half of 0.1, 0.2, 0.4, 0.8 and 1.6 s.
            #expect(lists[5] - lists[0] >= .seconds(1.55))
        }
    }
}

/// The waits, as the table beside them says.
@Suite struct InformerPaceTableTests {
    private static let request = RequestDescription(verb: "watch", resource: Pod.resource)

    private static func status(_ code: Int, retryAfter: Duration = .zero) -> KubernetesError {
        KubernetesError(request, .status(code: code, nil, retryAfter: retryAfter))
    }

    /// The waits after the same error, again and again.
    private static func waits(_ error: KubernetesError, count: Int, jitter: Double = 1) -> [Duration] {
        var pace = InformerPace()
        return (0..<count).map { _ in pace.pause(after: error, jitter: jitter) }
    }

    @Test(arguments: [500, 503, 410, 429]) func failuresWaitASecondAtMost(code: Int) {
        let waits = [100, 200, 400, 800, 1000, 1000].map { Duration.milliseconds($0) }
        #expect(Self.waits(Self.status(code), count: 6) == waits)
        #expect(Self.waits(Self.status(code), count: 6, jitter: 0) == waits.map { $0 / 2 })
    }

    @Test(arguments: [400, 401, 403, 404, 405, 422, 428]) func refusalsWaitHalfAMinuteAtMost(code: Int) {
        let waits = [0.5, 1, 2, 4, 8, 16, 30, 30].map { Duration.seconds($0) }
        #expect(Self.waits(Self.status(code), count: 8) == waits)
    }

    @Test func refusalsOfWhatCanBeDoneWithoutWaitTenMinutesAtMost() {
        var pace = InformerPace(isOptional: true)
        let waits = (0..<12).map { _ in pace.pause(after: Self.status(403), jitter: 1) }
        #expect(waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600].map { Duration.seconds($0) })
        #expect(pace.pause(after: Self.status(500), jitter: 1) == .milliseconds(100))
    }

    /// All news wait, maybe those of an outage: a server that asks for half a minute is asked again after some 2 s, whenever it says
    /// so, and not by everybody at once.
    @Test(
        arguments: [429, 503, 504],
        [(0, 50, 100), (1000, 1000, 1500), (2000, 2000, 3000), (30_000, 2000, 3000), (3_600_000, 2000, 3000)]
    )
    func aServersWishWinsWithinBounds(code: Int, wish: (milliseconds: Int, least: Int, most: Int)) {
        let error = Self.status(code, retryAfter: .milliseconds(wish.milliseconds))
        #expect(Self.waits(error, count: 1, jitter: 0) == [.milliseconds(wish.least)])
        #expect(Self.waits(error, count: 1) == [.milliseconds(wish.most)])
        let pace = InformerPace()
        #expect(pace.pause(after: error, attempt: 0, jitter: 0) == .milliseconds(wish.least))
        #expect(pace.pause(after: error, attempt: 0, jitter: 1) == .milliseconds(wish.most))
        #expect(Self.waits(error, count: 9).allSatisfy { $0 <= .seconds(3) }, "however often")
    }

    /// Nothing waits for what can be done without.
    @Test(arguments: [(0, 100), (1000, 1000), (30_000, 30_000), (3_600_000, 30_000)])
    func aServersWishCountsForMoreWhereNobodyWaits(wish: Int, wait: Int) {
        var pace = InformerPace(isOptional: true)
        let error = Self.status(429, retryAfter: .milliseconds(wish))
        #expect(pace.pause(after: error, jitter: 1) == .milliseconds(wait))
        #expect(pace.pause(after: error, attempt: 0, jitter: 1) == .milliseconds(wait))
    }

    /// Somebody comes who cannot do without what others can do without.
    @Test func whatIsNeededIsNotMetWithThePatienceThatItHasEarnedBefore() {
        var pace = InformerPace(isOptional: true)
        for _ in 0..<10 { _ = pace.pause(after: Self.status(403), jitter: 1) }
        pace.isOptional = false
        let waits = (0..<8).map { _ in pace.pause(after: Self.status(403), jitter: 1) }
        #expect(waits == [0.5, 1, 2, 4, 8, 16, 30, 30].map { .seconds($0) })
        pace.isOptional = false
        #expect(pace.pause(after: Self.status(403), jitter: 1) == .seconds(30), "it was needed before")
    }

    /// A list of thousands of objects is not read every second because of one of them.
    @Test(arguments: [false, true]) func anObjectThatCannotBeReadIsMetWithPatience(isOptional: Bool) {
        var pace = InformerPace(isOptional: isOptional)
        let error = KubernetesError(.init(verb: "list", resource: Pod.resource), .undecodable("nodeName: 5"))
        let waits = (0..<8).map { _ in pace.pause(after: error, jitter: 1) }
        #expect(waits.last ?? .zero >= .seconds(30) && waits.allSatisfy { $0 <= .seconds(30) }, "\(waits)")
    }

    /// The end of an outage is not met with the patience that a missing right has earned.
    @Test func refusalsAndFailuresAreCountedApart() {
        var pace = InformerPace()
        for _ in 0..<5 { _ = pace.pause(after: Self.status(403), jitter: 1) }
        #expect(pace.pause(after: Self.status(500), jitter: 1) == .milliseconds(100))
        #expect(pace.pause(after: Self.status(403), jitter: 1) == .seconds(16))
        pace.watchOpened()
        #expect(pace.pause(after: Self.status(403), jitter: 1) == .milliseconds(500))
        #expect(pace.pause(after: Self.status(500), jitter: 1) == .milliseconds(100))
    }

    @Test(
        arguments: [
            (10.0, true, true, nil), (10, false, false, nil), (1, true, false, nil), (9.9, false, false, nil),
            (0.5, true, false, 0.1), (0.5, false, false, 0.1), (0, true, true, 0.1), (5, true, true, 0.1),
        ] as [(Double, Bool, Bool, Double?)]
    )
    func aWatchThatLastsOrHasNewsNeedsNoPause(seconds: Double, hadNews: Bool, needsList: Bool, wait: Double?) {
        var pace = InformerPace()
        let pause = pace.pause(afterWatchOf: .seconds(seconds), hadNews: hadNews, needsList: needsList, jitter: 1)
        #expect(pause == wait.map { .seconds($0) })
    }

    @Test func shortWatchesWaitLongerAndALongOneBeginsAnew() {
        var pace = InformerPace()
        func end(_ seconds: Double, needsList: Bool) -> Duration? {
            pace.pause(afterWatchOf: .seconds(seconds), hadNews: false, needsList: needsList, jitter: 1)
        }
        let lists = (0..<10).map { _ in end(0, needsList: true) }
        #expect(lists == [100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000].map { .milliseconds($0) })
        #expect(end(0, needsList: false) == .seconds(1) && end(10, needsList: true) == nil)
        #expect(end(0, needsList: true) == .milliseconds(100))
    }

    @Test(arguments: [
        (TransportError.Kind.connectionLost, true), (.idle, true), (.timedOut, true), (.refused, false), (.tls, false),
        (.cancelled, false), (.bodyTooLarge, false), (.localResource, false),
    ]) func anOpenWatchThatMerelyBrokeIsNoFailure(kind: TransportError.Kind, isEnd: Bool) {
        let error = KubernetesError(Self.request, .transport(TransportError(kind)))
        #expect(error.isEndOfWatch == isEnd && error.isTransport && !error.isRefusal)
        #expect(!Self.status(500).isEndOfWatch && !Self.status(500).isTransport)
    }
}
