/// What a controller has still to look at: each object once, however many changes concerned it in the meantime.
///
/// https://pkg.go.dev/k8s.io/client-go/util/workqueue
actor ReconcileLoop {
    private var order: [ObjectKey] = []
    private var waiting: Set<ObjectKey> = []
    /// When an object is to be looked at again, whatever happens.
    private var alarms: [ObjectKey: ContinuousClock.Instant] = [:]
    private let bell: AsyncStream<Void>
    private let ringer: AsyncStream<Void>.Continuation

    /// An empty queue.
    init() {
        (bell, ringer) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Puts objects at the end of the queue; one that already waits keeps its place.
    func add(_ keys: [ObjectKey]) {
        for key in keys where waiting.insert(key).inserted { order.append(key) }
        if !order.isEmpty { ringer.yield() }
    }

    /// Runs until the task is cancelled.
    ///
    /// - Parameters:
    ///   - changes: all changes since the objects were added that were there before.
    ///   - concerned: the objects that a change concerns.
    ///   - reconcile: looks at an object as it is now; what it returns is the time after which to look again, or nil.
    nonisolated func run(
        _ changes: AsyncStream<StoreChange>,
        concerned: @Sendable @escaping (StoreChange) async -> [ObjectKey],
        reconcile: @Sendable @escaping (ObjectKey) async -> Duration?
    ) async {
        await withDiscardingTaskGroup { group in
            group.addTask {
                for await change in changes { await self.add(await concerned(change)) }
            }
            for await _ in bell {
                for key in await takeAll() {
                    guard let pause = await reconcile(key), let alarm = await setAlarm(key, after: pause) else {
                        continue
                    }
                    group.addTask {
                        try? await Task.sleep(until: alarm)
                        await self.ring(key, alarm)
                    }
                }
            }
        }
    }

    private func takeAll() -> [ObjectKey] {
        defer {
            order = []
            waiting = []
        }
        return order
    }

    /// Nil if an earlier one is set.
    private func setAlarm(_ key: ObjectKey, after pause: Duration) -> ContinuousClock.Instant? {
        let alarm = ContinuousClock.now + pause
        if let earlier = alarms[key], earlier <= alarm { return nil }
        alarms[key] = alarm
        return alarm
    }

    private func ring(_ key: ObjectKey, _ alarm: ContinuousClock.Instant) {
        if alarms[key] == alarm { alarms[key] = nil }
        add([key])
    }
}
