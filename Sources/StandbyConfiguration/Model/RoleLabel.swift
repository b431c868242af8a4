/// The label that carries the role, and its two values.
package struct RoleLabel: Sendable, Hashable {
    package var key: String
    package var active: String
    /// Nil: a passive pod has no such label.
    package var passive: String?

    package init(key: String = "role", active: String = "active", passive: String? = "passive") {
        self.key = key
        self.active = active
        self.passive = passive
    }
}
