import CLibcurl
import Coordination
import Foundation
import Synchronization

/// One thread that does all waiting: HTTP exchanges and TCP connects by libcurl, timers, and the jobs of actors that live
/// on it.
///
/// libcurl never blocks a thread of Swift concurrency: every handle belongs to this thread. What is marked "on the loop"
/// may only be called from it; the rest may be called from anywhere.
package final class EventLoop: @unchecked Sendable {
    /// For threads in diagnostics.
    package let name: String
    /// Work from other threads.
    let queue = LoopQueue()
    /// What the loop waits on.
    let epoll = Epoll()
    /// How long turns take.
    let pace = LoopPace()
    /// Whom it asks for names.
    let resolver: NameResolver
    private let thread: LoopThread
    private let threadID = Atomic<UInt>(0)
    private let lastTransferID = Atomic<UInt64>(0)
    /// Who waits for a turn to begin.
    let awaitedTurns = Locked<[Latch]>([])

    // Confined to the loop's thread. What is touched with every probe, here and in the checks, goes without the dynamic check
    // for overlapping access: that check was 4 % of a probe's instructions.
    /// What is to happen when.
    @safe @exclusivity(unchecked) var timers = LoopTimers()
    /// The libcurl multis, each at its index; nil: a place that is free.
    @safe @exclusivity(unchecked) private(set) var multis: [(multi: Multi, user: MultiUser)?] = []
    private let deadlines = MultiDeadlines()
    /// Reused from turn to turn.
    @safe @exclusivity(unchecked) private var due: [Int] = []
    /// Those in which exchanges may have ended.
    @safe @exclusivity(unchecked) private var touched: [Multi] = []
    var pools: [Int: TransferPool] = [:]
    /// Exchanges under way.
    var transfers: [TransferID: Transfer] = [:]
    /// Exchanges that wait for a name.
    var transferWaits: [TransferID: NameWait] = [:]
    /// Who waits for a name; empty if nobody does any more, and the answer has yet to come.
    var names: [String: [NameWait]] = [:]
    /// Idle handles.
    let handles = HandlePool()
    /// All checks of the loop.
    @safe @exclusivity(unchecked) var board = CheckBoard()
    /// Connections that are kept and watched.
    let kept = KeptSockets()
    /// Queued work that is left from the last turn.
    @safe @exclusivity(unchecked) private var backlog: ArraySlice<LoopQueue.Work> = []
    private var isStopping = false

    /// How long queued work may keep a turn, ns.
    private static let longestWork: UInt64 = 2_000_000

    /// Starts the thread.
    ///
    /// Without a thread nothing can be done: the process ends with exit code 2, and says why.
    package init(name: String, resolver: NameResolver = .shared) {
        self.name = name
        self.resolver = resolver
        _ = Self.prepareProcess
        thread = LoopThread(name: name)
        thread.start { [self] in run() }
    }

    /// libcurl's global state, and no death by a closed pipe: OpenSSL writes without MSG_NOSIGNAL.
    private static let prepareProcess: Void = {
        curl_global_init(Int(CURL_GLOBAL_DEFAULT))
        signal(SIGPIPE, SIG_IGN)
    }()

    /// Ends the thread and waits for its end; exchanges that are under way fail with `.stopped`, and so do later ones.
    ///
    /// A process that exits beside a thread that is still taking libcurl and OpenSSL apart may crash in either. From the loop
    /// itself nothing is waited for.
    package func stop() {
        execute { [self] in isStopping = true }
        if !isCurrent { thread.join() }
    }

    /// Monotonic nanoseconds.
    package static var now: UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Nanoseconds since 1970 by the wall clock, which may jump; only to notice that it did.
    package static var wallTime: Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Runs `work` on the loop, soon; from the loop, after what runs now.
    ///
    /// - Returns: false if the loop was stopped, and `work` will not run.
    @discardableResult
    package func execute(_ work: @escaping @Sendable () -> Void) -> Bool {
        post(.closure(work))
    }

    /// Queues work, and wakes the loop if need be.
    ///
    /// - Returns: false if the loop was stopped.
    func post(_ work: LoopQueue.Work) -> Bool {
        switch queue.add(work) {
        case .wake: epoll.wake()
        case .queued: break
        case .closed: return false
        }
        return true
    }

    /// Whether the caller runs on the loop's thread.
    package var isCurrent: Bool { threadID.load(ordering: .relaxed) == Self.currentThreadID }

    /// A name that no exchange had before; from any thread.
    func nextTransferID() -> TransferID {
        TransferID(number: lastTransferID.add(1, ordering: .relaxed).newValue)
    }

    private static var currentThreadID: UInt { UInt(pthread_self()) }

    // MARK: The thread

    private func run() {
        threadID.store(Self.currentThreadID, ordering: .relaxed)
        while !isStopping { turn() }
        failAll()
    }

    /// One turn: wait, let libcurl act on what is ready, hand out results, run timers and queued work.
    private func turn() {
        let count = epoll.wait(milliseconds: waitingTime())
        pace.begin(at: Self.now)
        turnBegan()
        for number in 0..<count {
            if let (token, events) = epoll.event(number) { ready(token, events) }
            // The kernel tells again of those that are left, after others.
            if pace.isOver(.sockets) { break }
        }
        actOnTimers()
        lookAtNewConnections()
        endLateConnections()
        finishTouched()
        deliverChecks()
        while let action = timers.takeDue(at: Self.now) {
            action()
            if pace.isOver(.timers) { break }
        }
        workOff()
        pace.end(at: Self.now)
    }

    private func ready(_ token: Epoll.Token, _ events: UInt32) {
        switch token.kind {
        case .wake: wasWoken()
        case .connect: connectReady(token.descriptor)
        case .idle: idleReady(token.descriptor)
        case .exchange:
            if let multi = multis[token.multi]?.multi {
                act(multi) { $0.socketReady(token.descriptor, events: events) }
            }
        }
    }

    private func actOnTimers() {
        due.removeAll(keepingCapacity: true)
        deadlines.due(at: Self.now, into: &due)
        for index in due {
            if let multi = multis[index]?.multi { act(multi) { $0.timerDue() } }
            // The deadlines of the others stay.
            if pace.isOver(.sockets) { break }
        }
    }

    /// Lets libcurl act; what ended by that is found at the end of the turn.
    private func act(_ multi: Multi, _ action: (Multi) -> Void) {
        action(multi)
        guard !multi.isTouched else { return }
        multi.isTouched = true
        touched.append(multi)
    }

    private func finishTouched() {
        var count = 0
        while count < touched.count, count == 0 || !pace.isOver(.ends) {
            let multi = touched[count]
            count += 1
            multi.isTouched = false
            switch self.multis[multi.index]?.user {
            case .transfers: finishTransfers(of: multi)
            case .checks: finishChecks(of: multi)
            case nil: break
            }
        }
        touched.removeFirst(count)
    }

    /// Does queued work for a while; what is left waits for the next turn, so that thousands of pieces at once, as after a
    /// reload, do not make probes late.
    private func workOff() {
        if backlog.isEmpty { backlog = queue.takeAll()[...] }
        guard !backlog.isEmpty else { return }
        let limit = Self.now + Self.longestWork
        while let work = backlog.popFirst() {
            perform(work)
            if Self.now > limit { break }
        }
        // What came meanwhile may have woken the loop already, and will not wake it again.
        if backlog.isEmpty { backlog = queue.takeAll()[...] }
    }

    private func perform(_ work: LoopQueue.Work) {
        switch work {
        case .closure(let closure): closure()
        case .job(let job): unsafe job.runSynchronously(on: asUnownedSerialExecutor())
        }
    }

    // MARK: Multis

    /// Who uses a multi.
    enum MultiUser {
        /// General exchanges.
        case transfers
        /// Checks.
        case checks
    }

    /// - Throws: if libcurl gets no memory.
    func addMulti(_ user: MultiUser, rest: Multi.Rest, connections: Int) throws(TransportError) -> Multi {
        let index = multis.firstIndex { $0 == nil } ?? multis.endIndex
        let multi = try Multi(index: index, epoll: epoll, deadlines: deadlines, rest: rest, connections: connections)
        if index == multis.endIndex { multis.append((multi, user)) } else { multis[index] = (multi, user) }
        return multi
    }

    /// Lets go of a multi that has no exchanges.
    func removeMulti(_ multi: Multi) {
        multis[multi.index] = nil
        deadlines[multi.index] = .max
    }

    /// Milliseconds until the next deadline, rounded up; -1 if there is none.
    private func waitingTime() -> Int32 {
        if !backlog.isEmpty || !touched.isEmpty || board.isBusy { return 0 }
        var due = min(timers.nextDue ?? .max, deadlines.first)
        if let tick = board.deadlines.nextTick { due = min(due, tick * 1_000_000) }
        if due == .max { return -1 }
        let now = Self.now
        return due <= now ? 0 : Int32(clamping: (due - now + 999_999) / 1_000_000)
    }

    private func failAll() {
        endNameWaits()
        for transfer in Array(transfers.values) { finish(transfer, .failure(TransportError(.stopped))) }
        for work in backlog { perform(work) }
        while true {
            let rest = queue.close()
            if rest.isEmpty { break }
            for work in rest { perform(work) }
        }
        endNameWaits()
        for transfer in Array(transfers.values) { finish(transfer, .failure(TransportError(.stopped))) }
        pools = [:]
        multis = []
        handles.removeAll()
    }
}

/// The loop as the executor of actors, so that their state is confined to its thread without a lock or a hop.
extension EventLoop: SerialExecutor {
    /// Queues an actor's job.
    package func enqueue(_ job: consuming ExecutorJob) {
        // The runtime holds no reference to an executor: as soon as the job is queued, it may run, and with its end the last
        // reference to the loop may go, while this thread has yet to wake it.
        let kept = unsafe Unmanaged.passRetained(self)
        defer { unsafe kept.release() }
        let unowned = UnownedJob(job)
        let isPosted = post(.job(unowned))
        precondition(isPosted, "an actor of the stopped event loop \(name) was called")
    }

    /// The executor, as the runtime wants it.
    package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        unsafe UnownedSerialExecutor(ordinary: self)
    }

    /// Traps if the caller is not on the loop.
    package func checkIsolated() {
        precondition(isCurrent, "not on the thread of event loop \(name)")
    }
}
