import Sandbox
import Synchronization
import Testing

@testable import KubernetesClient

/// Only what somebody selects is kept, and nobody hears of a part for the whole.
@Suite(.timeLimit(.minutes(5))) struct InterestTests {
    /// What one subscriber hears.
    private final class Ear: Sendable {
        let snapshots: AsyncStream<[String]>
        private let input: AsyncStream<[String]>.Continuation
        private let heard = Mutex<[[String]]>([])

        init() { (snapshots, input) = AsyncStream.makeStream(of: [String].self) }

        var all: [[String]] { heard.withLock { $0 } }

        func hear(_ event: InformerEvent<Pod>) {
            guard case .snapshot(let snapshot) = event else { return }
            let names = snapshot.objects.compactMap(\.metadata.name)
            heard.withLock { $0.append(names) }
            input.yield(names)
        }

        func wait(for names: [String]) async {
            for await found in snapshots where found == names { return }
        }
    }

    private func run(
        _ body: @Sendable @escaping (Sandbox, Informer<Pod>) async throws -> Void
    ) async throws {
        try await ClientStage.run { sandbox, client in
            for (name, app) in [("a", "x"), ("b", "y"), ("c", "z")] {
                try await sandbox.apply(ClientStage.pod(name, labels: "app: \(app), tier: one"))
            }
            let informer = Informer<Pod>(client: client, namespace: "default", logger: ClientStage.logger)
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer { group.cancelAll() }
                try await body(sandbox, informer)
            }
        }
    }

    /// Runs `body` beside the informer.
    private func beside(_ informer: Informer<Pod>, _ body: @Sendable @escaping () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await informer.run() }
            defer { group.cancelAll() }
            try await body()
        }
    }

    private static func lists(_ sandbox: Sandbox) async -> Int {
        await sandbox.control.log.count { $0.verb == "list" }
    }

    @Test func foreignObjectsAreNotKeptAndALabelBringsOneInAndOut() async throws {
        try await run { sandbox, informer in
            let ear = Ear()
            _ = await informer.subscribe(to: .labels(["app": "x"]), ear.hear)
            try await beside(informer) {
                await ear.wait(for: ["a"])
                #expect(await informer.count == 1)
                try await sandbox.apply(ClientStage.pod("d", labels: "app: foreign"))
                try await sandbox.apply(ClientStage.pod("b", labels: "app: x"))
                await ear.wait(for: ["a", "b"])
                #expect(await informer.count == 2)
                try await sandbox.apply(ClientStage.pod("a", labels: "app: y"))
                await ear.wait(for: ["b"])
                try await sandbox.deletePod("b", gracePeriod: 0)
                await ear.wait(for: [])
                #expect(await informer.count == 0)
                #expect(await Self.lists(sandbox) == 1)
            }
        }
    }

    @Test func laterSubscribersAreMetByOneListMoreAndHearNothingBefore() async throws {
        try await run { sandbox, informer in
            let (first, late) = (Ear(), (0..<100).map { _ in Ear() })
            _ = await informer.subscribe(to: .labels(["app": "x"]), first.hear)
            try await beside(informer) {
                await first.wait(for: ["a"])
                _ = await sandbox.control.requests("watch", count: 1)
                // Their list hangs: whoever heard of "no pods" meanwhile would act wrongly.
                await sandbox.control.add(Fault(.delay(.milliseconds(500)), verb: "list", count: 1))
                for ear in late { _ = await informer.subscribe(to: .labels(["app": "y"]), ear.hear) }
                _ = await sandbox.control.requests("list", count: 2)
                try await sandbox.apply(ClientStage.pod("d", labels: "app: y"))
                for ear in late { await ear.wait(for: ["b", "d"]) }
                #expect(late.allSatisfy { $0.all.allSatisfy { $0.contains("b") } })
                #expect(await Self.lists(sandbox) <= 3)
                // The one that was served already saw nothing new.
                #expect(first.all == [["a"]])
                #expect(await informer.count == 3)
            }
        }
    }

    @Test func whatIsKeptAlreadyNeedsNoList() async throws {
        try await run { sandbox, informer in
            let (wide, same, narrow, other) = (Ear(), Ear(), Ear(), Ear())
            let id = await informer.subscribe(to: .labels(["tier": "one"]), wide.hear)
            try await beside(informer) {
                await wide.wait(for: ["a", "b", "c"])
                _ = await informer.subscribe(to: .labels(["tier": "one"]), same.hear)
                _ = await informer.subscribe(to: .labels(["tier": "one", "app": "y"]), narrow.hear)
                #expect(same.all == [["a", "b", "c"]] && narrow.all == [["b"]])
                // A Service's selector becomes narrower: the old one goes as the new one comes.
                _ = await informer.subscribe(to: .labels(["app": "z", "tier": "one"]), replacing: id, other.hear)
                #expect(other.all == [["c"]])
                #expect(await Self.lists(sandbox) == 1)
            }
        }
    }

    @Test func whatNobodySelectsAnyMoreIsDropped() async throws {
        try await run { sandbox, informer in
            let (one, two) = (Ear(), Ear())
            let id = await informer.subscribe(to: .labels(["tier": "one"]), one.hear)
            _ = await informer.subscribe(to: .labels(["app": "y"]), two.hear)
            try await beside(informer) {
                await one.wait(for: ["a", "b", "c"])
                await two.wait(for: ["b"])
                await informer.unsubscribe(id)
                #expect(await informer.count == 1)
                // Whoever comes back is told of it anew, from a list.
                let again = Ear()
                _ = await informer.subscribe(to: .labels(["tier": "one"]), again.hear)
                await again.wait(for: ["a", "b", "c"])
                #expect(again.all.first == ["a", "b", "c"], "and of nothing before")
                #expect(await Self.lists(sandbox) == 2)
            }
        }
    }

    @Test func aListThatFailsForANewSubscriberLeavesTheOthersWatching() async throws {
        try await run { sandbox, informer in
            let (first, late) = (Ear(), Ear())
            _ = await informer.subscribe(to: .labels(["app": "x"]), first.hear)
            try await beside(informer) {
                await first.wait(for: ["a"])
                await sandbox.control.add(Fault(.refuse(code: 403, retryAfter: nil), verb: "list"))
                _ = await informer.subscribe(to: .labels(["app": "y"]), late.hear)
                _ = await sandbox.control.requests("list", count: 3)
                try await sandbox.apply(ClientStage.pod("d", labels: "app: x"))
                await first.wait(for: ["a", "d"])
                #expect(late.all.isEmpty)
                await sandbox.control.removeFaults()
                await late.wait(for: ["b"])
            }
        }
    }

    @Test func withoutSubscribersNothingIsReadButOneObject() async throws {
        try await run { sandbox, informer in
            try await beside(informer) {
                await informer.firstList()
                #expect(await informer.count == 0)
                let ear = Ear()
                _ = await informer.subscribe(to: .labels(["app": "z"]), ear.hear)
                await ear.wait(for: ["c"])
                #expect(
                    await sandbox.control.log.filter { $0.verb != "create" }.prefix(2).map(\.verb) == ["list", "list"]
                )
            }
        }
    }
}
