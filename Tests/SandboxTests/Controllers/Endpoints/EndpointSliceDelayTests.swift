import Testing

@testable import Sandbox

/// The EndpointSlice controller as it is measured on a real cluster: its view lags behind its own writes.
@Suite(.timeLimit(.minutes(5))) struct EndpointSliceDelayTests {
    private static let scene = """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec: {selector: {app: web, role: active}, ports: [{name: http, port: 80, targetPort: 8080}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: a, labels: {app: web, role: active}}
        spec: {containers: [{name: a, image: b}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: b, labels: {app: web, role: passive}}
        spec: {containers: [{name: a, image: b}]}
        """

    private static func label(_ pod: String, _ role: JSONValue, _ sandbox: Sandbox) async throws {
        try await sandbox.store.modify(ObjectKey(.pods, namespace: "default", name: pod)) { (old) throws(APIFailure) in
            var new = old
            new["metadata"]["labels"]["role"] = role
            return new
        }
    }

    private static func endpoints(_ store: ObjectStore) async -> [String] {
        await store.list(.endpointSlices, namespace: "default").flatMap { $0["endpoints"].array ?? [] }
            .compactMap { $0["targetRef"]["name"].string }.sorted()
    }

    private static func wait(_ names: [String], _ sandbox: Sandbox) async throws {
        try await sandbox.wait(for: "the endpoints \(names)") { await endpoints($0) == names }
    }

    /// Moves the role; the promotion meets the controller between its write of the demotion and its sight of it.
    private static func moveTooSoon(
        _ sandbox: Sandbox,
        firstRetry: Duration = .milliseconds(200)
    ) async throws {
        try await sandbox.apply(scene)
        try await sandbox.wait(for: "two pods") { store in
            await store.list(.pods, namespace: "default").count { $0["status"]["podIP"] != .null } == 2
        }
        try await wait(["a"], sandbox)
        // So long that no machine is too slow to be within it.
        await sandbox.sliceDelay.set(lag: .seconds(3600), firstRetry: firstRetry)
        try await label("a", "passive", sandbox)
        try await wait([], sandbox)
        try await label("b", "active", sandbox)
    }

    /// Whoever sees what was stored, and sets a lag then, means what is written next.
    @Test func aLagIsForWritesThatBeginAfterIt() async {
        let (delay, web) = (EndpointSliceDelay(), ObjectKey(.services, namespace: "default", name: "web"))
        _ = await delay.writes(web)
        await delay.set(lag: .seconds(3600))
        await delay.wrote(web)
        guard case .now = await delay.begin(web) else {
            Issue.record("the view is older than what was written before")
            return
        }
        _ = await delay.writes(web)
        await delay.wrote(web)
        if case .now = await delay.begin(web) { Issue.record("the view does not lag") }
    }

    @Test func aLabelThatComesTooSoonWaitsForTheRetry() async throws {
        try await Sandbox.run { sandbox in
            try await Self.moveTooSoon(sandbox)
            // Each failure doubles the pause; the view is as old as before.
            var failures = sandbox.sliceDelay.failed.makeAsyncIterator()
            for _ in 1...2 { await failures.next(isolation: #isolation) }
            #expect(await Self.endpoints(sandbox.store).isEmpty)
            await sandbox.sliceDelay.set(lag: .zero)
            // Nothing else happens: the retry publishes it.
            try await Self.wait(["b"], sandbox)
        }
    }

    @Test func aChangeOfTheServiceStartsASyncAtOnce() async throws {
        try await Sandbox.run { sandbox in
            try await Self.moveTooSoon(sandbox, firstRetry: .seconds(3600))
            var failures = sandbox.sliceDelay.failed.makeAsyncIterator()
            await failures.next(isolation: #isolation)
            await sandbox.sliceDelay.set(lag: .zero, firstRetry: .seconds(3600))
            try await sandbox.apply(
                "{apiVersion: v1, kind: Service, metadata: {name: web, annotations: {touched: 'yes'}}}"
            )
            try await Self.wait(["b"], sandbox)
        }
    }

    @Test func theFirstRetryComesAfterASecond() async throws {
        try await Sandbox.run { sandbox in
            var failures = sandbox.sliceDelay.failed.makeAsyncIterator()
            let start = ContinuousClock.now
            try await Self.moveTooSoon(sandbox, firstRetry: .seconds(1))
            await failures.next(isolation: #isolation)
            await sandbox.sliceDelay.set(lag: .zero)
            try await Self.wait(["b"], sandbox)
            #expect(ContinuousClock.now - start >= .seconds(1))
        }
    }

    // MARK: Writes that take their time, and their number

    /// Two pods of which `a` is active.
    private static func place(_ sandbox: Sandbox) async throws {
        try await sandbox.apply(scene)
        try await sandbox.wait(for: "two pods") { store in
            await store.list(.pods, namespace: "default").count { $0["status"]["podIP"] != .null } == 2
        }
        try await wait(["a"], sandbox)
    }

    /// Whoever promotes while the slice still shows the demoted pod meets the controller in the middle of its update.
    @Test func aLabelThatComesInTheMiddleOfAnUpdateWaitsForTheRetry() async throws {
        try await Sandbox.run { sandbox in
            try await Self.place(sandbox)
            // So long that no machine is too slow to be in the middle of it.
            await sandbox.sliceDelay.set(update: .seconds(3600), firstRetry: .milliseconds(200))
            try await Self.label("a", "passive", sandbox)
            try await Self.label("b", "active", sandbox)
            var failures = sandbox.sliceDelay.failed.makeAsyncIterator()
            for _ in 1...2 { await failures.next(isolation: #isolation) }
            #expect(await Self.endpoints(sandbox.store) == ["a"])
        }
    }

    /// Whoever waits until the slice shows the demotion does not, however long the update takes.
    @Test func aLabelThatComesAfterTheUpdateIsSeenAtOnce() async throws {
        try await Sandbox.run { sandbox in
            try await Self.place(sandbox)
            // A retry would never come.
            await sandbox.sliceDelay.set(update: .milliseconds(50), firstRetry: .seconds(3600))
            for (active, next) in [("a", "b"), ("b", "a"), ("a", "b")] {
                try await Self.label(active, "passive", sandbox)
                try await Self.wait([], sandbox)
                try await Self.label(next, "active", sandbox)
                try await Self.wait([next], sandbox)
            }
        }
    }

    /// One request at once and none for an hour: of what waits each Service is looked at once, when its turn comes.
    @Test func aLimitOfRequestsHoldsUpWhatComesAfterTheBurst() async throws {
        try await Sandbox.run { sandbox in
            try await Self.place(sandbox)
            await sandbox.sliceDelay.set(requestsPerSecond: 1.0 / 3600, burst: 1)
            try await Self.label("a", "passive", sandbox)
            try await Self.wait([], sandbox)
            try await Self.label("b", "active", sandbox)
            try await sandbox.apply(
                "{apiVersion: v1, kind: Service, metadata: {name: more}, spec: {selector: {app: web}, ports: [{port: 1}]}}"
            )
            #expect(await Self.endpoints(sandbox.store).isEmpty)
            #expect(await sandbox.store.list(.endpointSlices, namespace: "default").count == 1)
        }
    }
}

/// The bucket of requests, by a clock that a test moves.
@Suite struct RequestRateTests {
    @Test func lastsForTheBurstAndFillsAgain() {
        var rate = RequestRate(perSecond: 20, burst: 3)
        let start = ContinuousClock.now
        for _ in 0..<3 {
            #expect(rate.pause(at: start) == .zero)
            rate.take()
        }
        #expect(rate.pause(at: start) == .milliseconds(50))
        #expect(rate.pause(at: start + .milliseconds(25)) == .milliseconds(25))
        #expect(rate.pause(at: start + .milliseconds(50)) == .zero)
        rate.take()
        // However long nothing is asked, no more than the burst is there.
        for _ in 0..<3 {
            #expect(rate.pause(at: start + .seconds(60)) == .zero)
            rate.take()
        }
        #expect(rate.pause(at: start + .seconds(60)) > .zero)
    }
}
