import Foundation
import KubernetesClient
import StandbyConfiguration
import Testing

@testable import FailoverCore
@testable import Supervision

/// One group with everything around it but a cluster: objects, probes and time are what a test says.
struct GroupStage: Sendable {
    let log = EventLog()
    let clock = TestClock()
    let cluster: FakeCluster
    let probes: FakeProbes
    let claims: ClaimRegistry
    let supervisor: GroupSupervisor
    let configuration: GroupConfiguration

    let gate: WriteGate

    init(
        _ configuration: GroupConfiguration,
        isDryRun: Bool = false,
        run number: Int = 1,
        standing: GroupStanding = .leading,
        authority: WriteAuthority = WriteAuthority(until: nil),
        standbys: Int = 0,
        hooks: HookRunner? = nil,
        wallTime: @escaping @Sendable () -> Date = { Date() },
        claims: ClaimRegistry = ClaimRegistry(),
        companions: CompanionRegistry = CompanionRegistry()
    ) {
        self.claims = claims
        gate = WriteGate(authority)
        cluster = FakeCluster(log: log)
        probes = FakeProbes(clock: clock, log: log)
        self.configuration = configuration
        var surroundings = Self.surroundings(cluster, probes, claims, gate, clock, log, configuration)
        surroundings.standbys = { standbys }
        surroundings.hooks = hooks
        surroundings.wallTime = wallTime
        surroundings.companions = companions
        supervisor = GroupSupervisor(
            configuration,
            namespace: "default",
            claimant: .init(group: configuration.name, run: number),
            identity: "me-\(number)",
            isDryRun: isDryRun,
            standing: standing,
            surroundings: surroundings
        )
    }

    /// What a group of a stage is given.
    static func surroundings(
        _ cluster: FakeCluster,
        _ probes: FakeProbes,
        _ claims: ClaimRegistry,
        _ gate: WriteGate,
        _ clock: TestClock,
        _ log: EventLog,
        _ group: GroupConfiguration
    ) -> GroupSupervisor.Surroundings {
        .init(
            api: FakeGroupAPI(group, namespace: "default", on: cluster),
            pods: cluster.pods,
            services: cluster.services,
            leases: cluster.leases,
            endpoints: cluster.endpoints,
            nodes: cluster.nodes,
            probes: probes,
            claims: claims,
            gate: gate,
            clock: clock.clock,
            alarm: clock.alarm,
            notify: { log.add(words(of: $0)) }
        )
    }

    /// A notice as a line of the log: `web: move complete to=web-1`.
    static func words(of notice: GroupNotice) -> String {
        let line = NoticeDescription(notice.content).log
        let details = ["to", "member.name", "member.health", "cause", "error", "waiting"].compactMap { key in
            line.metadata[key].map { "\(key)=\($0)" }
        }
        return (["\(notice.group): \(line.message)"] + details).joined(separator: " ")
    }

    /// Runs the group; when `body` is over it is told to end, unless it has ended, and whatever it asks for later is a mistake.
    func run(_ body: @escaping @Sendable (GroupStage) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await supervisor.run()
                cluster.groupEnded(configuration.name)
                log.add("\(configuration.name): ended")
            }
            try await body(self)
            supervisor.post(.shutdown(isRemoved: false, grace: .seconds(5)))
            try await group.waitForAll()
        }
    }

    /// What the namespace's informers show.
    var informers: SupervisedGroups.NamespaceInformers {
        .init(
            pods: cluster.pods,
            services: cluster.services,
            leases: cluster.leases,
            endpoints: cluster.endpoints
        )
    }

    // MARK: What is there

    /// The active pods, by name.
    var actives: [String] {
        cluster.objects.pods.values.filter { $0.metadata.labels?["role"] == "active" }.compactMap(\.metadata.name)
            .sorted()
    }

    /// What stands on the Lease; nil: there is none.
    var record: GroupRecord? {
        cluster.objects.leases[RecordMapping.name(of: configuration.name)].map { RecordMapping.stored($0).record }
    }

    /// What was asked of the API server, and what was told, but for probes' results.
    var story: [String] { log.lines.filter { !$0.contains("health changed") } }

    /// Puts the group's Service and pods on the cluster.
    ///
    /// `roles`: what their labels say, from `web-0` on; nil: nothing.
    func place(_ roles: [String?], service: Bool = true) throws {
        let pods = try roles.enumerated().map { try Samples.pod("web-\($0)", number: $0, role: $1) }
        let web = try Samples.service("web")
        cluster.change { objects in
            if service { objects.services["web"] = web }
            for var pod in pods {
                pod.metadata.resourceVersion = objects.nextVersion()
                objects.pods[pod.metadata.name ?? ""] = pod
            }
        }
    }

    /// Puts a record on the cluster that somebody else wrote.
    func placeLease(_ record: GroupRecord) {
        let name = configuration.name
        var lease = RecordMapping.lease(record, group: name, namespace: "default", base: nil, now: Date())
        lease.metadata.uid = "uid-lease"
        cluster.change { [lease] objects in
            var lease = lease
            lease.metadata.resourceVersion = objects.nextVersion()
            objects.leases[RecordMapping.name(of: name)] = lease
        }
    }

    /// Changes one pod, as somebody else.
    func changePod(_ name: String, _ body: (inout Pod) -> Void) {
        cluster.change { objects in
            guard var pod = objects.pods[name] else { return }
            body(&pod)
            pod.metadata.resourceVersion = objects.nextVersion()
            objects.pods[name] = pod
        }
    }

    /// Changes the Lease, as somebody else.
    func changeLease(_ body: (inout Lease) -> Void) {
        cluster.change { [name = RecordMapping.name(of: configuration.name)] objects in
            guard var lease = objects.leases[name] else { return }
            body(&lease)
            lease.metadata.resourceVersion = objects.nextVersion()
            objects.leases[name] = lease
        }
    }
}

extension GroupSupervisor {
    /// Whether it has begun, and nothing is under way.
    var isAtRest: Bool { works.hasBegun && works.count == 0 }

    /// Runs the group alone, until it has ended or the task is cancelled.
    nonisolated func run() async {
        let tasks = await surroundings.tasks
        tasks.wake(self)
        await tasks.run { _ in tasks.finish() }
    }
}

/// Objects and configurations as a user would write them.
enum Samples {
    /// A configuration of the groups that are given as YAML.
    static func configuration(_ groups: String...) throws -> SupervisorConfiguration { try configuration(list: groups) }

    /// The same.
    static func configuration(list groups: [String]) throws -> SupervisorConfiguration {
        let head = "apiVersion: kube-standby.io/v1\nkind: StandbyConfiguration\ngroups:\n"
        let text = head + groups.map { "- \($0)\n" }.joined()
        let reading = ConfigurationReading(Array(text.utf8))
        return try #require(reading.configuration, "\(reading.diagnostics)")
    }

    /// A group, with more of its fields as YAML: `, failover: {…}`.
    static func group(_ name: String = "web", service: String = "web", _ more: String = "") throws -> GroupConfiguration
    {
        try #require(try configuration(text(name, service: service, more)).groups.first)
    }

    /// The YAML of a group.
    static func text(_ name: String = "web", service: String = "web", _ more: String = "") -> String {
        let probe = more.contains("probe:") ? "" : ", probe: {tcpSocket: {port: 80}}"
        return "{name: \(name), service: \(service)\(probe)\(more)}"
    }

    static func service(_ name: String, selector: String = #"{"app":"web","role":"active"}"#) throws -> Service {
        let text =
            #"{"metadata":{"name":"\#(name)","uid":"uid-\#(name)","resourceVersion":"1"},"spec":{"selector":\#(selector)}}"#
        return try JSONDecoder().decode(Service.self, from: Data(text.utf8))
    }

    /// A pod that is Ready and runs.
    static func pod(_ name: String, number: Int = 0, app: String = "web", role: String? = nil) throws -> Pod {
        let label = role.map { #","role":"\#($0)""# } ?? ""
        let text = """
            {"metadata":{"name":"\(name)","uid":"uid-\(name)","resourceVersion":"1","namespace":"default",\
            "labels":{"app":"\(app)"\(label)}},
            "spec":{"nodeName":"node-\(number)","containers":[{"name":"app","ports":[{"name":"http","containerPort":80}]}]},
            "status":{"phase":"Running","podIP":"10.0.0.\(number + 1)","conditions":[{"type":"Ready","status":"True"}],
            "containerStatuses":[{"name":"app","restartCount":0,"state":{"running":{}}}]}}
            """
        return try JSONDecoder().decode(Pod.self, from: Data(text.utf8))
    }
}
