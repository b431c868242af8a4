import Foundation
import RecordedExchanges
import Sandbox
import Testing

@testable import KubernetesClient

/// What a real API server answered, read by the client's types.
@Suite struct RecordedAnswerTests {
    private typealias Reading = @Sendable (RecordedExchange) throws -> Void

    /// What each recorded exchange must be read as; a file without an expectation fails.
    private static let readings: [String: Reading] = [
        "access-review-leases": { try review($0, of: "leases", in: "coordination.k8s.io") },
        "access-review-other": notOurs,
        "access-review-pods": { try review($0, of: "pods", in: "") },
        "access-review-statefulsets": { try review($0, of: "statefulsets", in: "apps") },
        "api-groups": notOurs,
        "create-in-terminating-namespace": { try refusal($0, "Forbidden", cause: "metadata.namespace") },
        "deployment-get": { try workload($0, as: Deployment.self, selecting: "dep") },
        "event-create": event,
        "event-note-too-long": { try refusal($0, "Invalid", cause: "message") },
        "event-other-namespace": event,
        "eviction-429": { try refusal($0, "TooManyRequests") },
        "eviction-500": { try refusal($0, nil) },
        "forbidden-list": { try refusal($0, "Forbidden") },
        "forbidden-patch": { try refusal($0, "Forbidden") },
        "lease-bad-time": { try refusal($0, "BadRequest") },
        "lease-conflict": { try refusal($0, "Conflict") },
        "lease-create": { try lease($0, transitions: 1) },
        "lease-exists": { try refusal($0, "AlreadyExists") },
        "lease-int32": { try refusal($0, "BadRequest") },
        "lease-negative": { try refusal($0, "Invalid", cause: "spec.leaseTransitions") },
        "lease-update": { try lease($0, transitions: 2) },
        "list-continue-expired": { try refusal($0, "BadRequest") },
        "list-too-large-version": { exchange in
            let status = try refusal(exchange, "Timeout")
            #expect(status.details?.retryAfterSeconds == 1)
        },
        "method-none": { try refusal($0, "MethodNotAllowed") },
        "node-get": notOurs,
        "path-none": notOurs,
        "pdb-create": notOurs,
        "pod-absent": { try refusal($0, "NotFound") },
        "pod-delete-graceful": { exchange in
            let pod = try pod(exchange)
            #expect(pod.metadata.deletionTimestamp != nil)
        },
        "pod-get": { exchange in
            let pod = try pod(exchange)
            #expect(pod.isReady && pod.status?.podIP != nil)
            let port = pod.lastingContainers.flatMap { $0.ports ?? [] }.first { $0.name == "http" }
            #expect(port?.containerPort == 8080)
        },
        "pod-json-patch-missing-path": { try refusal($0, "Invalid") },
        "pod-json-patch-test-fails": { try refusal($0, "Invalid") },
        "pod-patch-absent": { try refusal($0, "NotFound") },
        "pod-patch-bad-label": { try refusal($0, "Invalid", cause: "metadata.labels") },
        "pod-patch-conflict": { try refusal($0, "Conflict") },
        "pod-patch-other-uid": { try refusal($0, "Invalid", cause: "metadata.uid") },
        "pod-patch-role": { exchange in
            let pod = try pod(exchange)
            #expect(pod.metadata.labels?["role"] == "active")
        },
        "pod-patch-wrong-type": { try refusal($0, "UnsupportedMediaType") },
        "pods-list": { try pods($0, isLastPage: true) },
        "pods-list-empty": { exchange in
            let list = try exchange.read(ResourceList<Pod>.self)
            #expect(list.items?.isEmpty ?? true && list.metadata.resourceVersion != nil)
        },
        "pods-page-1": { try pods($0, isLastPage: false) },
        "pods-page-2": { try pods($0, isLastPage: false) },
        "readyz": notOurs,
        "replicasets-list": { exchange in
            let sets = try exchange.read(ResourceList<ReplicaSet>.self).items ?? []
            #expect(!sets.isEmpty && sets.allSatisfy { $0.metadata.ownerReferences?.first?.kind == "Deployment" })
        },
        "self-subject-review": notOurs,
        "service-create": { exchange in
            let service = try exchange.read(Service.self)
            #expect(service.spec?.selector == ["app": "web", "role": "active"])
        },
        "slice-create": { exchange in
            let slice = try exchange.read(EndpointSlice.self)
            #expect(slice.addressType == "IPv4" && slice.endpoints?.first?.addresses == ["10.244.9.9"])
        },
        "slice-immutable-type": { try refusal($0, "Invalid", cause: "addressType") },
        "slice-loopback": { try refusal($0, "Invalid", cause: "endpoints[0].addresses[0]") },
        "slices-of-service": { exchange in
            let slices = try exchange.read(ResourceList<EndpointSlice>.self).items ?? []
            #expect(slices.count == 1 && slices[0].endpoints?.first?.targetRef?.kind == "Pod")
        },
        "statefulset-get": { try workload($0, as: StatefulSet.self, selecting: "web") },
        "unauthorized": { try refusal($0, "Unauthorized") },
        "version": notOurs,
        "watch-forbidden": { try refusal($0, "Forbidden") },
        "watch-future": { exchange in #expect(exchange.frames.isEmpty) },
        "watch-initial-events": { exchange in
            let events = try events(exchange)
            #expect(events.contains { if case .bookmark = $0 { true } else { false } })
            #expect(events.contains { if case .added = $0 { true } else { false } })
        },
        "watch-pods": { exchange in
            let events = try events(exchange)
            #expect(events.contains { if case .deleted = $0 { true } else { false } })
        },
        "watch-too-old": { exchange in
            guard case .error(let status)? = try events(exchange).first else {
                Issue.record("no error")
                return
            }
            #expect(status.code == 410 && status.reason == "Expired")
        },
    ]

    @Test func everyRecordedAnswerIsRead() throws {
        let exchanges = try RecordedExchange.all()
        #expect(exchanges.count >= 58)
        #expect(Set(exchanges.map(\.name)) == Set(Self.readings.keys))
        for exchange in exchanges {
            do {
                try Self.readings[exchange.name]?(exchange)
            } catch {
                Issue.record("\(exchange.name): \(error)")
            }
        }
    }

    /// Whatever may be left out is: every field of every object, one at a time, and each as null.
    @Test func noFieldIsMissed() throws {
        for exchange in try RecordedExchange.all()
        where exchange.answer != .null && exchange.status < 300 && !exchange.isWatch {
            for thinner in try Thinning.each(of: exchange.frames[0]) {
                let read: (any Decodable)?
                switch exchange.path.split(separator: "?")[0].split(separator: "/").map(String.init) {
                case let parts where parts.last == "selfsubjectaccessreviews":
                    read = try? JSONDecoder().decode(SelfSubjectAccessReview.self, from: thinner)
                case let parts where parts.last == "events": read = try? JSONDecoder().decode(Event.self, from: thinner)
                case let parts where parts.contains("leases"):
                    read = try? JSONDecoder().decode(Lease.self, from: thinner)
                case let parts where parts.last == "pods":
                    read = try? JSONDecoder().decode(ResourceList<Pod>.self, from: thinner)
                case let parts where parts.contains("pods"): read = try? JSONDecoder().decode(Pod.self, from: thinner)
                case let parts where parts.last == "services":
                    read = try? JSONDecoder().decode(Service.self, from: thinner)
                case let parts where parts.last == "statefulsets" || parts.contains("statefulsets"):
                    read = try? JSONDecoder().decode(StatefulSet.self, from: thinner)
                case let parts where exchange.name == "slice-create" && parts.last == "endpointslices":
                    read = try? JSONDecoder().decode(EndpointSlice.self, from: thinner)
                default: continue
                }
                #expect(read != nil, "\(exchange.name): \(String(decoding: thinner, as: UTF8.self))")
                if read == nil { return }
            }
        }
    }

    // MARK: Readings

    private static let notOurs: Reading = { exchange in #expect(!exchange.frames.isEmpty) }

    private static func review(_ exchange: RecordedExchange, of resource: String, in group: String) throws {
        let review = try exchange.read(SelfSubjectAccessReview.self)
        #expect(review.status?.allowed == true)
        let attributes = try #require(review.spec?.resourceAttributes)
        #expect(attributes.resource == resource && attributes.group == group && attributes.name.isEmpty)
    }

    @discardableResult
    private static func refusal(
        _ exchange: RecordedExchange,
        _ reason: String?,
        cause field: String? = nil
    ) throws -> APIStatus {
        let status = try exchange.read(APIStatus.self)
        #expect(status.code == exchange.status && status.reason == reason && status.message != nil, "\(exchange.name)")
        if let field { #expect(status.hasCause(field: field), "\(exchange.name)") }
        return status
    }

    private static func pod(_ exchange: RecordedExchange) throws -> Pod {
        let pod = try exchange.read(Pod.self)
        #expect(pod.metadata.uid != nil && pod.metadata.resourceVersion != nil)
        return pod
    }

    private static func pods(_ exchange: RecordedExchange, isLastPage: Bool) throws {
        let list = try exchange.read(ResourceList<Pod>.self)
        #expect(list.metadata.continue?.isEmpty ?? true == isLastPage, "\(exchange.name)")
        let pods = list.items ?? []
        #expect(!pods.isEmpty && pods.allSatisfy { $0.metadata.uid != nil && $0.spec?.containers?.isEmpty == false })
    }

    private static func lease(_ exchange: RecordedExchange, transitions: Int) throws {
        let lease = try exchange.read(Lease.self)
        #expect(lease.spec?.leaseTransitions == transitions && lease.spec?.acquireTime != nil)
    }

    private static let event: Reading = { exchange in
        let event = try exchange.read(Event.self)
        #expect(event.reason == "FailedOver" && event.regarding.name == "web" && event.eventTime != nil)
    }

    private static func workload<Kind: Workload>(
        _ exchange: RecordedExchange,
        as type: Kind.Type,
        selecting app: String
    ) throws {
        let workload = try exchange.read(type)
        #expect(workload.spec?.selector?.matchLabels?["app"] == app)
        #expect(workload.spec?.template?.metadata?.labels?["app"] == app)
    }

    private static func events(_ exchange: RecordedExchange) throws -> [WatchEvent<Pod>] {
        var buffer = FrameBuffer()
        // As it comes over a connection: in pieces that respect nothing.
        let bytes: [UInt8] = exchange.frames.flatMap { $0 + [0x0A] }
        var frames: [[UInt8]] = []
        for start in stride(from: 0, to: bytes.count, by: 1000) {
            let found = buffer.frames(adding: Array(bytes[start..<min(bytes.count, start + 1000)]))
            frames += try #require(found)
        }
        return try frames.map { try JSONDecoder().decode(WatchEvent<Pod>.self, from: Data($0)) }
    }
}

extension RecordedExchange {
    fileprivate func read<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try JSONDecoder().decode(type, from: Data(frames.first ?? []))
    }
}

/// Takes the fields of a JSON object away, one after the other.
private enum Thinning {
    /// The texts: for each field of the object and of those within, one without it and one where it is null.
    static func each(of text: [UInt8]) throws -> [Data] {
        let whole = try JSONSerialization.jsonObject(with: Data(text))
        return try variants(of: whole).map { try JSONSerialization.data(withJSONObject: $0) }
    }

    private static func variants(of value: Any) -> [Any] {
        switch value {
        case let object as [String: Any]:
            object.flatMap { key, value -> [Any] in
                // Maps of texts to texts hold no null.
                if ["labels", "annotations", "matchLabels", "selector"].contains(key),
                    !(value is [String: [String: Any]])
                {
                    return [without(key, object)]
                }
                if key == "managedFields" { return [without(key, object)] }
                return [without(key, object), object.merging([key: NSNull()]) { $1 }]
                    + variants(of: value).map { changed in object.merging([key: changed]) { $1 } }
            }
        case let list as [Any]:
            list.prefix(1).flatMap { variants(of: $0) }.map { first -> Any in
                var changed = list
                changed[0] = first
                return changed
            }
        default: []
        }
    }

    private static func without(_ key: String, _ object: [String: Any]) -> [String: Any] {
        var object = object
        object[key] = nil
        return object
    }
}
