import Foundation
import Sandbox
import TestedCluster
import Testing

/// What a hook's `httpPost` tells.
struct HookTold: Decodable, Equatable {
    var group: String
    var namespace: String
    var member: String
    var role: String
    var from: [String]
    var to: String?
    var cause: String
    var epoch: Int
    var time: String
}

extension HookTold {
    init(_ post: PostReceiver.Post) throws {
        self = try JSONDecoder().decode(HookTold.self, from: Data(post.body.utf8))
    }

    /// A group in which nobody is promoted before a script has succeeded in the pod that was active.
    static func required(_ script: String, _ more: String = "") -> String {
        Manifests.group(
            "web",
            "hooks: {onDemote: {exec: {command: [/bin/sh, -c, '\(script)']}, required: true, timeoutSeconds: 60\(more)}}"
        )
    }
}

extension Stage {
    /// The epoch on a group's record.
    func epoch(of name: String) async throws -> Int {
        let lease = try await sandbox.store.get(ObjectKey(.leases, namespace: "default", name: "kube-standby-\(name)"))
        return try #require(lease["spec"]["leaseTransitions"].int)
    }

    /// Waits until no hook is owed on a group's record.
    func waitUntilNothingIsOwed(_ name: String) async throws {
        try await sandbox.wait(for: "no hook to be owed") { store in
            let lease = try? await store.get(ObjectKey(.leases, namespace: "default", name: "kube-standby-\(name)"))
            return lease.map { $0["metadata"]["annotations"]["kube-standby.io/hooks"] == .null } ?? false
        }
    }
}
