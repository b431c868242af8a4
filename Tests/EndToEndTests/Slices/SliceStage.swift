import Coordination
import Foundation
import Sandbox
import TestedCluster
import Testing

/// Groups of mode EndpointSlice on a stage.
enum SliceManifests {
    /// Without a selector; `more`: fields of its spec, in YAML on one line.
    static func service(_ name: String, _ more: String = "clusterIP: None") -> String {
        "{apiVersion: v1, kind: Service, metadata: {name: \(name)}, "
            + "spec: {\(more), ports: [{name: http, port: 80, targetPort: http}]}}\n"
    }

    /// `more`: lines of the group, each without indentation.
    static func group(_ name: String, _ more: String..., probe: String = Manifests.quickProbe) -> String {
        """
        - name: \(name)
          service: \(name)
          mode: EndpointSlice
          selector: {matchLabels: {app: \(name)}}
          probe: \(probe)
        \(more.map { "  \($0)\n" }.joined())
        """
    }

    /// A probe that is over within tenths of a second, and waits longer for an answer than a busy machine needs.
    static let fastProbe = """
        {httpGet: {path: /health, port: http}, periodSeconds: 0.2, fastPeriodSeconds: 0.1, timeoutSeconds: 3, \
        failureThreshold: 2, successThreshold: 1}
        """
    /// Any number of moves, and no rest between them.
    static let freely = "failover: {cooldownSeconds: 0, flap: {maxSwitches: 0}}"
}

extension Stage {
    /// Runs a sandbox with one group of mode EndpointSlice, `web` of three pods.
    static func withSlices<Result: Sendable>(
        _ group: String = SliceManifests.group("web"),
        _ options: Sandbox.Options = .init(),
        _ body: @Sendable @escaping (Stage, [String]) async throws -> Result
    ) async throws -> Result {
        try await run(options) { stage in
            try await stage.placeWithoutSelector("web")
            return try await body(stage, try await stage.arguments(groups: [group]))
        }
    }

    /// Puts a StatefulSet and a Service without a selector on the stage and waits until all pods run.
    func placeWithoutSelector(_ name: String, replicas: Int = 3) async throws {
        try await sandbox.apply(
            SliceManifests.service(name) + "---\n" + Manifests.statefulSet(name, replicas: replicas)
        )
        try await waitForPods(of: name, count: replicas)
    }

    // MARK: Objects

    static func slice(_ name: String) -> ObjectKey {
        ObjectKey(.endpointSlices, namespace: "default", name: "\(name)-kube-standby-ipv4")
    }

    static func record(_ name: String) -> ObjectKey {
        ObjectKey(.leases, namespace: "default", name: "kube-standby-\(name)")
    }

    func slice(_ name: String = "web") async throws -> JSONValue { try await sandbox.store.get(Self.slice(name)) }

    func slices(_ name: String = "web") async -> SliceHistory {
        SliceHistory(await sandbox.store.history, service: name)
    }

    /// Somebody else writes the slice.
    ///
    /// - Returns: the revision of that.
    func editSlice(_ name: String = "web", _ change: @Sendable (inout JSONValue) -> Void) async throws -> Int {
        let stored = try await sandbox.store.modify(Self.slice(name)) { (old) throws(APIFailure) in
            var new = old
            change(&new)
            return new
        }
        return try #require(stored["metadata"]["resourceVersion"].string.flatMap { Int($0) })
    }

    // MARK: Waiting

    /// The pod on record, if it is the slice's one endpoint.
    ///
    /// Who adopts it writes the record anew, and not the slice: the slice's epoch may be lower.
    static func publishedHolder(_ store: ObjectStore, _ name: String) async -> String? {
        guard let lease = try? await store.get(record(name)), let slice = try? await store.get(slice(name)),
            let ready = slice["endpoints"].array?.filter({ $0["conditions"]["ready"] != false }), ready.count == 1,
            let holder = lease["spec"]["holderIdentity"].string, ready[0]["targetRef"]["name"] == .string(holder),
            ready[0]["targetRef"]["uid"] == lease["metadata"]["annotations"]["kube-standby.io/holder-uid"],
            let pod = try? await store.get(ObjectKey(.pods, namespace: "default", name: holder)),
            ready[0]["addresses"] == [pod["status"]["podIP"]],
            let epoch = SliceHistory.epoch(of: slice), epoch <= lease["spec"]["leaseTransitions"].int ?? 0
        else { return nil }
        return holder
    }

    /// Waits until the slice shows the pod on record alone.
    ///
    /// - Returns: whom it showed then: of two supervisors one may be about to write the record anew.
    @discardableResult
    func waitUntilPublished(_ name: String = "web", otherThan old: String? = nil) async throws -> String {
        let found = Locked<String?>(nil)
        try await sandbox.wait(for: "the slice of \(name) to show a pod other than \(old ?? "none")") { store in
            guard let holder = await Self.publishedHolder(store, name), holder != old else { return false }
            found.withLock { $0 = holder }
            return true
        }
        return try #require(found.withLock { $0 })
    }

    /// Waits until the supervisor has found every pod of `web` healthy.
    func waitForHealth(_ process: SupervisorProcess, after count: Int = 0) async {
        for number in 0..<3 {
            _ = await process.log.wait(after: count, for: "member.name=web-\(number)", "member.health=healthy")
        }
    }

    /// Lets a pod be probed so often.
    func waitForProbes(_ count: Int, of pod: String) async {
        var probes = await sandbox.applications.requests(pod: pod, namespace: "default").makeAsyncIterator()
        for _ in 0..<count { await probes.next() }
    }

    // MARK: kubectl

    /// Runs a command of kubectl in a shell, as an administrator.
    @discardableResult
    func kubectl(_ command: String) async throws -> String {
        let kubeconfig = try write("kubeconfig-kubectl", await sandbox.kubeconfig())
        let done = try await ShellRun.run("kubectl \(command)", environment: ["KUBECONFIG": kubeconfig])
        try #require(done.code == 0, "kubectl \(command): \(done.errors)")
        return done.output
    }

    /// Expects a pod's address to be all that kubectl shows of the endpoints of `web`.
    func expectKubectl(toShow pod: String) async throws {
        let shown = try await kubectl("get endpointslices -l kubernetes.io/service-name=web --no-headers")
        let columns = shown.split(separator: " ", omittingEmptySubsequences: true)
        let address = await address(of: pod)
        try #require(columns.count >= 4, "\(shown)")
        #expect(columns[1] == "IPv4" && columns[2] == "8080" && columns[3] == address ?? "", "\(shown)")
    }

    // MARK: Requests

    /// Writes a request onto the record and waits for its answer.
    ///
    /// - Returns: `Done` or `Refused`, and why.
    @discardableResult
    func ask(_ action: String, pod: String? = nil, of name: String = "web") async throws -> String {
        let id = UUID().uuidString
        var request: JSONValue = ["id": .string(id), "action": .string(action)]
        if let pod { request["pod"] = .string(pod) }
        let text = String(decoding: request.json, as: UTF8.self)
        try await sandbox.store.modify(Self.record(name)) { (old) throws(APIFailure) in
            var new = old
            new["metadata"]["annotations"]["kube-standby.io/request"] = .string(text)
            return new
        }
        try await sandbox.wait(for: "the answer to \(text)") { await Self.answer($0, id, name) != nil }
        return try #require(await Self.answer(sandbox.store, id, name))
    }

    private static func answer(_ store: ObjectStore, _ id: String, _ name: String) async -> String? {
        /// As much of an answer as is looked at.
        struct Answer: Decodable {
            var id, outcome, explanation: String
        }
        let lease = try? await store.get(record(name))
        let text = lease?["metadata"]["annotations"]["kube-standby.io/answers"].string ?? "[]"
        let answers = (try? JSONDecoder().decode([Answer].self, from: Data(text.utf8))) ?? []
        return answers.first { $0.id == id }.map { "\($0.outcome): \($0.explanation)" }
    }
}
