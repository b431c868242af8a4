import Foundation
import Sandbox
import Testing

@testable import KubernetesClient

@Suite(.timeLimit(.minutes(5))) struct InformerTests {
    /// Runs an informer of pods labelled `app: x` and hands its events to `body`.
    private func run(
        watchPatience: Duration = APIClient.usualWatchPatience,
        _ body: @Sendable @escaping (Sandbox, AsyncStream<InformerEvent<Pod>>) async throws -> Void
    ) async throws {
        try await ClientStage.run(watchPatience: watchPatience) { sandbox, client in
            try await sandbox.apply(ClientStage.pod("a") + ClientStage.pod("other", labels: "app: y"))
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

    /// The next snapshot that shows exactly these pods.
    private func next(
        _ names: [String],
        _ events: inout AsyncStream<InformerEvent<Pod>>.Iterator
    ) async -> InformerSnapshot<Pod>? {
        while let event = await events.next(isolation: #isolation) {
            if case .snapshot(let snapshot) = event, snapshot.objects.compactMap(\.metadata.name) == names {
                return snapshot
            }
        }
        return nil
    }

    @Test func showsWhatIsSelectedNowAndLater() async throws {
        try await run { sandbox, stream in
            var events = stream.makeAsyncIterator()
            #expect(await next(["a"], &events)?.isRelist == true)
            try await sandbox.apply(ClientStage.pod("b"))
            #expect(await next(["a", "b"], &events)?.isRelist == false)
            try await sandbox.apply("{apiVersion: v1, kind: Pod, metadata: {name: a, labels: {app: y}}}")
            // Whoever is no longer selected is there all the same.
            #expect(await next(["b"], &events)?.gone.isEmpty == true)
            try await sandbox.deletePod("b", gracePeriod: 0)
            #expect(await next([], &events)?.gone.map(\.metadata.name) == ["b"])
        }
    }

    /// Requests are answered, and no watch: what has changed is known by half a minute later, from a list.
    @Test func isListedAnewWhileNoWatchCanBeHad() async throws {
        try await run { sandbox, stream in
            var events = stream.makeAsyncIterator()
            _ = await next(["a"], &events)
            await sandbox.control.add(Fault(.drop, verb: "watch"))
            await sandbox.control.cutWatches()
            try await sandbox.apply(ClientStage.pod("b"))
            #expect(await next(["a", "b"], &events)?.isRelist == true)
        }
    }

    /// Watches are accepted and say nothing, not even a bookmark: what has changed is known by a list.
    @Test func whatAWatchIsSilentOfIsListed() async throws {
        // Long enough for a watch that is no failure.
        try await run(watchPatience: InformerPace.shortestWatch + .seconds(1)) { sandbox, stream in
            var events = stream.makeAsyncIterator()
            _ = await next(["a"], &events)
            await sandbox.control.add(Fault(.silence, verb: "watch"))
            await sandbox.control.cutWatches()
            for names in [["a", "b"], ["a", "b", "c"]] {
                try await sandbox.apply(ClientStage.pod(names.last ?? ""))
                #expect(await next(names, &events)?.isRelist == true)
            }
        }
    }

    @Test func resumesACutWatchWithoutAList() async throws {
        try await run { sandbox, stream in
            var events = stream.makeAsyncIterator()
            _ = await next(["a"], &events)
            try await sandbox.apply(ClientStage.pod("b"))
            _ = await next(["a", "b"], &events)
            await sandbox.cutTheWatch()
            try await sandbox.apply(ClientStage.pod("c"))
            #expect(await next(["a", "b", "c"], &events)?.isRelist == false)
            #expect(await sandbox.control.log.count { $0.verb == "list" } == 1)
        }
    }

    @Test func listsAnewWhenItsVersionIsForgotten() async throws {
        try await run { sandbox, stream in
            var events = stream.makeAsyncIterator()
            _ = await next(["a"], &events)
            try await sandbox.apply(ClientStage.pod("b"))
            _ = await next(["a", "b"], &events)
            // No watch comes about before its version is forgotten.
            await sandbox.control.add(Fault(.drop, verb: "watch"))
            await sandbox.cutTheWatch()
            try await sandbox.deletePod("b", gracePeriod: 0)
            try await sandbox.apply(ClientStage.pod("c"))
            await sandbox.compact()
            await sandbox.control.removeFaults()
            #expect(await next(["a", "c"], &events)?.isRelist == true)
        }
    }

    @Test func listsAnewWhenTheServerWasSetBack() async throws {
        try await run { sandbox, stream in
            var events = stream.makeAsyncIterator()
            _ = await next(["a"], &events)
            try await sandbox.apply(ClientStage.pod("b"))
            let before = await next(["a", "b"], &events)
            try await sandbox.perform(.restartServer(resetsRevisions: true))
            let after = await next(["a", "b"], &events)
            #expect(after?.isRelist == true)
            #expect(ResourceVersion.isOlder(after?.resourceVersion, than: before?.resourceVersion))
            try await sandbox.apply(ClientStage.pod("c"))
            #expect(await next(["a", "b", "c"], &events) != nil)
        }
    }

    @Test func tellsOfFailureAndRecovery() async throws {
        try await run { sandbox, stream in
            var events = stream.makeAsyncIterator()
            _ = await next(["a"], &events)
            await sandbox.server.stop()
            var failure: String?
            while failure == nil, let event = await events.next(isolation: #isolation) {
                if case .failing(let error) = event { failure = "\(error)" }
            }
            #expect(failure?.contains(" pods in namespace \"default\": ") == true)
            try await sandbox.server.start()
            while let event = await events.next(isolation: #isolation) { if case .recovered = event { break } }
        }
    }
}
