/// The loop as the executor of actors, so that their state is confined to its thread without a lock or a hop.
extension EventLoop: SerialExecutor {
    package func enqueue(_ job: consuming ExecutorJob) {
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
