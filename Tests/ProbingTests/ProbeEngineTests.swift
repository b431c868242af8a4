import Dispatch
import FailoverCore
import Foundation
import HostSystem
import Patterns
import Sandbox
import StandbyConfiguration
import Testing
import Transport

@testable import Probing

@Suite(.timeLimit(.minutes(5))) struct ProbeEngineTests {
    /// Two pods that run, an engine, and the reports of the group.
    func run(
        _ body:
            @Sendable @escaping (Sandbox, ProbeEngine, AsyncStream<ProbeReport>.Continuation, AsyncStream<ProbeReport>)
            async throws -> Void
    ) async throws {
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        let engine = ProbeEngine(loop: loop)
        try await Sandbox.run { sandbox in
            for name in ["a", "b"] {
                try await sandbox.apply(
                    "{apiVersion: v1, kind: Pod, metadata: {name: \(name)}, spec: {containers: [{name: a, image: b}]}}"
                )
            }
            try await sandbox.wait(for: "the pods to run") { store in
                await store.list(.pods, namespace: "default").allSatisfy { $0["status"]["podIP"] != .null }
            }
            let (reports, input) = AsyncStream.makeStream(of: ProbeReport.self)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await engine.run() }
                defer { group.cancelAll() }
                try await body(sandbox, engine, input, reports)
            }
        }
    }

    func target(
        _ sandbox: Sandbox,
        _ pod: String,
        _ handler: ProbeConfiguration.Handler,
        incarnation: String = "1",
        _ change: (inout ProbeTiming) -> Void = { _ in }
    ) async -> ProbeTarget {
        let address = await sandbox.applications.address(pod: pod, namespace: "default") ?? "127.0.0.1"
        return .sample(handler, pod: pod, address: address, incarnation: incarnation) {
            $0.period = .milliseconds(200)
            $0.fastPeriod = .milliseconds(50)
            // An answer that other suites' work holds up is none the less an answer.
            $0.timeout = .seconds(10)
            change(&$0)
        }
    }

    /// The reports until one shows this health.
    func reports(
        until health: Health,
        _ iterator: inout AsyncStream<ProbeReport>.Iterator
    ) async -> [ProbeReport] {
        var seen: [ProbeReport] = []
        while let report = await iterator.next(isolation: #isolation) {
            seen.append(report)
            if report.isChange, report.health == health { break }
        }
        return seen
    }

    static let get = ProbeConfiguration.Handler.httpGet(HTTPProbe(port: .named("http")))

    @Test func findsAHealthyApplicationHealthyAfterTheThreshold() async throws {
        try await run { sandbox, engine, input, stream in
            let patient = await target(sandbox, "a", Self.get)
            await engine.setTargets([patient], of: "g") { input.yield($0) }
            var iterator = stream.makeAsyncIterator()
            let seen = await reports(until: .healthy, &iterator)
            #expect(seen.map(\.health) == [.unknown, .healthy])
            #expect(seen.allSatisfy { $0.detail == "HTTP 200" })
        }
    }

    @Test(arguments: [
        (ToyApplications.Behaviour.status(500), "HTTP 500"), (.hanging, "no answer in time"),
        (.refusing, "connection refused"),
    ])
    func findsABrokenApplicationUnhealthyOnlyAtTheThreshold(
        behaviour: ToyApplications.Behaviour,
        detail: String
    ) async throws {
        try await run { sandbox, engine, input, stream in
            let target = await target(sandbox, "a", Self.get) {
                if detail == "no answer in time" { $0.timeout = .milliseconds(200) }
            }
            await engine.setTargets([target], of: "g") { input.yield($0) }
            var iterator = stream.makeAsyncIterator()
            _ = await reports(until: .healthy, &iterator)
            await sandbox.applications.set(behaviour, pod: "a", namespace: "default")
            let seen = await reports(until: .unhealthy, &iterator)
            #expect(
                seen.first?.health == .healthy && seen.first?.evidence.isContradicted == true
                    && seen.first?.isChange == false
            )
            #expect(seen.last?.detail.hasPrefix(detail) == true, "\(seen.last?.detail ?? "")")
            await sandbox.applications.set(.healthy, pod: "a", namespace: "default")
            #expect(await reports(until: .healthy, &iterator).last?.health == .healthy)
        }
    }

    @Test func connectsByTCP() async throws {
        try await run { sandbox, engine, input, stream in
            let probe = ProbeConfiguration.Handler.tcpSocket(TCPProbe(port: .number(8080)))
            await engine.setTargets([await target(sandbox, "a", probe)], of: "g") { input.yield($0) }
            var iterator = stream.makeAsyncIterator()
            #expect(await reports(until: .healthy, &iterator).last?.detail == "connected")
            await sandbox.applications.set(.refusing, pod: "a", namespace: "default")
            #expect(await reports(until: .unhealthy, &iterator).last?.health == .unhealthy)
        }
    }

    @Test func runsACommandWithTheMemberInItsEnvironment() async throws {
        try await run { sandbox, engine, input, stream in
            let script =
                #"test "$POD_NAME/$POD_NAMESPACE/$GROUP/$ROLE" = a/default/g/passive && test -n "$POD_IP" && exit 0; echo no; exit 3"#
            let exec = ExecProbe(command: ["/bin/sh", "-c", script], place: .supervisor)
            let slow = await target(sandbox, "a", .exec(exec)) {
                $0.timeout = .seconds(10)
                $0.period = .seconds(10)
            }
            await engine.setTargets([slow], of: "g") { input.yield($0) }
            var iterator = stream.makeAsyncIterator()
            #expect(await reports(until: .healthy, &iterator).last?.detail == "exit code 0")
        }
    }

    @Test func givesACommandNothingElseOfOurEnvironment() async throws {
        unsafe setenv("KUBE_STANDBY_TEST_SECRET", "secret", 1)
        let script = "env | cut -d= -f1 | sort | tr '\\n' ' '; exit 1"
        let exec = ExecProbe(command: ["/bin/sh", "-c", script], place: .supervisor)
        let target = ProbeTarget.sample(.exec(exec)) { $0.timeout = .seconds(20) }
        let words = Set(await exec.outcome(for: target, client: nil).detail.split(separator: " ").map(String.init))
        #expect(words.isSuperset(of: ["GROUP", "PATH", "POD_IP", "POD_NAME", "POD_NAMESPACE", "ROLE"]))
        #expect(words.isDisjoint(with: ["KUBE_STANDBY_TEST_SECRET", "USER", "KUBECONFIG"]))
    }

    @Test func takesAnErrorOfOurOwnForNoResult() async throws {
        try await run { sandbox, engine, input, stream in
            let missing = ProbeConfiguration.Handler.httpGet(HTTPProbe(port: .named("absent")))
            let absent = ExecProbe(command: ["/no/such/program"], place: .supervisor)
            let targets = [await target(sandbox, "a", missing), await target(sandbox, "b", .exec(absent))]
            await engine.setTargets(targets, of: "g") { input.yield($0) }
            var seen: [String: ProbeReport] = [:]
            for await report in stream {
                seen[report.pod] = report
                if seen.count == 2 { break }
            }
            #expect(seen.values.allSatisfy { $0.verdict == .noResult && $0.health == .unknown && !$0.isChange })
        }
    }

    @Test func startsUnknownWhenTheContainerRestarted() async throws {
        try await run { sandbox, engine, input, stream in
            await engine.setTargets([await target(sandbox, "a", Self.get)], of: "g") { input.yield($0) }
            var iterator = stream.makeAsyncIterator()
            _ = await reports(until: .healthy, &iterator)
            await engine.setTargets([await target(sandbox, "a", Self.get, incarnation: "2")], of: "g") {
                input.yield($0)
            }
            #expect(await reports(until: .unknown, &iterator).last?.isChange == true)
            #expect(await reports(until: .healthy, &iterator).last?.isChange == true)
        }
    }

    @Test func startsUnknownWhenItIsProbedInAnotherWayEvenIfTheProbeIsKnownAlready() async throws {
        try await run { sandbox, engine, input, stream in
            let target = await target(sandbox, "a", Self.get)
            await engine.setTargets([target], of: "g") { input.yield($0) }
            var iterator = stream.makeAsyncIterator()
            _ = await reports(until: .healthy, &iterator)
            await engine.setTargets([target], of: "g", renewing: [target.id]) { input.yield($0) }
            #expect(await reports(until: .unknown, &iterator).last?.detail == "it is probed in another way")
            #expect(await reports(until: .healthy, &iterator).last?.isChange == true)
        }
    }

    /// A pod that dies shows at once, not at its next period.
    @Test func asksAtOnceWhenAKeptConnectionIsLost() async throws {
        try await run { sandbox, engine, input, stream in
            var probe = HTTPProbe(port: .named("http"))
            probe.keepAlive = true
            let rare = await target(sandbox, "a", .httpGet(probe)) {
                $0.period = .seconds(3600)
                $0.fastPeriod = .milliseconds(50)
                $0.timeout = .seconds(5)
                $0.thresholds = HealthThresholds(failure: 1, success: 1)
            }
            await engine.setTargets([rare], of: "g") { input.yield($0) }
            var iterator = stream.makeAsyncIterator()
            _ = await reports(until: .healthy, &iterator)
            await sandbox.applications.set(.refusing, pod: "a", namespace: "default")
            #expect(await reports(until: .unhealthy, &iterator).last?.verdict == .failure)
        }
    }

    @Test(arguments: [(false, 256 + 487), (true, 256 + 1016)])
    func saysHowManyDescriptorsItNeeds(keepAlive: Bool, needed: Int) async throws {
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        let (concerns, input) = AsyncStream.makeStream(of: ProbeConcern.self)
        let engine = ProbeEngine(loop: loop, descriptors: DescriptorLimit(current: 700)) { input.yield($0) }
        var probe = HTTPProbe(port: .number(1))
        probe.keepAlive = keepAlive
        let targets = (0..<1000).map { index in
            ProbeTarget.sample(.httpGet(probe), pod: "\(index)", initialWait: .seconds(3600)) {
                $0.period = .seconds(3600)
                $0.timeout = .seconds(1744)
            }
        }
        for _ in 0..<2 { await engine.setTargets(targets, of: "g") { _ in } }
        input.finish()
        #expect(await concerns.reduce(into: []) { $0.append($1) } == [.descriptors(needed: needed, limit: 700)])
        await engine.remove(group: "g")
    }

    /// A name that is not resolved says nothing of the pod; it is told once for each target, and others are probed on.
    @Test func aHostThatIsNotResolvedIsNoResultAndToldOnceForEachTarget() async throws {
        let failure = NameLookup.Failure("Name or service not known", isDefinite: true)
        let silence = DispatchSemaphore(value: 0)
        defer { silence.signal() }
        let lookup = NameLookup { name in
            if name == "silent.example" { silence.wait() }
            return .failure(failure)
        }
        let loop = EventLoop(name: "test", resolver: NameResolver(lookup))
        defer { loop.stop() }
        let engine = ProbeEngine(loop: loop)
        let (reports, input) = AsyncStream.makeStream(of: ProbeReport.self)
        let targets = ["gone.example", "silent.example"].flatMap { host in
            var http = HTTPProbe(port: .number(8080))
            http.host = host
            let tcp = TCPProbe(port: .number(8080), host: host)
            return [ProbeConfiguration.Handler.httpGet(http), .tcpSocket(tcp)].enumerated().map { index, handler in
                ProbeTarget.sample(handler, pod: "\(host) \(index)") {
                    $0.period = .milliseconds(50)
                    $0.fastPeriod = .milliseconds(50)
                    $0.timeout = host == "gone.example" ? .seconds(60) : .milliseconds(50)
                }
            }
        }
        await engine.setTargets(targets, of: "g") { input.yield($0) }
        var iterator = reports.makeAsyncIterator()
        var seen: [String: [ProbeReport]] = [:]
        for _ in 0..<10 {
            for target in targets {
                await engine.probeNow(target.key, unlessSucceededSince: .init(nanoseconds: 0))
                while let report = await iterator.next(isolation: #isolation) {
                    if !report.isRepetition { seen[report.pod, default: []].append(report) }
                    if report.pod == target.pod { break }
                }
            }
        }
        await engine.remove(group: "g")
        #expect(seen.count == 4)
        for (pod, reports) in seen {
            #expect(reports.count == 1 && reports[0].verdict == .noResult && reports[0].health == .unknown, "\(pod)")
        }
        #expect(seen["gone.example 0"]?.first?.detail == "name not resolved: gone.example: \(failure.words)")
        #expect(
            seen["silent.example 1"]?.first?.detail
                == "name not resolved: silent.example: no answer from a name server in time"
        )
        #expect(await engine.statistics.failures == 0)
    }

    @Test func checksStatusAndBody() throws {
        var probe = HTTPProbe(port: .number(1))
        probe.expectedStatus = [StatusRange(200...204)]
        probe.expectedBody = try Pattern("^ok")
        func verdict(_ status: Int, _ body: String) -> ProbeVerdict {
            probe.outcome(of: HTTPResponse(head: HTTPHead(status: status), body: Array(body.utf8))).verdict
        }
        #expect(verdict(200, "ok") == .success && verdict(204, "okay") == .success)
        #expect(verdict(301, "ok") == .failure && verdict(200, "not ok") == .failure)
    }

}
