import Coordination
import Dispatch

/// Resolves names beside the loops, on a few threads, each name once at a time however many ask.
///
/// libcurl begins a thread for each exchange and waits for it on the loop. Here a name server that is silent holds up the few
/// threads, of which two are left to names that have been resolved before; whoever waits for a name has a deadline of its own.
package final class NameResolver: Sendable {
    package typealias Answer = Result<[String], NameLookup.Failure>

    /// What is known of a name; times are monotonic nanoseconds.
    private struct Entry: Sendable {
        var addresses: (list: [String], at: UInt64)?
        /// Nil: the last lookup found something.
        var failure: (reason: NameLookup.Failure, at: UInt64)?

        /// The last time that something was heard.
        var at: UInt64 { max(addresses?.at ?? 0, failure?.at ?? 0) }

        /// The addresses, if they are no older than that.
        func addresses(at now: UInt64, noOlderThan age: UInt64) -> [String]? {
            addresses.flatMap { now - min(now, $0.at) <= age ? $0.list : nil }
        }
    }

    /// A lookup that waits for a thread, or is under way.
    private struct Job: Sendable {
        var waiters: [@Sendable (Answer) -> Void] = []
    }

    private struct State: Sendable {
        var entries: [String: Entry] = [:]
        var jobs: [String: Job] = [:]
        /// Names whose lookup has not begun; those that have been resolved before are looked up first.
        var proven: [String] = []
        var unproven: [String] = []
        var running = 0
        var runningUnproven = 0
    }

    /// Addresses are used for 5 s without asking again; a failure is not asked about again for 1 s.
    private static let freshness: UInt64 = 5_000_000_000
    private static let failureFreshness: UInt64 = 1_000_000_000
    /// Addresses are used for that long while no name server answers, by whom it concerns where a peer is.
    package static let staleness: UInt64 = 60_000_000_000
    /// Lookups at once, and how many of them may be of names that were never resolved, or failed last.
    package static let threads = 6
    package static let threadsForUnproven = 4
    /// Names that may wait for a thread, and names that are remembered.
    private static let queueCapacity = 1024
    private static let capacity = 4096

    /// For all loops of the process.
    package static let shared = NameResolver(.system)

    private let lookup: NameLookup
    private let state = Locked(State())
    private let threads = DispatchQueue(label: "names", attributes: .concurrent)

    package init(_ lookup: NameLookup) {
        self.lookup = lookup
    }

    /// What is known and recent enough; nil if it must be asked for.
    ///
    /// `staleness`: how old addresses may be while nothing newer is known, ns; they are asked for again meanwhile. `.max`: of any
    /// age, even if the name is said to be gone, because a connection may stand that needs none.
    package func known(_ name: String, at now: UInt64 = EventLoop.now, staleness: UInt64 = staleness) -> Answer? {
        guard let entry = state.withLock({ $0.entries[name] }) else { return nil }
        if entry.failure == nil, let fresh = entry.addresses(at: now, noOlderThan: Self.freshness) {
            return .success(fresh)
        }
        let isGone = entry.failure?.reason.isDefinite == true && staleness != .max
        let stale = isGone ? nil : entry.addresses(at: now, noOlderThan: staleness)
        if let failure = entry.failure, now - min(now, failure.at) < Self.failureFreshness {
            return stale.map { .success($0) } ?? .failure(failure.reason)
        }
        if stale != nil, state.withLock({ $0.jobs[name] == nil }) { resolve(name) { _ in } }
        return stale.map { .success($0) }
    }

    /// Looks a name up; `then` is called once, on another thread, when the answer is there, however late.
    package func resolve(_ name: String, then: @escaping @Sendable (Answer) -> Void) {
        let isTaken = state.withLock { state in
            if state.jobs[name] != nil {
                state.jobs[name]?.waiters.append(then)
                return true
            }
            guard state.proven.count + state.unproven.count < Self.queueCapacity else { return false }
            state.jobs[name] = Job(waiters: [then])
            if Self.isProven(state.entries[name]) { state.proven.append(name) } else { state.unproven.append(name) }
            return true
        }
        guard isTaken else {
            return then(.failure(NameLookup.Failure("too many names wait for a name server", isDefinite: false)))
        }
        work()
    }

    private static func isProven(_ entry: Entry?) -> Bool {
        entry?.addresses != nil && entry?.failure == nil
    }

    // MARK: Lookups

    /// Begins as many lookups as there are threads for.
    private func work() {
        while let (name, isProven) = state.withLock({ Self.next(&$0) }) {
            threads.async { [self] in
                let answer = lookup.addresses(name)
                let waiters = state.withLock { Self.finish(name, isProven, answer, &$0) }
                for waiter in waiters { waiter(answer) }
                work()
            }
        }
    }

    private static func next(_ state: inout State) -> (name: String, isProven: Bool)? {
        guard state.running < threads else { return nil }
        let isProven = !state.proven.isEmpty
        if !isProven, state.unproven.isEmpty || state.runningUnproven >= threadsForUnproven { return nil }
        state.running += 1
        if !isProven { state.runningUnproven += 1 }
        return (isProven ? state.proven.removeFirst() : state.unproven.removeFirst(), isProven)
    }

    private static func finish(
        _ name: String,
        _ isProven: Bool,
        _ answer: Answer,
        _ state: inout State
    ) -> [@Sendable (Answer) -> Void] {
        state.running -= 1
        if !isProven { state.runningUnproven -= 1 }
        remember(name, answer, &state)
        return state.jobs.removeValue(forKey: name)?.waiters ?? []
    }

    private static func remember(_ name: String, _ answer: Answer, _ state: inout State) {
        let now = EventLoop.now
        if state.entries.count >= capacity { state.entries = state.entries.filter { now - $0.value.at < staleness } }
        if state.entries.count >= capacity { state.entries = [:] }
        switch answer {
        case .success(let list): state.entries[name] = Entry(addresses: (list, now))
        // An address is not forgotten because a name server is silent.
        case .failure(let reason): state.entries[name, default: Entry()].failure = (reason, now)
        }
    }
}
