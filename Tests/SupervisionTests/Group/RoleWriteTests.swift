import KubernetesClient
import Sandbox
import StandbyConfiguration
import Testing
import Transport

@testable import FailoverCore
@testable import Supervision

/// What a write of a role, and the question what would become of it, come to.
@Suite(.timeLimit(.minutes(5))) struct RoleWriteTests {
    /// What an answer is told as.
    enum Told: Sendable {
        case written, refused, failed, conflict, gone
    }

    /// A sandbox with the pod `web-1`, and a group's door to it.
    private struct Stage: Sendable {
        let sandbox: Sandbox
        let api: KubernetesGroupAPI
        let member: Member

        func write(_ change: (inout Member) -> Void = { _ in }) -> RoleWrite {
            var member = member
            change(&member)
            return RoleWrite(member: member, role: .active, epoch: Epoch(3), urgency: .failing)
        }

        func told(_ write: RoleWrite) async -> (told: Told, failure: OperationFailure?) {
            switch await api.writeRole(write) {
            case .written: (.written, nil)
            case .refused(let failure): (.refused, failure)
            case .failed(let failure): (.failed, failure)
            case .conflict: (.conflict, nil)
            case .gone: (.gone, nil)
            case .notSent: (.failed, nil)
            }
        }
    }

    private func run(
        token: String = Sandbox.adminToken,
        under authority: WriteAuthority = WriteAuthority(until: nil),
        _ body: @Sendable @escaping (Stage) async throws -> Void
    ) async throws {
        let text = """
            apiVersion: kube-standby.io/v1
            kind: StandbyConfiguration
            groups: [{name: web, service: web, probe: {tcpSocket: {port: 80}}}]
            """
        let group = try #require(ConfigurationReading(Array(text.utf8)).configuration?.groups.first)
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        try await Sandbox.run { sandbox in
            try await sandbox.apply(
                """
                apiVersion: v1
                kind: Pod
                metadata: {name: web-1, labels: {app: web}}
                spec: {schedulerName: nobody, containers: [{name: a, image: b}]}
                """
            )
            let client = await sandbox.client(loop, token: token)
            let pod = try await sandbox.store.get(ObjectKey(.pods, namespace: "default", name: "web-1"))["metadata"]
            let member = Member(
                id: Member.ID(pod["uid"].string ?? ""),
                name: "web-1",
                version: ObjectVersion(pod["resourceVersion"].string ?? "")
            )
            let api = KubernetesGroupAPI(
                client: client,
                group: group,
                namespace: "default",
                limits: .init(),
                gate: WriteGate(authority),
                clock: .system
            )
            try await body(Stage(sandbox: sandbox, api: api, member: member))
        }
    }

    @Test func writesTheRoleAndTheEpochAndATrialWritesNothing() async throws {
        try await run { stage in
            #expect(await stage.api.tryRole(stage.write()) == .notRefused)
            guard case .written(let stored) = await stage.api.writeRole(stage.write()) else {
                Issue.record("not written")
                return
            }
            #expect(stored.role == .active && stored.epoch == Epoch(3) && stored.version > stage.member.version)
            #expect(await stage.told(stage.write()).told == .conflict, "of the version before")
        }
    }

    /// A denial holds until somebody mends something; whatever else is answered may be otherwise the next time.
    @Test(arguments: [
        (Fault.Effect.deny(Denial()), Told.refused), (.deny(Denial(by: .webhook(code: 400))), .refused),
        (.deny(Denial(by: .webhook(code: 422))), .refused), (.deny(Denial(by: .policy)), .refused),
        (.deny(Denial(by: .webhook(code: 401))), .refused), (.deny(Denial(by: .webhook(code: 404))), .refused),
        (.deny(Denial(by: .webhook(code: 409))), .refused), (.deny(Denial(by: .webhook(code: 429))), .refused),
        (.deny(Denial(by: .webhook(code: 500))), .refused), (.deny(Denial(by: .webhook(code: 503))), .refused),
        (.deny(Denial(by: .webhookWithoutDryRun(code: 403))), .refused),
        (.refuse(code: 403, retryAfter: nil), .refused),
        (.refuse(code: 429, retryAfter: 0), .failed), (.refuse(code: 500, retryAfter: nil), .failed),
        (.refuse(code: 503, retryAfter: nil), .failed), (.refuse(code: 401, retryAfter: nil), .failed),
        (.loseAnswer, .failed), (.drop, .failed), (.refuse(code: 409, retryAfter: nil), .conflict),
        (.deny(Denial(by: .unreachableWebhook)), .refused),
    ]) func tellsARefusalFromWhatIsNotKnown(effect: Fault.Effect, expected: Told) async throws {
        try await run { stage in
            await stage.sandbox.control.add(Fault(effect, verb: "patch", kind: .pods))
            let (told, failure) = await stage.told(stage.write())
            #expect(told == expected)
            // A webhook that cannot be called has not denied it, and may be called the next time.
            let isUncalled = failure?.description.contains("failed calling webhook") ?? false
            #expect(failure.map { $0.isLasting == (expected == .refused && !isUncalled) } ?? true)
            if case .deny = effect, !isUncalled {
                #expect(failure?.description.contains("denied") == true, "\(failure?.description ?? "")")
            }
        }
    }

    /// 400 says that a webhook was not asked, unless it says that it was.
    @Test(arguments: [
        (Fault.Effect.deny(Denial()), true), (.deny(Denial(by: .webhook(code: 400))), true),
        (.deny(Denial(by: .policy)), true), (.refuse(code: 403, retryAfter: nil), true),
        (.deny(Denial(by: .webhook(code: 404))), true), (.deny(Denial(by: .webhook(code: 409))), true),
        (.deny(Denial(by: .webhook(code: 500))), true), (.deny(Denial(by: .unreachableWebhook)), true),
        (.refuse(code: 404, retryAfter: nil), false), (.refuse(code: 409, retryAfter: nil), false),
        (.deny(Denial(by: .webhookWithoutDryRun(code: 403))), false), (.refuse(code: 400, retryAfter: nil), false),
        (.refuse(code: 429, retryAfter: 0), false), (.refuse(code: 500, retryAfter: nil), false),
        (.refuse(code: 503, retryAfter: nil), false), (.drop, false),
    ]) func aTrialSaysOnlyWhetherItWouldBeDenied(effect: Fault.Effect, isRefused: Bool) async throws {
        try await run { stage in
            await stage.sandbox.control.add(Fault(effect, verb: "patch", kind: .pods))
            let outcome = await stage.api.tryRole(stage.write())
            if case .refused = outcome { #expect(isRefused) } else { #expect(!isRefused) }
        }
    }

    /// Who names no object does not say that it is gone: somebody else answers.
    @Test func aPodIsGoneOnlyIfTheAPIServerSaysSo() async throws {
        try await run { stage in
            for verb in ["patch", "get"] {
                await stage.sandbox.control.add(Fault(.refuse(code: 404, retryAfter: nil), verb: verb, kind: .pods))
            }
            #expect(await stage.told(stage.write()).told == .failed)
            let outcome = await stage.api.readMember(stage.member.name)
            if case .failed = outcome {} else { Issue.record("\(outcome)") }
            await stage.sandbox.control.removeFaults()
            #expect(await stage.api.readMember("web-7") == .gone)
        }
    }

    /// What was read in between was of the same version: nobody has changed the pod.
    @Test func aSecondConflictOverTheSameVersionIsARefusal() async throws {
        try await run { stage in
            await stage.sandbox.control.add(Fault(.refuse(code: 409, retryAfter: nil), verb: "patch", kind: .pods))
            for _ in 0..<2 { #expect(await stage.told(stage.write()).told == .conflict, "not read in between") }
            guard case .found = await stage.api.readMember(stage.member.name) else {
                Issue.record("not found")
                return
            }
            let (told, failure) = await stage.told(stage.write())
            #expect(told == .refused && failure?.isLasting == true)
            #expect(failure?.description.hasSuffix(", and nobody has changed it") == true)
            #expect(await stage.told(stage.write { $0.version = ObjectVersion("1") }).told == .conflict, "another one")
        }
    }

    /// The API server waits for a webhook that fails open, 10 s for each by default, as long as the request lasts.
    @Test func theNextTryIsGivenTheTimeThatAWebhookMayTake() async throws {
        try await run { stage in
            await stage.sandbox.control.add(Fault(.hang, verb: "patch", kind: .pods, count: 1))
            #expect(await stage.told(stage.write()).told == .failed)
            await stage.sandbox.control.add(Fault(.delay(.seconds(6)), verb: "patch", kind: .pods, count: 1))
            #expect(await stage.told(stage.write()).told == .written)
        }
    }

    /// So it is where a lead that is renewed all the time never lasts so long at once.
    @Test func aLeadThatIsRenewedMeanwhileIsLongEnough() async throws {
        let clock = SupervisionClock.system
        let authority = WriteAuthority(until: clock.now() + .seconds(60))
        try await run(under: authority) { stage in
            await stage.sandbox.control.add(Fault(.hang, verb: "patch", kind: .pods, count: 1))
            #expect(await stage.told(stage.write()).told == .failed)
            authority.end(at: clock.now() + .seconds(5))
            await stage.sandbox.control.add(Fault(.delay(.seconds(6)), verb: "patch", kind: .pods, count: 1))
            let told = Task { await stage.told(stage.write()).told }
            // Both patches have come.
            while await stage.sandbox.control.log.count(where: { $0.verb == "patch" }) < 2 { await Task.yield() }
            authority.extend(to: clock.now() + .seconds(60))
            #expect(await told.value == .written)
        }
    }

    @Test func aTrialOfAPodThatIsNotAsItWasSaysNothing() async throws {
        try await run { stage in
            for write in [
                stage.write { $0.version = ObjectVersion("1") }, stage.write { $0.name = "web-7" },
                stage.write { $0.id = Member.ID("another") },
            ] {
                #expect(await stage.api.tryRole(write) == .notRefused)
            }
            #expect(await stage.told(stage.write { $0.name = "web-7" }).told == .gone)
            #expect(await stage.told(stage.write { $0.id = Member.ID("another") }).told == .gone)
        }
    }

    /// A voluntary move must not go on untried because the lead was over when its trial's turn came.
    @Test func aTrialWaitsForTheLeadAndIsAskedThen() async throws {
        let authority = WriteAuthority(until: MonotonicTime(nanoseconds: 1))
        try await run(under: authority) { stage in
            await stage.sandbox.control.add(Fault(.deny(Denial()), verb: "patch", kind: .pods))
            async let outcome = stage.api.tryRole(stage.write())
            authority.extend(to: MonotonicTime(nanoseconds: .max))
            guard case .refused = await outcome else {
                Issue.record("not asked")
                return
            }
        }
    }

    @Test func whoMayNotPatchPodsIsRefused() async throws {
        try await run(token: "reader") { stage in
            let rule = PolicyRule(groups: [""], resources: ["pods"], verbs: ["get"])
            try await stage.sandbox.admit(token: "reader", user: "reader", rules: [rule])
            let (told, failure) = await stage.told(stage.write())
            #expect(told == .refused && failure?.description.contains("web-1") == true)
            guard case .refused = await stage.api.tryRole(stage.write()) else {
                Issue.record("not refused")
                return
            }
        }
    }
}
