/// The two roles of a group, as the role label expresses them.
package enum Role: String, Sendable, Hashable {
    /// Stands behind the Service.
    case active
    /// Stands by.
    case passive
}
