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
}
