import FailoverCore
import StandbyConfiguration

/// How roles are read from pods and written on them, also while the configuration changes from one label to another.
///
/// The Service decides which label routes. Until it selects by the new one, the old label stays as it is and the new one is
/// written beside it; afterwards the old one is taken away. So neither key ever selects another pod than before.
struct RoleLabelling: Sendable, Hashable {
    /// The label that the configuration names.
    private(set) var label: RoleLabel
    /// The label before it; nil unless a change is under way.
    private(set) var retiring: RoleLabel?
    /// Whether the Service still selects by the retiring label.
    private(set) var routesByRetiring = false

    /// No change is under way.
    init(_ label: RoleLabel) {
        self.label = label
    }

    // MARK: The change

    /// The configuration names another label.
    mutating func labelChanged(to next: RoleLabel) {
        guard next != label else { return }
        // A second change before the first was finished: what routes must not be forgotten.
        if retiring == nil || !routesByRetiring { retiring = label }
        if retiring == next { retiring = nil }
        routesByRetiring = retiring != nil
        label = next
    }

    /// The Service was seen to select by the retiring label, or not to.
    mutating func routed(byRetiring: Bool) {
        routesByRetiring = retiring != nil && byRetiring
    }

    /// Every member carries the new label, and only it.
    mutating func completed() {
        if !routesByRetiring { retiring = nil }
    }

    /// Whether a Service with this selector routes by the retiring label.
    func isRetiringSelector(_ selector: [String: String]) -> Bool {
        guard let retiring, selector[retiring.key] == retiring.active else { return false }
        return true
    }

    /// The keys of both labels.
    var keys: Set<String> { Set([label.key] + (retiring.map { [$0.key] } ?? [])) }

    // MARK: Reading

    /// The role that labels say; nil for neither.
    func role(of labels: [String: String]) -> Role? {
        let order = routesByRetiring ? [retiring, label] : [label, retiring]
        let known = order.compactMap { $0 }
        for label in known {
            if labels[label.key] == label.active { return .active }
            if let passive = label.passive, labels[label.key] == passive { return .passive }
        }
        // Without a passive value, the absence of the label is the passive role.
        guard let first = known.first else { return nil }
        return first.passive == nil && labels[first.key] == nil ? .passive : nil
    }

    /// Whether labels say a role in another way than it would be written now; only while a change is under way.
    func isRelabelDue(_ labels: [String: String], role: Role?) -> Bool {
        guard retiring != nil, let role else { return false }
        return values(for: role).contains { key, value in labels[key] != value }
    }

    /// Whether labels say a role just as it would be written now.
    func says(_ role: Role, in labels: [String: String]) -> Bool {
        values(for: role).allSatisfy { labels[$0.key] == $0.value }
    }

    // MARK: Writing

    /// The labels that say a role; nil takes one away.
    func values(for role: Role) -> [String: String?] {
        var values: [String: String?] = [label.key: Self.value(of: label, for: role)]
        guard let retiring else { return values }
        if routesByRetiring {
            values[retiring.key] = .some(Self.value(of: retiring, for: role))
        } else if retiring.key != label.key {
            values[retiring.key] = .some(nil)
        }
        return values
    }

    private static func value(of label: RoleLabel, for role: Role) -> String? {
        role == .active ? label.active : label.passive
    }
}
