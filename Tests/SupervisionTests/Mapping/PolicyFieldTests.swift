import FailoverCore
import Testing

@testable import StandbyConfiguration
@testable import Supervision

/// What the file says of a failover reaches the core: whoever adds a field to the table and forgets the mapping is told.
@Suite struct PolicyFieldTests {
    /// Of no meaning to the policy: in which order the writes of several groups are sent, and what is written beside a role.
    private static let others: Set = ["importance", "podDeletionCost"]

    static let names = fields(FailoverConfiguration.fields.schema).map(\.name)

    @Test(arguments: names)
    func everyFieldOfAFailoverChangesThePolicy(name: String) throws {
        let field = try #require(Self.fields(FailoverConfiguration.fields.schema).first { $0.name == name })
        // Fields of a preemption have a meaning only where there is one.
        var preemption = name == "preempt" ? [:] : ["preempt": "true"]
        // Without a source there is no second opinion.
        if name.hasPrefix("secondOpinion") { preemption["secondOpinion.from"] = "[Kubelet, Replica]" }
        // Without a method there is no gate.
        if name.hasPrefix("promotionGate"), !name.hasSuffix("method") {
            preemption["promotionGate.method"] = "DeletePod"
        }
        let usual = try Self.policy(preemption)
        let changed = try Self.policy(preemption.merging([name: field.other]) { $1 })
        #expect((usual == changed) == Self.others.contains(name), "\(name): \(field.other)")
    }

    /// A field by its name, like `flap.maxSwitches`, and a value that is not its default.
    private struct Sample {
        var name: String
        var other: String
    }

    private static func fields(_ schema: ObjectSchema, below path: String = "") -> [Sample] {
        schema.fields.flatMap { field in
            if case .object(let inner) = field.value { return fields(inner, below: "\(path)\(field.name).") }
            return [Sample(name: path + field.name, other: other(than: field.absence, field.value))]
        }
    }

    private static func other(than absence: ObjectSchema.Absence, _ value: ValueSchema) -> String {
        switch (value, absence) {
        case (.bool, .value(.bool(let standard))): "\(!standard)"
        case (.enumeration(let names), .value(.string(let standard))): names.first { $0 != standard } ?? ""
        case (.integer(let range), _): "\(range.upperBound)"
        case (.seconds(let range), _): "\(range.upperBound)"
        case (.enumeration(let names), .required): names.last ?? ""
        case (.list(.string(.window), _), _): "[Sat 02:00-04:00 UTC]"
        case (.list(.enumeration(let names), _), _): "[\(names[0])]"
        default: ""
        }
    }

    private static func policy(_ failover: [String: String]) throws -> GroupPolicy {
        let parts = Dictionary(grouping: failover) { $0.key.split(separator: ".")[0] }
        let lines = parts.map { name, fields in
            if let value = failover[String(name)] { return "\(name): \(value)" }
            let inner = fields.map { "\($0.key.dropFirst(name.count + 1)): \($0.value)" }
            return "\(name): {\(inner.joined(separator: ", "))}"
        }
        let text = """
            apiVersion: kube-standby.io/v1
            kind: StandbyConfiguration
            groups:
            - {name: web, service: web, probe: {tcpSocket: {port: 1}}, failover: {\(lines.joined(separator: ", "))}}
            """
        let reading = ConfigurationReading(Array(text.utf8))
        let group = try #require(reading.configuration?.groups.first, "\(reading.errors.map(\.text))")
        return GroupPolicy(group, isObserving: false)
    }
}
