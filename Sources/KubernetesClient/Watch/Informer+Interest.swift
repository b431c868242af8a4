import Coordination

/// Who wants to know of a collection, and how an informer waits for them.
extension Informer {
    /// Subscribers that come within this after one another are met by one list.
    private static var quiet: Duration { .milliseconds(10) }
    private static var longestGathering: Duration { .seconds(2) }

    /// Tells a new subscriber of every object that it selects, now and later.
    ///
    /// It is notified of nothing before a list is in that was looked through for it.
    /// `selects`: asked for objects in the scope only; always answers the same for the same object; nil: all of them.
    /// `previous`: a subscriber that goes as this one comes, so that nothing of both need be listed again.
    /// `isEssential`: whether it can do nothing without the collection, although others can.
    /// `receive`: called in order, without waiting; must be quick.
    package func subscribe(
        to scope: InformerScope,
        where selects: (@Sendable (Resource) -> Bool)? = nil,
        replacing previous: Int? = nil,
        isEssential: Bool = false,
        _ receive: @escaping @Sendable (InformerEvent<Resource>) -> Void
    ) -> Int {
        let id = store.subscribe(
            .init(scope: scope, selects: selects, isEssential: isEssential, receive: receive),
            replacing: previous
        )
        if store.needsList { interest.open() }
        weighNeed()
        return id
    }

    /// Tells a subscriber nothing any more.
    package func unsubscribe(_ id: Int) {
        store.unsubscribe(id)
        weighNeed()
    }

    /// Somebody came who cannot do without the collection, or the last such subscriber went.
    ///
    /// Whoever comes does not wait as long as refusals have earned it.
    private func weighNeed() {
        guard log.loss != nil, log.isNeeded != store.isEssential else { return }
        log.isNeeded = store.isEssential
        pace.isOptional = !log.isNeeded
        if log.isNeeded { need.open() }
    }

    // MARK: Waiting for them

    /// Subscribers that come together are met by one list: waits until no more come, but not for long.
    func gather() async {
        let start = ContinuousClock.now
        var seen: Int
        repeat {
            seen = store.lastSubscriber
            try? await Task.sleep(for: Self.quiet)
        } while store.lastSubscriber != seen && .now - start < Self.longestGathering && !Task.isCancelled
    }

    /// Waits until there is somebody for whom the collection has to be listed, or a failed list for one is due.
    func newInterest() async {
        if let retry = additionRetry, store.needsList {
            try? await Task.sleep(until: retry.at, clock: .continuous)
        } else {
            if !store.needsList {
                interest = Latch()
                await interest.wait()
            }
            await gather()
        }
    }
}
