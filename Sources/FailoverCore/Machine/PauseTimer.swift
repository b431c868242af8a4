/// A pause that is under way.
struct PauseTimer: Sendable, Hashable {
    let id: String
    /// Nil: until further notice.
    let end: MonotonicTime?
}
