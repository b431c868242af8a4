import Coordination
import Dispatch
import Foundation
import Glibc

/// A thread that can be waited for, which Foundation's cannot.
final class LoopThread: Sendable {
    /// How long `join` waits: the thread may be in the middle of a system call that takes its time.
    private static let patience: DispatchTimeInterval = .seconds(2)
    /// How often the start is tried, a tenth of a second apart: threads that end make room for others.
    private static let attempts = 10

    private let name: String
    /// Nil: not started, or waited for already.
    private let thread = Locked<pthread_t?>(nil)
    private let end = DispatchSemaphore(value: 0)

    init(name: String) {
        self.name = name
    }

    deinit {
        if let unjoined = thread.withLock({ $0 }) { pthread_detach(unjoined) }
    }

    /// What the thread does, and as whom.
    private final class Body {
        let name: String
        let end: DispatchSemaphore
        let run: () -> Void

        init(name: String, end: DispatchSemaphore, run: @escaping () -> Void) {
            self.name = name
            self.end = end
            self.run = run
        }
    }

    /// Starts the thread; if the system gives none, the process ends with exit code 2.
    ///
    /// https://man7.org/linux/man-pages/man3/pthread_create.3.html
    func start(_ run: @escaping () -> Void) {
        let body = unsafe Unmanaged.passRetained(Body(name: name, end: end, run: run)).toOpaque()
        var created = pthread_t()
        var result: Int32 = 0
        for _ in 0..<Self.attempts {
            result = unsafe pthread_create(&created, nil, { unsafe LoopThread.main($0) }, body)
            guard result == EAGAIN else { break }
            usleep(100_000)
        }
        guard result == 0 else {
            let reason = unsafe String(cString: strerror(result))
            FileHandle.standardError.write(Data("kube-standby: no thread for \(name): \(reason)\n".utf8))
            exit(2)
        }
        thread.withLock { [created] in $0 = created }
    }

    private static func main(_ body: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let body = unsafe body else { return nil }
        let retained = unsafe Unmanaged<Body>.fromOpaque(body).takeRetainedValue()
        Thread.current.name = retained.name
        retained.run()
        retained.end.signal()
        return nil
    }

    /// Waits until the thread has ended, its thread-local state with it, for about two seconds; only the first call waits.
    func join() {
        let ending = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        guard let ending else { return }
        switch end.wait(timeout: .now() + Self.patience) {
        case .success: _ = pthread_join(ending, nil)
        case .timedOut: pthread_detach(ending)
        }
    }
}
