/// Runs `work` against the clock: whichever ends first decides.
///
/// When the time is over the work is cancelled, and its end is waited for: work has to mind its cancellation. A cancelled caller
/// does not wait for the deadline.
///
/// - Parameters:
///   - limit: how long the work may take.
///   - clock: what measures that; tests move their own.
///   - work: what is to end in time.
/// - Returns: nil if the time was over, or the task was cancelled, before the work ended.
package func withDeadline<Outcome: Sendable>(
    after limit: Duration,
    clock: some Clock<Duration> = ContinuousClock(),
    _ work: @escaping @Sendable () async -> Outcome
) async -> Outcome? {
    await withTaskGroup(of: Outcome?.self) { group in
        group.addTask { await work() }
        group.addTask {
            try? await clock.sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        return await group.next() ?? nil
    }
}
