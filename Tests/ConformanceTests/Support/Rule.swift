import Sandbox
import TestedCluster

/// One rule of the API: what is asked, and the answer that must be exactly so.
struct Rule: Sendable {
    /// The section of the facts that the product rests on: 2 reading, 3 writing, 4 Leases, 5 EndpointSlices, 6 pods,
    /// 7 Events, 9 access; 0 for what is around them.
    var section: String
    var name: String
    var check: @Sendable (Subject) async throws -> Void

    init(
        _ section: String,
        _ name: String,
        _ check: @escaping @Sendable (Subject) async throws -> Void
    ) {
        self.section = section
        self.name = name
        self.check = check
    }

    static let all =
        around + lists + paging + watches + creations + patches + updates + leases + deletions + slices + services
        + endpoints + evictions + rollouts + events + access

    /// The server is in a state in which the rule cannot be tried.
    struct Untried: Error, CustomStringConvertible {
        var description: String
    }

    /// The answer was not as the rule says.
    struct Broken: Error, CustomStringConvertible {
        var description: String
    }
}

/// What a rule is tried on: a place of its own in the namespace.
struct Subject: Sendable {
    let speaker: APISpeaker
    let namespace: String
    /// What the names of this rule's objects begin with.
    let prefix: String
    /// The label of every object of this run.
    let run: String

    /// The name of an object of this rule.
    func name(_ name: String) -> String { "\(prefix)-\(name)" }

    /// Selects this rule's objects.
    var selector: String { "kube-standby.io/rule%3D\(prefix)" }

    var labels: JSONValue { ["kube-standby.io/conformance": .string(run), "kube-standby.io/rule": .string(prefix)] }

    func metadata(_ name: String, _ more: JSONValue = [:]) -> JSONValue {
        var metadata = more
        metadata["name"] = .string(self.name(name))
        for (key, value) in labels.object ?? [:] { metadata["labels"][key] = value }
        return metadata
    }

    // MARK: Requests

    func path(_ resource: Resource, _ name: String? = nil, _ subresource: String? = nil) -> String {
        [resource.root(namespace), name.map(self.name), subresource].compactMap(\.self).joined(separator: "/")
    }

    @discardableResult
    func ask(
        _ method: String,
        _ target: String,
        _ body: JSONValue? = nil,
        type: String? = nil,
        user: String? = nil
    ) async throws -> APISpeaker.Answer {
        try await speaker.ask(method, target, body, type: type, user: user)
    }

    @discardableResult
    func patch(
        _ target: String,
        _ body: JSONValue,
        _ kind: String = "merge",
        user: String? = nil
    ) async throws
        -> APISpeaker.Answer
    {
        try await speaker.ask("PATCH", target, body, type: "application/\(kind)-patch+json", user: user)
    }

    /// Creates a pod that nothing schedules and no kubelet runs.
    @discardableResult
    func createPod(_ name: String, _ metadata: JSONValue = [:], node: String? = nil) async throws -> JSONValue {
        try await ask("POST", path(.pods), pod(name, metadata, node: node)).expect(201).body
    }

    func pod(_ name: String, _ metadata: JSONValue = [:], node: String? = nil) -> JSONValue {
        var pod: JSONValue = [
            "metadata": self.metadata(name, metadata),
            "spec": [
                "schedulerName": "kube-standby-conformance", "automountServiceAccountToken": false,
                "securityContext": ["runAsNonRoot": true, "seccompProfile": ["type": "RuntimeDefault"]],
                "containers": [
                    [
                        "name": "app", "image": "registry.k8s.io/pause:3.10",
                        "securityContext": ["allowPrivilegeEscalation": false, "capabilities": ["drop": ["ALL"]]],
                    ]
                ],
            ],
        ]
        if let node { pod["spec"]["nodeName"] = .string(node) }
        return pod
    }

    func lease(_ name: String, _ metadata: JSONValue = [:], _ spec: JSONValue = ["holderIdentity": "a"]) -> JSONValue {
        ["metadata": self.metadata(name, metadata), "spec": spec]
    }

    @discardableResult
    func createLease(_ name: String, _ spec: JSONValue = ["holderIdentity": "a"]) async throws -> JSONValue {
        try await ask("POST", path(.leases), lease(name, [:], spec)).expect(201).body
    }

    /// The resourceVersion of the collection now.
    func version(_ resource: Resource) async throws -> String {
        let list = try await ask("GET", path(resource) + "?labelSelector=\(selector)").expect(200)
        return list.body["metadata"]["resourceVersion"].string ?? ""
    }

    func watch(_ resource: Resource, _ query: String) async throws -> WatchReader {
        try await speaker.watch(path(resource) + "?watch=true&" + query)
    }

    func check(_ isSo: Bool, _ what: @autoclosure () -> String) throws {
        if !isSo { throw Rule.Broken(description: what()) }
    }
}

/// The collections that rules are tried on.
enum Resource: String, CaseIterable {
    case pods, leases, services, endpoints, configmaps, serviceaccounts, roles, rolebindings
    case slices = "endpointslices"
    case budgets = "poddisruptionbudgets"
    case deployments
    case statefulSets = "statefulsets"
    case events
    case coreEvents

    func root(_ namespace: String) -> String {
        let group =
            switch self {
            case .pods, .services, .endpoints, .configmaps, .serviceaccounts, .coreEvents: "/api/v1"
            case .leases: "/apis/coordination.k8s.io/v1"
            case .slices: "/apis/discovery.k8s.io/v1"
            case .budgets: "/apis/policy/v1"
            case .deployments, .statefulSets: "/apis/apps/v1"
            case .events: "/apis/events.k8s.io/v1"
            case .roles, .rolebindings: "/apis/rbac.authorization.k8s.io/v1"
            }
        return "\(group)/namespaces/\(namespace)/\(self == .coreEvents ? "events" : rawValue)"
    }
}

extension APISpeaker.Answer {
    /// Checks the code, and of a refusal its Status.
    ///
    /// - Parameters:
    ///   - code: what must have been answered.
    ///   - reason: the Status's reason; nil: any.
    ///   - field: the field of one of the causes; nil: any.
    ///   - message: the Status's whole message; nil: any.
    /// - Returns: the answer itself.
    /// - Throws: `Rule.Broken` with what was expected and what came.
    @discardableResult
    func expect(_ code: Int, _ reason: String? = nil, field: String? = nil, message: String? = nil) throws -> Self {
        func broken(_ what: String) -> Rule.Broken {
            Rule.Broken(description: "\(what); got \(self.code) \(text.prefix(500))")
        }
        if self.code != code { throw broken("expected \(code)") }
        if let reason {
            let isStatus = body["kind"] == "Status" && body["apiVersion"] == "v1" && body["status"] == "Failure"
            if !isStatus || body["code"] != .int(code) { throw broken("expected a Status of code \(code)") }
            if body["reason"] != .string(reason) { throw broken("expected reason \(reason)") }
        }
        if let field {
            let fields = (body["details"]["causes"].array ?? []).compactMap { $0["field"].string }
            if !fields.contains(field) { throw broken("expected a cause of field \(field)") }
        }
        if let message, body["message"].string != message { throw broken("expected message \"\(message)\"") }
        return self
    }
}
