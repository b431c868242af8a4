/// The part that all workloads have in common.
package struct WorkloadSpec: Codable, Sendable, Hashable {
    package struct Selector: Codable, Sendable, Hashable {
        package var matchLabels: [String: String]?
    }

    package struct Template: Codable, Sendable, Hashable {
        package var metadata: ObjectMeta?
    }

    package var selector: Selector?
    package var template: Template?
}
