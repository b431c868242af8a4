import CLibcurl
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
    let queue = LoopQueue()
    let epoll = Epoll()
    private let threadID = Atomic<UInt>(0)
    private let lastTransferID = Atomic<UInt64>(0)

    // Confined to the loop's thread.
    var timers = LoopTimers()
    var pools: [Int: TransferPool] = [:]
    var transfers: [TransferID: Transfer] = [:]
    let handles = HandlePool()
    private var isStopping = false

    /// Starts the thread.
    package init(name: String) {
        self.name = name
        _ = Self.prepareProcess
        let thread = Thread { [self] in run() }
        thread.name = name
        thread.start()
    }

    /// libcurl's global state, and no death by a closed pipe: OpenSSL writes without MSG_NOSIGNAL.
    private static let prepareProcess: Void = {
        curl_global_init(Int(CURL_GLOBAL_DEFAULT))
        signal(SIGPIPE, SIG_IGN)
    }()

    /// Ends the thread; exchanges that are under way fail with `.stopped`, and so do later ones.
    package func stop() {
        execute { [self] in isStopping = true }
    }

    /// Monotonic nanoseconds.
    package static var now: UInt64 { DispatchTime.now().uptimeNanoseconds }

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

    func nextTransferID() -> TransferID {
        TransferID(number: lastTransferID.add(1, ordering: .relaxed).newValue)
    }

    private static var currentThreadID: UInt { UInt(pthread_self()) }

    // MARK: Timers

    /// On the loop: runs `action` on it at `due`, monotonic nanoseconds.
    package func schedule(at due: UInt64, _ action: @escaping () -> Void) -> LoopTimer {
        precondition(isCurrent)
        return timers.arm(at: due, action)
    }

    /// On the loop: disarms a timer.
    package func cancel(_ timer: LoopTimer) {
        precondition(isCurrent)
        timers.disarm(timer)
    }

    // MARK: The thread

    private func run() {
        threadID.store(Self.currentThreadID, ordering: .relaxed)
        while !isStopping { turn() }
        failAll()
    }

    /// One turn: wait, let libcurl act on what is ready, hand out results, run timers and queued work.
    private func turn() {
        for ready in epoll.wait(milliseconds: waitingTime()) {
            if ready.token == Epoll.wakeToken {
                epoll.clearWake()
            } else {
                pools[Int(ready.token >> 32)]?.socketReady(Int32(truncatingIfNeeded: ready.token), events: ready.events)
            }
        }
        let now = Self.now
        for pool in pools.values where pool.isDue(at: now) { pool.timerDue() }
        for pool in Array(pools.values) { finishTransfers(of: pool) }
        while let action = timers.takeDue(at: Self.now) { action() }
        for work in queue.takeAll() { perform(work) }
    }

    private func perform(_ work: LoopQueue.Work) {
        switch work {
        case .closure(let closure): closure()
        case .job(let job): unsafe job.runSynchronously(on: asUnownedSerialExecutor())
        }
    }

    /// Milliseconds until the next deadline, rounded up; -1 if there is none.
    private func waitingTime() -> Int32 {
        let due = (pools.values.compactMap(\.deadline) + [timers.nextDue].compactMap { $0 }).min()
        guard let due else { return -1 }
        let now = Self.now
        return due <= now ? 0 : Int32(clamping: (due - now + 999_999) / 1_000_000)
    }

    private func failAll() {
        for transfer in Array(transfers.values) { finish(transfer, .failure(TransportError(.stopped))) }
        while true {
            let rest = queue.close()
            if rest.isEmpty { break }
            for work in rest { perform(work) }
        }
        for transfer in Array(transfers.values) { finish(transfer, .failure(TransportError(.stopped))) }
        pools = [:]
        handles.removeAll()
    }
}
