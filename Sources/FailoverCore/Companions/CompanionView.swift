/// What a group knows of the groups that it belongs with or stays apart from, and the wish to follow one that waits.
struct CompanionView: Sendable, Hashable {
    /// A wish that was taken up and is not carried out yet.
    struct Following: Sendable, Hashable {
        /// Whom to follow, and where to.
        let wish: FollowWish
        /// The epoch that the group was at, or was moving to; above it the group has moved; nil: its record was not read yet.
        var epoch: Epoch?

        /// Whether the group has not moved since.
        func holds(at epoch: Epoch?) -> Bool {
            guard let own = self.epoch, let epoch else { return true }
            return epoch <= own
        }
    }

    /// Where the others are.
    private(set) var companions = Companions()
    /// Nil: nobody is to be followed.
    private(set) var following: Following?
    /// The last wish that was taken up: each is, once.
    private var lastNumber = 0

    /// What is known is this now.
    ///
    /// `epoch`: of the record or of the switch on its way; nil: not known yet.
    mutating func saw(_ companions: Companions, at epoch: Epoch?) {
        self.companions = companions
        guard let wish = companions.wish else {
            following = nil
            return
        }
        guard wish.number > lastNumber else { return }
        lastNumber = wish.number
        following = Following(wish: wish, epoch: epoch)
    }

    /// The wish counts from this epoch on, if its beginning was not known.
    mutating func begin(at epoch: Epoch?) {
        if let following, following.epoch == nil { self.following?.epoch = epoch }
    }

    /// Nobody is to be followed any more.
    mutating func end() { following = nil }

    /// How near a place is to the active pods of the others, nearest first as they are known.
    func company(node: String?, zone: String?) -> [Company] {
        companions.places.compactMap { place in
            let isOnNode = node != nil && node == place.node
            guard isOnNode || zone != nil && zone == place.zone else { return nil }
            return Company(group: place.group, relation: place.relation, isOnNode: isOnNode)
        }
    }

    /// The order of preference among places; lower is better.
    ///
    /// With the set before apart from others, for the set would follow anyway; the node before the zone.
    func rank(node: String?, zone: String?) -> Int64 {
        let company = company(node: node, zone: zone)
        func has(_ relation: Companions.Relation, onNode: Bool) -> Bool {
            company.contains { $0.relation == relation && ($0.isOnNode || !onNode) }
        }
        let hasSet = companions.places.contains { $0.relation == .together }
        return (hasSet && !has(.together, onNode: true) ? 8 : 0) + (hasSet && !has(.together, onNode: false) ? 4 : 0)
            + (has(.apart, onNode: true) ? 2 : 0) + (has(.apart, onNode: false) ? 1 : 0)
    }
}

extension MemberView {
    /// How near a member is to the active pods of the groups that this one belongs with or stays apart from.
    func company(of member: Member) -> [Company] {
        companions?.company(node: member.node, zone: zone(of: member)) ?? []
    }

    /// The place of a member among those that are otherwise equal; 0 for all where no group is named.
    func companionRank(of member: Member) -> Int64 {
        companions?.rank(node: member.node, zone: zone(of: member)) ?? 0
    }
}
