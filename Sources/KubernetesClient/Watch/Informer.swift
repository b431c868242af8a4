import Coordination
import HostSystem
package import Logging

/// Keeps a copy of one collection by list and watch, and notifies subscribers of what concerns them.
///
/// It asks the API server for nothing but one list and the watches that follow it. A watch that ends is resumed from the
/// last version; the list is read anew only when the server has forgotten that version, or contradicts it, or answers everything but
/// watches for long, or when somebody subscribes to objects that nobody selected before: of others' objects nothing is decoded and
/// nothing kept.
package actor Informer<Resource: KubernetesResource> {
    /// While no watch can be had, the collection is listed this often.
    private static var pollInterval: Duration { .seconds(30) }
    /// Bytes of a list after which memory is given back to the system.
    private static var largeList: Int { 4 * 1024 * 1024 }

    private let client: APIClient
    /// Nil: all namespaces; and with no selector every object.
    private let namespace: String?
    private let labelSelector: String?
    /// What it says in the log.
    var log: InformerLog
    /// What is known, and who wants to know of it.
    var store: InformerStore<Resource>
    /// Opened when a subscriber comes for whom the collection has to be listed.
    var interest = Latch()
    /// When the list for new subscribers may be tried again after a failure, and how often it failed in a row.
    private(set) var additionRetry: (at: ContinuousClock.Instant, failures: Int)?
    /// Waited at after a failure; opened when somebody comes who cannot do without the collection, although others can.
    var need = Latch()
    /// What is to be done once the first list is in.
    private var waiters: [@Sendable () -> Void] = []
    /// Whether the collection must be read as a whole before it is watched.
    private var needsList = true
    /// Whether a watch said nothing for too long since the version was asked for.
    private var wasSilent = false
    /// Whether the server may have been set back to an older state: a watch did not end as it should.
    private var needsVersionCheck = false
    /// How long it waits before it asks again.
    var pace: InformerPace
    private var listedAt: ContinuousClock.Instant?

    /// `keepsAll`: whether objects are kept that nobody selects; for small collections.
    ///
    /// `loss`: what is lost without them, if they can be done without: asked for once somebody subscribes, seldom if refused while no
    /// subscriber is essential.
    package init(
        client: APIClient,
        namespace: String?,
        labelSelector: String? = nil,
        keepsAll: Bool = false,
        loss: String? = nil,
        logger: Logger
    ) {
        pace = InformerPace(isOptional: loss != nil)
        store = InformerStore(keepsAll: keepsAll)
        self.client = client
        self.namespace = namespace
        self.labelSelector = labelSelector
        log = InformerLog(logger, of: Resource.resource, namespace: namespace, loss: loss)
    }

    /// Objects that are kept.
    package var count: Int { store.objects.count }

    /// Whether the first list is in.
    package var hasSynced: Bool { store.resourceVersion != nil }

    /// Calls `act`, which must be quick, once the first list is in; thousands may wait for that, and none of them needs a task.
    package func whenListed(_ act: @escaping @Sendable () -> Void) {
        if hasSynced { act() } else { waiters.append(act) }
    }

    /// Lists and watches until the task is cancelled.
    package func run() async {
        await gather()
        while !Task.isCancelled { await turn() }
    }

    private func turn() async {
        if log.loss != nil, !store.hasInterest { return await newInterest() }
        var isReached = false
        do throws(KubernetesError) {
            if needsVersionCheck {
                try await checkVersion()
                isReached = true
            }
            if needsList {
                try await list()
            } else if store.needsList, additionRetry.map({ $0.at <= .now }) ?? true {
                await listForNew()
            }
            if store.hasInterest { try await watch() } else { await newInterest() }
        } catch {
            if Task.isCancelled { return }
            if error.isTransport { needsVersionCheck = true }
            // A server that is away is watched from where it was; one that answers everything but watches is not waited for.
            if isListOld, isReached || !error.isTransport { needsList = true }
            failed(error)
            need = Latch()
            let pause = pace.pause(after: error, jitter: .random(in: 0...1))
            _ = await withDeadline(after: pause) { [need] in await need.wait() }
        }
    }

    /// Whether the collection is to be looked at again, because so much time has passed without a watch.
    private var isListOld: Bool { listedAt.map { .now - $0 >= Self.pollInterval } ?? true }

    // MARK: List and watch

    private func list(isAddition: Bool = false) async throws(KubernetesError) {
        // Nobody is interested as yet: that the collection can be listed is all that is to be known.
        if !store.hasInterest, let version = try await client.version(of: Resource.self, namespace: namespace) {
            return listed([], version, for: 0, isAddition: false)
        }
        var newest = 0
        let scan = try await client.scan(Resource.self, namespace: namespace, labelSelector: labelSelector) {
            newest = self.store.lastSubscriber
        } wants: {
            self.store.concerns($0)
        }
        listed(scan.items, scan.resourceVersion ?? "0", for: newest, isAddition: isAddition)
        // What was looked through and not kept goes back to the system.
        if scan.size > Self.largeList { FreeMemory.giveBackAll() }
    }

    private func listed(_ items: [Resource], _ version: String, for newest: Int, isAddition: Bool) {
        if !store.isFailing { log.recovered() }
        store.replace(with: items, resourceVersion: version, for: newest, isAddition: isAddition)
        needsList = false
        additionRetry = nil
        listedAt = .now
        for act in waiters { act() }
        waiters = []
    }

    /// Lists for new subscribers; those who are served already must not suffer when that fails.
    private func listForNew() async {
        do throws(KubernetesError) {
            try await list(isAddition: true)
        } catch {
            if Task.isCancelled { return }
            let failures = additionRetry?.failures ?? 0
            let pause = pace.pause(after: error, attempt: failures, jitter: .random(in: 0...1))
            additionRetry = (.now + pause, failures + 1)
            log.failed(error)
            store.listFailed(error)
        }
    }

    /// Asks how far the server is.
    ///
    /// One that was restored from a backup knows nothing of our version, accepts a watch from
    /// it and stays silent.
    private func checkVersion() async throws(KubernetesError) {
        let version = try await client.version(of: Resource.self, namespace: namespace)
        if ResourceVersion.isOlder(version, than: store.resourceVersion) {
            log.setBack()
            needsList = true
        } else if wasSilent, version != store.resourceVersion {
            // Not even a bookmark came: the next watch, from the same version, may be as deaf.
            needsList = true
        }
        (needsVersionCheck, wasSilent) = (false, false)
    }

    /// Watches until the watch ends, or until the collection has to be listed for a new subscriber.
    private func watch() async throws(KubernetesError) {
        let end = await withTaskGroup(of: InformerWatchEnd.self) { group in
            group.addTask { [self] in await watchOnce() }
            group.addTask { [self] in
                await newInterest()
                return .interrupted
            }
            defer { group.cancelAll() }
            return await group.next() ?? .interrupted
        }
        switch end {
        case .interrupted: return
        case .ended(let duration, let hadNews): await watchEnded(after: duration, hadNews: hadNews)
        case .failed(let error): throw error
        }
    }

    /// Watches once; a watch that was open and merely broke is no failure.
    private func watchOnce() async -> InformerWatchEnd {
        if pace.beginsAgain() { client.metrics.watchRestarted(Resource.resource.plural) }
        let version = store.resourceVersion ?? "0"
        let start = ContinuousClock.now
        var isOpen = false
        do throws(KubernetesError) {
            try await client.watch(Resource.self, namespace: namespace, labelSelector: labelSelector, from: version) {
                isOpen = true
                self.succeeded()
            } skips: {
                self.store.skips($0, $1)
            } _: { event in
                self.take(event)
                return !self.needsList
            }
        } catch {
            if error.code == 410 {
                needsList = true
            } else if isOpen, error.isUndecodable {
                // Watched from here it would come again at once: the list tells whether it is still so.
                failed(error)
                needsList = true
            } else {
                guard isOpen, error.isEndOfWatch else { return .failed(error) }
                log.watchBroke(error)
                needsVersionCheck = true
                wasSilent = wasSilent || error.isSilence
            }
        }
        return .ended(after: .now - start, hadNews: store.resourceVersion != version)
    }

    private func watchEnded(after duration: Duration, hadNews: Bool) async {
        // The list stays as new as it was while the watch lasted.
        if !needsList, hadNews || duration >= InformerPace.shortestWatch { listedAt = .now }
        let jitter = Double.random(in: 0...1)
        let wait = pace.pause(afterWatchOf: duration, hadNews: hadNews, needsList: needsList, jitter: jitter)
        guard let pause = wait else { return }
        if !hadNews, isListOld { needsList = true }
        try? await Task.sleep(for: pause)
    }

    /// Takes in one event; notes when the list must be read anew, because the server forgot our version or fell behind it.
    private func take(_ event: WatchEvent<Resource>) {
        switch event {
        case .added(let object), .modified(let object): store.put(object)
        case .deleted(let object): store.remove(object)
        case .bookmark(let version):
            // A server that was restored from an older state would otherwise stay silent for ever.
            needsList = ResourceVersion.isOlder(version, than: store.resourceVersion)
            store.advance(to: version)
        case .error(let status):
            log.watchEnded(status)
            needsList = true
        }
    }

    // MARK: Failure and recovery

    private func succeeded() {
        pace.watchOpened()
        log.recovered()
        store.recovered()
    }

    private func failed(_ error: KubernetesError) {
        log.failed(error)
        store.failed(error)
    }
}
