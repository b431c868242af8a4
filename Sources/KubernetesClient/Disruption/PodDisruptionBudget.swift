/// A PodDisruptionBudget: how many of the pods that it selects may not be evicted.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/pod-disruption-budget-v1/
package struct PodDisruptionBudget: KubernetesResource, Hashable {
    /// Its place in the API.
    package static let resource = ResourceType(
        group: "policy",
        version: "v1",
        plural: "poddisruptionbudgets",
        kind: "PodDisruptionBudget"
    )

    /// A number of pods, or a share of them.
    package enum Amount: Codable, Sendable, Hashable {
        /// So many.
        case count(Int)
        /// A share in percent, like `50%`, as it stands there.
        case share(String)
    }

    /// One of the conditions of a selector.
    package struct Expression: Codable, Sendable, Hashable {
        /// The label's key.
        package var key: String
        /// `In`, `NotIn`, `Exists` or `DoesNotExist`.
        package var `operator`: String
        /// Nil or empty for the last two.
        package var values: [String]?
    }

    /// Which pods are meant.
    package struct Selector: Codable, Sendable, Hashable {
        /// Labels that they carry; nil or empty: any.
        package var matchLabels: [String: String]?
        /// What their labels meet besides; nil or empty: anything.
        package var matchExpressions: [Expression]?
    }

    /// What is wanted.
    package struct Spec: Codable, Sendable, Hashable {
        /// Nil: no pod is meant; an empty one means all of the namespace.
        package var selector: Selector?
        /// How many have to stay; nil: `maxUnavailable` says.
        package var minAvailable: Amount?
        /// How many may be away; nil: `minAvailable` says.
        package var maxUnavailable: Amount?
    }

    /// What it says of itself.
    package var metadata: ObjectMeta
    /// What is wanted.
    package var spec: Spec?
}

extension PodDisruptionBudget {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.omissible(.metadata)
        spec = try container.decodeIfPresent(Spec.self, forKey: .spec)
    }
}

extension PodDisruptionBudget.Amount {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let count = try? container.decode(Int.self) {
            self = .count(count)
        } else {
            self = .share(try container.decode(String.self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .count(let count): try container.encode(count)
        case .share(let share): try container.encode(share)
        }
    }

    /// Of so many pods, shares rounded up as Kubernetes does; nil: that is no amount.
    package func of(_ total: Int) -> Int? {
        switch self {
        case .count(let count): return count
        case .share(let share):
            guard share.hasSuffix("%"), let percent = Int(share.dropLast()), (0...100).contains(percent) else {
                return nil
            }
            return (total * percent + 99) / 100
        }
    }
}
