import Foundation
import KubernetesClient
import RecordedExchanges
import Sandbox
import Testing
import Transport

/// The requests of the recorded exchanges, made to the sandbox: it must answer in the same shape.
@Suite(.timeLimit(.minutes(5))) struct RecordedShapeTests {
    /// How an answer has to agree.
    private enum Agreement {
        /// The same fields.
        case exact
        /// No field that the real server left out, and these at least: the sandbox does not know every field of a pod.
        case within([String])
        /// These at least.
        case holding([String])
        /// Plain text, the same.
        case text
    }

    /// What the cluster of the recording lacked: admission of ServiceAccounts, and kubelets that run something.
    private static let lacking = ["spec.serviceAccountName", "containerStatuses[].containerID"]

    private static let metadata = ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"].map {
        "metadata.\($0)"
    }

    /// The fields of a pod that the client reads.
    private static let pod: [String] =
        metadata + [
            "metadata.labels", "metadata.ownerReferences[].kind", "metadata.ownerReferences[].name",
            "metadata.ownerReferences[].controller", "spec.nodeName", "spec.containers[].name",
            "spec.containers[].ports[].name", "spec.containers[].ports[].containerPort", "status.phase", "status.podIP",
            "status.podIPs[].ip", "status.conditions[].type", "status.conditions[].status",
            "status.containerStatuses[].name", "status.containerStatuses[].restartCount",
            "status.containerStatuses[].state.running.startedAt",
        ]

    private static let workload: [String] =
        metadata + ["spec.selector.matchLabels", "spec.template.metadata.labels", "spec.replicas", "status.replicas"]

    private static func items(_ fields: [String]) -> [String] {
        ["kind", "apiVersion", "metadata.resourceVersion", "items"] + fields.map { "items[].\($0)" }
    }

    @Test func answersInTheShapeOfARealServer() async throws {
        try await RecordedStage.run { stage in
            var left = Set(try RecordedExchange.all().map(\.name))
            func compare(
                _ name: String,
                _ agreement: Agreement = .exact,
                token: String = Sandbox.adminToken,
                _ change: (inout RecordedExchange) -> Void = { _ in }
            ) async throws -> RecordedStage.Answer {
                left.remove(name)
                let (recorded, answer) = try await stage.ask(name, token: token, change)
                Self.compare(recorded, answer, agreement)
                return answer
            }
            try await Self.reads(stage, compare)
            try await Self.leases(stage, compare)
            try await Self.patches(stage, compare)
            try await Self.objects(stage, compare)
            left.subtract(try await Self.watches(stage))
            try await Self.endings(stage, compare)
            #expect(left.isEmpty, "not made: \(left.sorted())")
        }
    }

    private typealias Comparison = (
        String, Agreement, String, (inout RecordedExchange) -> Void
    ) async throws -> RecordedStage.Answer

    // MARK: Requests

    private static let admin = Sandbox.adminToken
    private static let asRecorded: @Sendable (inout RecordedExchange) -> Void = { _ in }

    private static func reads(_ stage: RecordedStage, _ compare: Comparison) async throws {
        for name in [
            "access-review-leases", "access-review-other", "access-review-pods", "access-review-statefulsets",
            "list-continue-expired", "list-too-large-version", "method-none", "pod-absent", "pods-list-empty",
        ] {
            _ = try await compare(name, .exact, admin, asRecorded)
        }
        _ = try await compare(
            "api-groups",
            .within(["kind", "groups[].name", "groups[].versions[].groupVersion"]),
            admin,
            asRecorded
        )
        _ = try await compare("version", .within(["major", "minor", "gitVersion", "platform"]), admin, asRecorded)
        let user = ["metadata.creationTimestamp", "status.userInfo.username", "status.userInfo.groups"]
        _ = try await compare("self-subject-review", .within(user), admin, asRecorded)
        for name in ["path-none", "readyz"] { _ = try await compare(name, .text, admin, asRecorded) }
        for name in ["forbidden-list", "forbidden-patch", "watch-forbidden"] {
            _ = try await compare(name, .exact, "sup", asRecorded)
        }
        _ = try await compare("unauthorized", .exact, "nobody", asRecorded)
        _ = try await compare("pod-get", .within(pod), admin, asRecorded)
        _ = try await compare("pods-list", .within(items(pod)), admin, asRecorded)
        let first = try await compare(
            "pods-page-1",
            .within(["metadata.continue", "metadata.remainingItemCount"]),
            admin,
            asRecorded
        )
        _ = try await compare("pods-page-2", .within(["metadata.continue", "metadata.remainingItemCount"]), admin) {
            let token = first.body["metadata"]["continue"].string ?? ""
            $0.path = "/api/v1/namespaces/recorded/pods?limit=2&continue=\(token)"
        }
        _ = try await compare("statefulset-get", .within(workload), admin, asRecorded)
        _ = try await compare("deployment-get", .within(workload), admin, asRecorded)
        _ = try await compare("replicasets-list", .within(items(workload)), admin, asRecorded)
        let node =
            metadata.filter { !$0.hasSuffix("namespace") } + ["status.conditions[].type", "status.conditions[].status"]
        _ = try await compare("node-get", .holding(node), admin) { $0.path = "/api/v1/nodes/sandbox-node-1" }
    }

    private static func leases(_ stage: RecordedStage, _ compare: Comparison) async throws {
        let created = try await compare("lease-create", .exact, admin, asRecorded).body
        _ = try await compare("lease-exists", .exact, admin, asRecorded)
        func of(_ lease: JSONValue) -> (inout RecordedExchange) -> Void {
            { exchange in
                for field in ["uid", "resourceVersion"] { exchange.body["metadata"][field] = lease["metadata"][field] }
            }
        }
        _ = try await compare("lease-update", .exact, admin, of(created))
        _ = try await compare("lease-conflict", .exact, admin, of(created))
        _ = try await compare("lease-int32", .exact, admin, of(try await stage.lease()))
        for name in ["lease-bad-time", "lease-negative"] { _ = try await compare(name, .exact, admin, asRecorded) }
    }

    private static func patches(_ stage: RecordedStage, _ compare: Comparison) async throws {
        func of(_ pod: JSONValue, andUID: Bool = true) -> (inout RecordedExchange) -> Void {
            { exchange in
                exchange.body["metadata"]["resourceVersion"] = pod["metadata"]["resourceVersion"]
                if andUID { exchange.body["metadata"]["uid"] = pod["metadata"]["uid"] }
            }
        }
        let active = try await stage.pod("web-0")
        _ = try await compare("pod-patch-role", .within(pod + ["metadata.annotations"]), admin, of(active))
        _ = try await compare("pod-patch-conflict", .exact, admin, of(active))
        _ = try await compare("pod-patch-absent", .exact, admin, asRecorded)
        _ = try await compare("pod-patch-other-uid", .exact, admin, of(try await stage.pod("web-1"), andUID: false))
        for name in [
            "pod-patch-bad-label", "pod-patch-wrong-type", "pod-json-patch-missing-path", "pod-json-patch-test-fails",
        ] {
            _ = try await compare(name, .exact, admin, asRecorded)
        }
    }

    private static func objects(_ stage: RecordedStage, _ compare: Comparison) async throws {
        _ = try await compare("service-create", .exact, admin, asRecorded)
        try await stage.sandbox.wait(for: "the Service's endpoint") { store in
            await store.list(.endpointSlices, namespace: "recorded").contains {
                !($0["endpoints"].array?.isEmpty ?? true)
            }
        }
        _ = try await compare(
            "slices-of-service",
            .within(items(metadata + ["addressType", "endpoints[].addresses", "ports[].port"])),
            admin,
            asRecorded
        )
        _ = try await compare("slice-create", .exact, admin, asRecorded)
        _ = try await compare("slice-immutable-type", .exact, admin, asRecorded)
        _ = try await compare("slice-loopback", .exact, admin, asRecorded)
        for name in ["event-create", "event-other-namespace", "event-note-too-long"] {
            _ = try await compare(name, .exact, admin, asRecorded)
        }
    }

    /// What goes for good.
    private static func endings(_ stage: RecordedStage, _ compare: Comparison) async throws {
        _ = try await compare(
            "pdb-create",
            .within(metadata + ["spec.minAvailable", "spec.selector.matchLabels"]),
            admin,
            asRecorded
        )
        _ = try await compare("eviction-429", .exact, admin, asRecorded)
        try await stage.sandbox.apply(
            "{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: two}, spec: {minAvailable: 1, selector: {matchLabels: {app: web}}}}",
            namespace: "recorded"
        )
        _ = try await compare("eviction-500", .exact, admin, asRecorded)
        let gone = pod + ["metadata.deletionTimestamp", "metadata.deletionGracePeriodSeconds"]
        _ = try await compare("pod-delete-graceful", .within(gone), admin, asRecorded)
        // Something that holds the namespace.
        try await stage.sandbox.store.create(
            .configMaps,
            namespace: "recorded",
            ["metadata": ["name": "held", "finalizers": ["example.com/held"]]]
        )
        try await stage.sandbox.store.delete(ObjectKey(.namespaces, namespace: "", name: "recorded"))
        _ = try await compare("create-in-terminating-namespace", .exact, admin, asRecorded)
    }

    // MARK: Watches

    /// - Returns: the names of those that were made.
    private static func watches(_ stage: RecordedStage) async throws -> Set<String> {
        try await compareFrames(stage, "watch-too-old", count: 1) {}
        try await compareFrames(stage, "watch-initial-events", count: 6) {}
        let now = await stage.sandbox.store.revision
        let fromNow = "/api/v1/namespaces/recorded/pods?watch=1&allowWatchBookmarks=true&resourceVersion=\(now)"
        try await compareFrames(stage, "watch-pods", count: 3, path: fromNow) {
            try await stage.sandbox.deletePod("web-1", namespace: "recorded", gracePeriod: 0)
        }
        // Nothing comes of a version that is not there yet, and the end is in order.
        let stream = try await stage.watch("watch-future")
        var bytes: [UInt8] = []
        for try await piece in stream.body { bytes += piece }
        #expect(bytes.isEmpty && stream.head.status == 200)
        return ["watch-too-old", "watch-initial-events", "watch-pods", "watch-future"]
    }

    private static func compareFrames(
        _ stage: RecordedStage,
        _ name: String,
        count: Int,
        path: String? = nil,
        meanwhile: () async throws -> Void
    ) async throws {
        let stream = try await stage.watch(name) { $0.path = path ?? $0.path }
        let recorded = try #require(stage.recorded(name))
        #expect(stream.head.status == recorded.status)
        try await meanwhile()
        var buffer = FrameBuffer()
        var frames: [[UInt8]] = []
        for try await piece in stream.body {
            frames += buffer.frames(adding: piece) ?? []
            if frames.count >= count { break }
        }
        let types = Dictionary(grouping: recorded.frames.compactMap { JSONValue(json: $0) }) { $0["type"].string ?? "" }
        for frame in frames {
            let event = JSONValue(json: frame) ?? .null
            let type = event["type"].string ?? ""
            let real = (types[type] ?? []).reduce(into: Set<String>()) { $0.formUnion(Shape($1).fields) }
            #expect(!real.isEmpty, "\(name): an event \(type), which the real server did not send")
            let surplus = surplus(Shape(event).fields, real)
            #expect(surplus.isEmpty, "\(name): \(type) has \(surplus)")
            if type == "ERROR" || type == "BOOKMARK" { #expect(Shape(event).fields == real, "\(name): \(type)") }
        }
        #expect(frames.count >= count, "\(name): \(frames.count) events")
    }

    // MARK: Comparison

    private static func surplus(_ found: Set<String>, _ wanted: Set<String>) -> [String] {
        found.subtracting(wanted).filter { field in !lacking.contains { field.hasSuffix($0) } }.sorted()
    }

    private static func compare(
        _ recorded: RecordedExchange,
        _ answer: RecordedStage.Answer,
        _ agreement: Agreement
    ) {
        let name = recorded.name
        let text = String(decoding: answer.text.prefix(600), as: UTF8.self)
        #expect(answer.code == recorded.status, "\(name): \(text)")
        if let type = recorded.headers["Content-Type"] { #expect(answer.contentType == type, "\(name)") }
        if case .text = agreement {
            #expect(answer.text == recorded.frames.first, "\(name): \(text)")
            return
        }
        let (wanted, found) = (Shape(recorded.answer).fields, Shape(answer.body).fields)
        let surplus = surplus(found, wanted)
        let mayHaveMore = if case .holding = agreement { true } else { false }
        #expect(mayHaveMore || surplus.isEmpty, "\(name) has what a real server leaves out: \(surplus)")
        let missing: [String] =
            switch agreement {
            case .exact: wanted.subtracting(found).sorted()
            case .within(let fields), .holding(let fields): fields.filter { wanted.contains($0) && !found.contains($0) }
            case .text: []
            }
        #expect(missing.isEmpty, "\(name) lacks \(missing)")
        if case .within(let fields) = agreement {
            #expect(
                Set(fields).isSubset(of: wanted),
                "\(name): \(Set(fields).subtracting(wanted).sorted()) of no real server"
            )
        }
        guard recorded.answer["kind"] == "Status" else { return }
        for field in ["reason", "code", "status"] {
            #expect(answer.body[field] == recorded.answer[field], "\(name): \(field) is \(answer.body[field])")
        }
        let causes = [recorded.answer, answer.body].map { status in
            Set((status["details"]["causes"].array ?? []).map { [$0["reason"].string, $0["field"].string] })
        }
        #expect(causes[0] == causes[1], "\(name): causes")
        for field in ["kind", "group"] {
            #expect(answer.body["details"][field] == recorded.answer["details"][field], "\(name): details.\(field)")
        }
    }
}
