import KubernetesClient
import StandbyConfiguration

/// The roles of a group's pods, as far as they can be told without the group's settings.
struct RecordedRoles: Sendable {
    /// What a label says of the pods.
    private struct Sayings: Sendable {
        var isHolderActive = false
        /// How many of the others it calls so.
        var (active, passive) = (0, 0)

        /// Whether it says of the recorded pod alone that it is active.
        var isRole: Bool { isHolderActive && active == 0 && passive > 0 }
    }

    private static let (active, passive) = ("active", "passive")

    /// Who is active by the record, where labels are decoration and say nothing against it; nil: labels say.
    private let recorded: String?
    /// The label that says the roles; nil: none has such values.
    private let key: String?

    /// No Lease names the label: it is the usual one or, where that calls the recorded pod passive or is not there, one that calls just
    /// that pod active.
    init(of record: RecordedGroup, among pods: [Pod]) {
        recorded = record.ownsEndpoints ? record.holder : nil
        var sayings: [String: Sayings] = [:]
        for pod in pods {
            let isHolder = pod.metadata.name == record.holder
            for (key, value) in pod.metadata.labels ?? [:] where [Self.active, Self.passive].contains(value) {
                switch (isHolder, value == Self.active) {
                case (true, let isActive): sayings[key, default: Sayings()].isHolderActive = isActive
                case (false, true): sayings[key, default: Sayings()].active += 1
                case (false, false): sayings[key, default: Sayings()].passive += 1
                }
            }
        }
        key = sayings.min { Self.place($0.key, $0.value) < Self.place($1.key, $1.value) }?.key
    }

    /// The least is the label.
    private static func place(_ key: String, _ said: Sayings) -> (Int, Int, Int, String) {
        let isUsual = key == RoleLabel().key
        let rank = isUsual && said.isHolderActive ? 0 : said.isRole ? 1 : isUsual ? 2 : 3
        return (rank, said.isHolderActive ? 0 : 1, said.active, key)
    }

    /// `active` or `passive`; nil: neither.
    func role(of pod: Pod) -> String? {
        if let recorded { return pod.metadata.name == recorded ? Self.active : Self.passive }
        guard let key, let value = pod.metadata.labels?[key] else { return nil }
        return [Self.active, Self.passive].contains(value) ? value : nil
    }
}
