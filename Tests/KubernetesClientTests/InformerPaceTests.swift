import Sandbox
import Testing

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
