import Coordination
import Foundation
import KubernetesClient
import Testing
import Transport

@testable import FailoverCore
@testable import Supervision

/// The objects of a cluster in memory, what groups ask of it, and the faults that a test wants; without a server.
final class FakeCluster: Sendable {
    /// What becomes of a request instead of its answer.
    enum Fault: Sendable {
        /// Nothing is done, and it may be otherwise the next time.
        case failure
        /// Nothing is done, and will not be before somebody mends something.
        case refusal
        /// Somebody else was faster.
        case conflict
        /// It is done, and nobody says so.
        case lostAnswer
        /// It waits until `release`, and is done then; if its task is cancelled before, it is never done.
        case hold
    }

    private struct Plan: Sendable {
        var text: String
        var fault: Fault
        var times: Int
    }

    /// The objects, under one counter of versions.
    struct Objects: Sendable {
        var pods: [String: Pod] = [:]
        var services: [String: Service] = [:]
        var leases: [String: Lease] = [:]
        /// Shown to informers from the first on.
        var slices: [String: EndpointSlice]?
        var version = 100

        mutating func nextVersion() -> String {
            version += 1
            return "\(version)"
        }
    }

    private struct State: Sendable {
        var objects = Objects()
        var plans: [Plan] = []
        var held: [(text: String, end: AsyncStream<Void>.Continuation)] = []
        /// Who waits for a turn; nil: each has one at once.
        var turns: [WriteScheduler.Call]?
        /// Whether informers hear of changes.
        var isWatched = true
        /// Groups that have ended and may ask for nothing more.
        var ended: Set<String> = []
    }

    private let state = Locked(State())
    /// Whoever shows informers what is stored; nobody is shown an older state after a newer one.
    private let showing = Locked(())
    let log: EventLog
    let pods: FakeObjectSource<Pod>
    let services: FakeObjectSource<Service>
    let leases: FakeObjectSource<Lease>
    /// Shows nothing before a test does, or there are slices: then nobody waits for endpoints.
    let endpoints: FakeObjectSource<ServiceEndpoints>
    /// Shows nothing before a test does.
    let nodes: FakeObjectSource<Node>

    init(log: EventLog) {
        self.log = log
        pods = FakeObjectSource("pods", log: log)
        services = FakeObjectSource("services", log: log)
        leases = FakeObjectSource("leases", log: log)
        endpoints = FakeObjectSource("endpoints", log: log)
        nodes = FakeObjectSource("nodes", log: log)
    }

    /// What is stored now.
    var objects: Objects { state.withLock { $0.objects } }

    /// Changes what is stored; informers see it at once.
    @discardableResult
    func change<Result>(_ body: (inout Objects) -> Result) -> Result {
        let result = state.withLock { body(&$0.objects) }
        if state.withLock({ $0.isWatched }) { show() }
        log.look()
        return result
    }

    /// Shows informers everything.
    func show(isRelist: Bool = false) {
        showing.withLock { _ in
            let objects = objects
            services.show(
                objects.services.values.sorted { $0.name < $1.name },
                version: objects.version,
                isRelist: isRelist
            )
            pods.show(objects.pods.values.sorted { $0.name < $1.name }, version: objects.version, isRelist: isRelist)
            if let slices = objects.slices?.values.sorted(by: { $0.name < $1.name }) {
                endpoints.show(slices.map(ServiceEndpoints.init), version: objects.version, isRelist: isRelist)
            }
            leases.show(
                objects.leases.values.sorted { $0.name < $1.name },
                version: objects.version,
                isRelist: isRelist
            )
        }
    }

    /// From now on informers see nothing new, until `show`.
    func stopWatching() {
        state.withLock { $0.isWatched = false }
    }

    // MARK: Requests

    /// Lets the next requests whose words contain a text come to nothing.
    func plan(_ fault: Fault, on text: String, times: Int = 1) {
        state.withLock { $0.plans.append(Plan(text: text, fault: fault, times: times)) }
    }

    /// Lets requests go on that were held.
    func release(_ text: String) {
        state.withLock { state in
            for request in state.held where request.text.contains(text) { request.end.finish() }
            state.held.removeAll { $0.text.contains(text) }
        }
    }

    /// From now on writes wait for their turns, until `giveTurns`.
    func holdTurns() {
        state.withLock { $0.turns = [] }
    }

    /// Gives those who wait their turns; whether each still wanted it.
    func giveTurns() -> [Bool] {
        let waiting = state.withLock { state in
            defer { state.turns = [] }
            return state.turns ?? []
        }
        return waiting.map { $0(.init()) }
    }

    /// A turn at once, or to wait for one, which is noted.
    func turn(of group: String, orCall called: @escaping WriteScheduler.Call) -> WriteScheduler.Turn? {
        let waits = state.withLock { state in
            state.turns?.append(called)
            return state.turns != nil
        }
        guard waits else { return .init() }
        log.add("\(group): waits for its turn")
        return nil
    }

    /// A group has ended: whatever it asks for from now on is a mistake.
    func groupEnded(_ group: String) {
        state.withLock { _ = $0.ended.insert(group) }
    }

    /// Notes a request, and what is to become of it instead of an answer; nil: it is answered.
    ///
    /// A request that was held and whose task was cancelled is a failure.
    /// `change`: what the request does, for whoever reads of it in the log and looks.
    func enter(_ group: String, _ words: String, doing change: () -> Void = {}) async -> Fault? {
        let text = "\(group): \(words)"
        let fault: Fault? = state.withLock { state in
            guard let index = state.plans.firstIndex(where: { text.contains($0.text) }) else { return nil }
            state.plans[index].times -= 1
            defer { if state.plans[index].times == 0 { state.plans.remove(at: index) } }
            return state.plans[index].fault
        }
        if fault == nil { change() }
        log.add(text)
        if state.withLock({ $0.ended.contains(group) }) { Issue.record("asked for after the end: \(text)") }
        guard case .hold = fault else { return fault }
        let (ends, end) = AsyncStream.makeStream(of: Void.self)
        state.withLock { $0.held.append((text, end)) }
        log.add("held: \(text)")
        for await _ in ends {}
        return Task.isCancelled ? .failure : nil
    }
}

extension KubernetesResource {
    fileprivate var name: String { metadata.name ?? "" }
}
