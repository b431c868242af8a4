/// What is known of the groups that a group belongs with, or stays apart from.
///
/// Where none is named this is empty, and changes no decision.
package struct Companions: Sendable, Hashable {
    /// How another group is meant.
    package enum Relation: Sendable, Hashable {
        /// Both are in one set: when one moves, the other follows once.
        case together
        /// They are better on different nodes.
        case apart
    }

    /// Where the active pod of another group is.
    package struct Place: Sendable, Hashable {
        /// The other group's name.
        package var group: String
        /// How it is meant.
        package var relation: Relation
        /// Nil: it is not known.
        package var node: String?
        /// That node's zone; nil: it is not known.
        package var zone: String?

        /// A place; the parameters are the properties.
        package init(group: String, relation: Relation, node: String?, zone: String? = nil) {
            self.group = group
            self.relation = relation
            self.node = node
            self.zone = zone
        }
    }

    /// By name of the group; those that have not exactly one active pod are left out.
    package var places: [Place]
    /// The last move of the set that the others are to follow; nil: there is none, or it was the group's own.
    package var wish: FollowWish?

    /// Nobody, unless somebody is given.
    package init(_ places: [Place] = [], wish: FollowWish? = nil) {
        self.places = places
        self.wish = wish
    }
}

/// That a group of the set has moved, so that the others are to follow, once.
///
/// It lives in memory only: nothing moves because a supervisor was started anew.
package struct FollowWish: Sendable, Hashable {
    /// Grows with each in the life of the process; a later one takes the place of an earlier one.
    package var number: Int
    /// The group that moved.
    package var group: String
    /// Where its active pod is now; nil: it is not known.
    package var node: String?
    /// The zone of that node; nil: it is not known.
    package var zone: String?

    /// A wish; the parameters are the properties.
    package init(number: Int, group: String, node: String?, zone: String? = nil) {
        self.number = number
        self.group = group
        self.node = node
        self.zone = zone
    }
}

/// How near a member is to the active pod of another group.
package struct Company: Sendable, Hashable {
    /// The other group's name.
    package var group: String
    /// How it is meant.
    package var relation: Companions.Relation
    /// Whether both are on one node; if not, in one zone.
    package var isOnNode: Bool
}

extension Company: CustomStringConvertible {
    package var description: String {
        let field = relation == .together ? "sync" : "apartFrom"
        return "\(isOnNode ? "on the node" : "in the zone") of \(group) (\(field))"
    }
}
