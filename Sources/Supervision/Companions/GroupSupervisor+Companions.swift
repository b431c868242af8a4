import FailoverCore
import KubernetesClient
import StandbyConfiguration

/// How a group that belongs with others, or is better apart from some, hears of them and is heard.
extension GroupSupervisor {
    /// What a group has told of itself.
    struct Companionship {
        /// Whether the file connects the group with another.
        var isFollowed = false
        /// Where it said last that it is; nil: nothing was said yet, or it has not exactly one active pod.
        var place: CompanionRegistry.Place?
    }

    /// Hears of the others from now on if the file names any, and tells the machine of them.
    func followCompanions() async {
        let isWanted = surroundings.companions.concerns(configuration.name)
        if isWanted != companionship.isFollowed {
            companionship = Companionship(isFollowed: isWanted)
            if isWanted {
                surroundings.companions.joined(claimant) { [self] in post(.companions) }
                tellPlace()
            } else {
                surroundings.companions.left(claimant)
            }
            await followNodes()
        } else if !isWanted {
            return
        }
        let (companions, now) = (surroundings.companions.companions(of: configuration.name), surroundings.clock.now())
        step { $0.companionsChanged(companions, at: now) }
    }

    /// Hears of the others no more.
    func leaveCompanions() {
        if companionship.isFollowed { surroundings.companions.left(claimant) }
        companionship = Companionship()
    }

    /// Tells the others where the active pod is.
    func tellPlace() {
        guard companionship.isFollowed else { return }
        let place = machine.place.map { CompanionRegistry.Place(node: $0.node, zone: $0.zone) }
        guard place != companionship.place else { return }
        companionship.place = place
        surroundings.companions.stands(claimant, at: place)
    }

    /// Tells the others of a move that they are to follow.
    func tellCompanions(of move: CompletedMove) {
        guard companionship.isFollowed, standing == .leading, let target = move.target, machine.isFollowed(move) else {
            return
        }
        let place = CompanionRegistry.Place(node: target.node, zone: machine.view.zone(of: target))
        companionship.place = place
        surroundings.companions.moved(claimant, to: place)
    }

    /// The nodes of the group's pods, whose zones are to be known; none where it belongs with nobody.
    var nodesOfPods: Set<String> {
        companionship.isFollowed ? Set(seenPods?.objects.compactMap { $0.spec?.nodeName } ?? []) : []
    }
}
