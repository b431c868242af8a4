/// The loop as the executor of actors, so that their state is confined to its thread without a lock or a hop.
extension EventLoop: SerialExecutor {
    package func enqueue(_ job: consuming ExecutorJob) {
        // The runtime holds no reference to an executor: as soon as the job is queued, it may run, and with its end the last
        // reference to the loop may go, while this thread has yet to wake it.
        let kept = unsafe Unmanaged.passRetained(self)
        defer { unsafe kept.release() }
        let unowned = UnownedJob(job)
        let isPosted = post(.job(unowned))
        precondition(isPosted, "an actor of the stopped event loop \(name) was called")
    }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        unsafe UnownedSerialExecutor(ordinary: self)
    }

    package func checkIsolated() {
        precondition(isCurrent, "not on the thread of event loop \(name)")
    }
}
