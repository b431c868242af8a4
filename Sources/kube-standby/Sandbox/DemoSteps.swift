#if Sandbox

import Coordination
import FailoverCore
import Probing
import Sandbox
import Supervision

/// The steps of the demo and the invariants that they must keep.
struct DemoSteps {
    /// The groups.
    let setup: DemoSetup
    /// Where they run.
    let sandbox: Sandbox
    /// What prints the steps, and what the supervisor reports.
    let timeline: Timeline
    private var table = DemoTable()
    private var broken: [String] = []

    /// Runs nothing yet.
    init(setup: DemoSetup, sandbox: Sandbox, timeline: Timeline) {
        self.setup = setup
        self.sandbox = sandbox
        self.timeline = timeline
    }

    /// The state before the supervisor starts: all pods run, and `web-0` is active already.
    mutating func prepare() async throws {
        let pods = DemoSetup.Group.allCases.flatMap(\.pods)
        try await sandbox.wait(for: "nine pods to run") { store in
            await store.list(.pods, namespace: DemoSetup.namespace).filter { $0["status"]["podIP"] != .null }.count
                == pods.count
        }
        try await sandbox.apply(
            "{apiVersion: v1, kind: Pod, metadata: {name: web-0, labels: {role: active}}}",
            namespace: DemoSetup.namespace
        )
        timeline.announce("Nine pods run in three groups. web-0 is active already; db and license have nobody active.")
    }

    /// Runs all steps.
    ///
    /// - Returns: whether every invariant held.
    mutating func run() async throws -> Bool {
        try StandardOutput.check()
        try await adoption()
        try await errorAnswers()
        try await hang()
        try await deletion()
        try await everybodyFails()
        try await apiServerAway()
        await audit()
        timeline.announce("The moves:\n\n\(table.text)")
        for invariant in broken { StandardOutput.print("BROKEN: \(invariant)") }
        if broken.isEmpty {
            StandardOutput.print(
                "Every invariant held: never two active in a group, and each group ends with exactly one."
            )
        }
        return broken.isEmpty
    }

    // MARK: Steps

    private mutating func adoption() async throws {
        let start = ContinuousClock.now
        for group in DemoSetup.Group.allCases {
            let holder = try await sandbox.waitForMove(awayFrom: nil, of: group.rawValue)
            let wasActive = group == .web
            let timing = wasActive ? nil : await timing(of: group, to: holder, since: start)
            table.add(
                .init(
                    step: wasActive ? "adopted" : "nobody was active",
                    from: wasActive ? holder : "-",
                    to: holder,
                    timing: timing
                )
            )
        }
        try await sandbox.wait(for: "web-0 to be on record") { store in
            await store.list(.leases, namespace: DemoSetup.namespace).contains {
                $0["spec"]["holderIdentity"] == "web-0"
            }
        }
        expect(await holder(of: .web) == "web-0", "the start moved the role of web")
    }

    private mutating func errorAnswers() async throws {
        let old = await holder(of: .web)
        timeline.announce("\(old) begins to answer 500.")
        try await move(.web, step: "answers 500", from: old) { [sandbox] in
            await sandbox.applications.set(.status(500), pod: old, namespace: DemoSetup.namespace)
        }
        await sandbox.applications.set(.healthy, pod: old, namespace: DemoSetup.namespace)
    }

    private mutating func hang() async throws {
        let old = await holder(of: .web)
        timeline.announce("\(old) hangs: it takes connections and answers nothing.")
        try await move(.web, step: "hangs", from: old) { [sandbox] in
            await sandbox.applications.set(.hanging, pod: old, namespace: DemoSetup.namespace)
        }
        await sandbox.applications.set(.healthy, pod: old, namespace: DemoSetup.namespace)
    }

    private mutating func deletion() async throws {
        let old = await holder(of: .db)
        timeline.announce("Somebody deletes the pod \(old).")
        try await move(.db, step: "pod deleted", from: old) { [sandbox] in
            try await sandbox.deletePod(old, namespace: DemoSetup.namespace)
        }
        try await sandbox.wait(for: "\(old) to come back as passive") { store in
            await store.list(.pods, namespace: DemoSetup.namespace).contains {
                $0["metadata"]["name"] == .string(old) && $0["metadata"]["labels"]["role"] == "passive"
                    && $0["metadata"]["deletionTimestamp"] == .null
            }
        }
    }

    private mutating func everybodyFails() async throws {
        let group = DemoSetup.Group.license
        let active = await holder(of: group)
        let before = await audit(of: .license).moves
        timeline.announce("Every pod of license fails, \(active) last. Nobody is better, so it stays.")
        let fault = ContinuousClock.now
        var standbys = Set(group.pods).subtracting([active])
        try setup.setLicense(false, pods: Array(standbys))
        // Probes are spread over the period: were all to fail at one moment, the supervisor could still see one as healthy.
        await timeline.wait(since: fault) { notice in
            if case .probe(let report) = notice.content, report.isChange, report.health == .unhealthy {
                standbys.remove(report.pod)
            }
            return standbys.isEmpty
        }
        try setup.setLicense(false)
        try await waitForEvent(.noHealthyCandidate, about: .license)
        timeline.announce("\(active) recovers first, then the others.")
        let recovery = ContinuousClock.now
        try setup.setLicense(true, pods: [active])
        await timeline.wait(since: recovery) { notice in
            if case .report(.findingEnded) = notice.content { notice.group == group.rawValue } else { false }
        }
        try setup.setLicense(true)
        try await sandbox.waitForEndpoints([active], of: DemoSetup.Group.license.rawValue)
        expect(await audit(of: .license).moves == before, "license moved although nobody was better")
        table.add(.init(step: "all fail", from: active, to: active, timing: nil))
    }

    private mutating func apiServerAway() async throws {
        let old = await holder(of: .db)
        timeline.announce("The API server goes away, and \(old) refuses connections meanwhile.")
        await sandbox.server.stop()
        await sandbox.applications.set(.refusing, pod: old, namespace: DemoSetup.namespace)
        try await Task.sleep(for: .seconds(4))
        expect(await holder(of: .db) == old, "the absence of the API server moved something")
        timeline.announce("The API server is back.")
        let returned = ContinuousClock.now
        try await move(.db, step: "while API away", from: old) { [sandbox] in try await sandbox.server.start() }
        await everybodyGoesOn(since: returned)
    }

    /// Each group has heard that the API server answers again, or will have soon.
    private func everybodyGoesOn(since returned: ContinuousClock.Instant) async {
        await withDeadline(after: .seconds(30)) { [timeline] in
            var waiting = Set(DemoSetup.Group.allCases.map(\.rawValue))
            await timeline.wait(since: returned) { notice in
                if case .resumed = notice.content { waiting.remove(notice.group) }
                return waiting.isEmpty
            }
        }
    }

    // MARK: Measuring

    private mutating func move(
        _ group: DemoSetup.Group,
        step: String,
        from old: String,
        _ breakIt: () async throws -> Void
    ) async throws {
        try StandardOutput.check()
        let fault = ContinuousClock.now
        try await breakIt()
        let new = try await sandbox.waitForMove(awayFrom: old, of: group.rawValue)
        table.add(.init(step: step, from: old, to: new, timing: await timing(of: group, to: new, since: fault)))
    }

    private func timing(
        of group: DemoSetup.Group,
        to pod: String,
        since fault: ContinuousClock.Instant
    ) async -> MoveTiming? {
        MoveTiming(
            await sandbox.store.history,
            namespace: DemoSetup.namespace,
            group: group.rawValue,
            service: group.rawValue,
            to: pod,
            since: fault
        )
    }

    private func holder(of group: DemoSetup.Group) async -> String {
        let audit = EndpointAudit(
            await sandbox.store.history,
            namespace: DemoSetup.namespace,
            service: group.rawValue
        )
        return audit.current.sorted().joined(separator: ",")
    }

    private func waitForEvent(_ reason: EventReason, about group: DemoSetup.Group) async throws {
        try await sandbox.wait(for: "an Event \(reason.rawValue)") { store in
            await store.list(.events, namespace: DemoSetup.namespace).contains {
                $0["reason"] == .string(reason.rawValue) && $0["regarding"]["name"] == .string(group.rawValue)
            }
        }
    }

    // MARK: Invariants

    private func audit(of group: DemoSetup.Group) async -> RoleAudit {
        RoleAudit(await sandbox.store.history, namespace: DemoSetup.namespace) {
            $0["metadata"]["labels"]["app"] == .string(group.rawValue)
        }
    }

    private mutating func audit() async {
        for group in DemoSetup.Group.allCases {
            let audit = await audit(of: group)
            expect(audit.violations.isEmpty, "\(group) had two active at revisions \(audit.violations)")
            expect(audit.sequence.last?.count == 1, "\(group) ends with \(audit.sequence.last ?? []) active")
        }
    }

    private mutating func expect(_ holds: Bool, _ invariant: String) {
        if !holds { broken.append(invariant) }
    }
}

#endif
