/// Which of many groups' writes go first when not all can be under way at once.
package enum WriteUrgency: Int, Sendable, Hashable, Comparable, CaseIterable {
    /// The write that ends the time without an active member.
    case promotion
    /// What has to come before a promotion while nobody is active.
    case outage
    /// A move while somebody is active.
    case move
    /// Repairs, answers and history.
    case upkeep

    package static func < (lhs: WriteUrgency, rhs: WriteUrgency) -> Bool { lhs.rawValue < rhs.rawValue }
}
