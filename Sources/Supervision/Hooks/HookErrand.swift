import FailoverCore
import Foundation
import KubernetesClient
import StandbyConfiguration

/// One hook with all that it tells: what a request has for a body, and what a command has for `$(NAME)`.
struct HookErrand: Sendable {
    /// The group's name.
    let group: String
    /// Where the group is.
    let namespace: String
    /// What is to be done, and how long one try may take.
    let hook: HookConfiguration.Hook
    /// For which change of role.
    let call: HookCall
    /// When the move was announced.
    private let time: MicroTime

    /// `now`: the time of a move whose announcement has none.
    init(group: String, namespace: String, hook: HookConfiguration.Hook, call: HookCall, now: Date) {
        self.group = group
        self.namespace = namespace
        self.hook = hook
        self.call = call
        time = call.time.map { MicroTime(microseconds: $0) } ?? MicroTime(now)
    }

    /// The role that the pod has now.
    var role: Role {
        switch call.kind {
        case .promote: .active
        case .demote: .passive
        }
    }

    /// The change as a JSON object.
    var body: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body = Body(
            group: group,
            namespace: namespace,
            member: call.pod,
            role: role.rawValue,
            from: call.from,
            to: Nullable(name: call.to),
            cause: call.cause.rawValue,
            epoch: call.epoch.number,
            time: time
        )
        // Nothing of it is a number without an end, which is all that JSON has no word for.
        return (try? encoder.encode(body)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    /// The variables of the change, as a command names them.
    var variables: [String: String] {
        [
            "GROUP": group, "NAMESPACE": namespace, "MEMBER": call.pod, "ROLE": role.rawValue,
            "FROM": call.from.joined(separator: ","), "TO": call.to ?? "", "CAUSE": call.cause.rawValue,
            "EPOCH": "\(call.epoch.number)", "TIME": "\(time)",
        ]
    }

    /// What a receiver is told.
    private struct Body: Encodable {
        var group: String
        var namespace: String
        var member: String
        var role: String
        var from: [String]
        var to: Nullable
        var cause: String
        var epoch: Int
        var time: MicroTime
    }

    /// A member of the object that is null rather than absent.
    private struct Nullable: Encodable {
        var name: String?

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(name)
        }
    }
}
