/// Which objects may concern a subscriber; the others are not even looked at, so that thousands of subscribers cost each
/// event no more than one.
package enum InformerScope: Sendable, Hashable {
    /// The object of this name.
    case name(String)
    /// The objects that carry all of these labels; none: every object.
    case labels([String: String])

    /// Whether an object is in the scope.
    func contains(_ object: ObjectMeta) -> Bool {
        switch self {
        case .name(let name): object.name == name
        case .labels(let labels): labels.allSatisfy { object.labels?[$0.key] == $0.value }
        }
    }
}
