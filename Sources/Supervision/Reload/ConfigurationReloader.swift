import Coordination
import Foundation
import HostSystem
package import Logging
import ServiceLifecycle
import StandbyConfiguration

/// Watches the configuration file and brings what is valid to the supervisor; what is not changes nothing.
package struct ConfigurationReloader: ServiceLifecycle.Service {
    /// How often the content is compared even if nothing was heard of the folder.
    private static let safetyNet: Duration = .seconds(5)
    /// Demands that wait at once; more are refused.
    private static let demandLimit = 16

    /// How long whoever demands a reload waits for its outcome.
    private static let answerDeadline: Duration = .seconds(30)

    /// Mistakes of a file that are logged; `validate` prints them all.
    private static let loggedMistakes = 20

    private let file: ConfigurationFile
    private let apply: @Sendable (SupervisorConfiguration) async -> ConfigurationDiff
    private let logger: Logger
    private let log: ReloadLog
    private let events: ReloadEvents
    /// What became of the last attempt.
    package let status: ConfigurationStatus
    private let triggers: AsyncStream<ReloadTrigger>
    private let trigger: AsyncStream<ReloadTrigger>.Continuation

    /// `initial`: the content that the supervisor was started with.
    package init(
        path: String,
        initial: [UInt8],
        groups: Int,
        supervisor: Supervisor,
        logger: Logger
    ) {
        self.init(path: path, initial: initial, groups: groups, logger: logger, tell: supervisor.tell) {
            await supervisor.apply($0)
        }
    }

    /// `tell`: writes an Event of a reload; `apply`: goes over to a valid configuration.
    init(
        path: String,
        initial: [UInt8],
        groups: Int,
        logger: Logger,
        tell: @escaping @Sendable (EventReason, String) -> Void = { _, _ in },
        apply: @escaping @Sendable (SupervisorConfiguration) async -> ConfigurationDiff
    ) {
        file = ConfigurationFile(path: path, initial: initial)
        self.apply = apply
        self.logger = logger
        log = ReloadLog(logger: logger)
        events = ReloadEvents(tell)
        status = ConfigurationStatus(groups: groups, now: Date().timeIntervalSince1970)
        (triggers, trigger) = AsyncStream.makeStream(
            of: ReloadTrigger.self,
            bufferingPolicy: .bufferingOldest(Self.demandLimit)
        )
    }

    /// Asks for a reload and waits for its outcome; nil if too many ask, or the service has ended.
    package func reload(by origin: String) async -> ReloadOutcome? {
        let answer = Promise<ReloadOutcome>()
        guard case .enqueued = trigger.yield(.demand(by: origin, answer: answer)) else { return nil }
        return await withDeadline(after: Self.answerDeadline) { await answer.value() } ?? nil
    }

    /// Asks for a reload without waiting.
    package func demand(by origin: String) {
        trigger.yield(.demand(by: origin, answer: nil))
    }

    /// Watches the file's folders until a graceful shutdown.
    package func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await watch() }
            group.addTask { await run(triggers: triggers) }
            try? await gracefulShutdown()
            trigger.finish()
            group.cancelAll()
        }
    }

    /// Turns what happens in the folders, and the passing of time, into triggers.
    private func watch() async {
        do throws(FolderWatcher.Failure) {
            let watcher = try FolderWatcher()
            defer { watcher.close() }
            await watch(by: watcher)
        } catch {
            warnUnwatched(error)
            await lookFromTimeToTime {}
        }
    }

    private func watch(by watcher: FolderWatcher) async {
        let isTold = Locked(false)
        let renew: @Sendable () -> Void = { [self] in
            guard let failure = watcher.watch(file.folders) else { return }
            let isNew = isTold.withLock { isTold in
                defer { isTold = true }
                return !isTold
            }
            if isNew { warnUnwatched(failure) }
        }
        renew()
        // Whatever happened before the watch began.
        trigger.yield(.look)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await event in watcher.events {
                    file.noted(event)
                    trigger.yield(.look)
                    renew()
                }
            }
            group.addTask { await lookFromTimeToTime(renew) }
        }
    }

    private func lookFromTimeToTime(_ renew: @Sendable () -> Void) async {
        while (try? await Task.sleep(for: Self.safetyNet)) != nil {
            renew()
            trigger.yield(.look)
        }
    }

    private func warnUnwatched(_ failure: FolderWatcher.Failure) {
        logger.warning(
            "the configuration's folder is not watched, the file is compared every 5 s",
            metadata: [
                "cause": "\(failure)", "remedy": "raise fs.inotify.max_user_instances or max_user_watches of the node",
            ]
        )
    }

    /// Takes triggers one after the other.
    func run(triggers: some AsyncSequence<ReloadTrigger, Never>) async {
        for await trigger in triggers {
            switch trigger {
            case .look: events.tell(await reload(isDemanded: false, by: "the file"))
            case .demand(let origin, let answer):
                let outcome = await reload(isDemanded: true, by: origin)
                events.tell(outcome)
                answer?.fulfill(outcome)
            }
        }
    }

    /// Reads, checks and, if everything is right, applies.
    private func reload(isDemanded: Bool, by origin: String) async -> ReloadOutcome {
        switch await file.read(isDemanded: isDemanded) {
        case .unchanged: return .unchanged
        case .unreadable(let reason):
            refuse([reason], by: origin)
            return .unreadable
        case .content(let bytes):
            let reading = await Self.parse(bytes)
            let lines = DiagnosticText(file: file.path, source: bytes, for: reading.diagnostics)
            guard let configuration = reading.configuration else {
                refuse(reading.errors.map(lines.summary), by: origin)
                return .refused(reading.errors.map(ReloadOutcome.Mistake.init))
            }
            let warnings = reading.diagnostics.prefix(Self.loggedMistakes).map(lines.summary)
            log.write(.warning, "configuration warning", by: origin, "diagnostic", warnings)
            let diff = await apply(configuration)
            status.succeeded(groups: configuration.groups.count, now: Date().timeIntervalSince1970)
            log.write(.notice, "configuration reloaded", by: origin, "changes", ["\(diff)"])
            return .applied(counts: diff.counts)
        }
    }

    /// `summaries`: one line a mistake.
    private func refuse(_ summaries: [String], by origin: String) {
        status.failed()
        let logged = Array(summaries.prefix(Self.loggedMistakes))
        log.write(.error, "configuration refused, the running one stays", by: origin, "diagnostic", logged)
    }

    /// Outside every actor: a large file takes a while.
    @concurrent
    private static func parse(_ bytes: [UInt8]) async -> ConfigurationReading { ConfigurationReading(bytes) }
}
