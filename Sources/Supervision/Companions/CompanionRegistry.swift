import Coordination
import FailoverCore
import StandbyConfiguration

/// Where the groups of a process that belong together, or are better apart, tell each other where their active pods are.
///
/// Groups that name nobody and are named by nobody have nothing here. What is kept is forgotten with the process: nobody follows
/// a move that another process made.
struct CompanionRegistry: Sendable {
    /// Where a group's active pod is.
    struct Place: Sendable, Hashable {
        /// Nil: it is not known.
        var node: String?
        /// That node's zone; nil: it is not known.
        var zone: String?
    }

    private struct Listener {
        /// Of several runs of one name the last one counts.
        var run: Int
        var wake: @Sendable () -> Void
    }

    private struct State {
        var sets = CompanionSets()
        var places: [String: Place] = [:]
        /// The last move of each set that is to be followed, by the set's smallest name.
        var wishes: [String: FollowWish] = [:]
        var listeners: [String: Listener] = [:]
        var wishCount = 0

        func listeners(besides group: String) -> [@Sendable () -> Void] {
            (sets.together(with: group) + sets.apart(from: group)).compactMap { listeners[$0]?.wake }
        }
    }

    private let state = Locked(State())

    /// The file has these groups now; what was to be followed is forgotten if they belong together in another way.
    ///
    /// - Returns: the groups that are to be told.
    func filed(_ groups: [GroupConfiguration]) -> Set<String> {
        let sets = CompanionSets(groups)
        return state.withLock { state in
            guard sets != state.sets else { return [] }
            defer {
                state.sets = sets
                state.wishes = [:]
            }
            return state.sets.names.union(sets.names)
        }
    }

    /// Whether a group belongs with another, or is better apart from one.
    func concerns(_ group: String) -> Bool { state.withLock { $0.sets.isNamed(group) } }

    /// A run of a group listens from now on; `wake`: called when something of the others is different; must be quick.
    func joined(_ run: RoleClaims.Claimant, _ wake: @escaping @Sendable () -> Void) {
        state.withLock { $0.listeners[run.group] = Listener(run: run.run, wake: wake) }
    }

    /// A run of a group is over, or belongs with nobody any more.
    func left(_ run: RoleClaims.Claimant) {
        let wakes = state.withLock { state in
            guard state.listeners[run.group]?.run == run.run else { return [] as [@Sendable () -> Void] }
            state.listeners[run.group] = nil
            state.places[run.group] = nil
            state.wishes = state.wishes.filter { $0.value.group != run.group }
            return state.listeners(besides: run.group)
        }
        for wake in wakes { wake() }
    }

    /// The active pod of a group is there; nil: it has not exactly one.
    func stands(_ run: RoleClaims.Claimant, at place: Place?) {
        let wakes = state.withLock { state in
            guard state.listeners[run.group]?.run == run.run, state.places[run.group] != place else {
                return [] as [@Sendable () -> Void]
            }
            state.places[run.group] = place
            return state.listeners(besides: run.group)
        }
        for wake in wakes { wake() }
    }

    /// A group has moved, and the others of its set are to follow.
    func moved(_ run: RoleClaims.Claimant, to place: Place) {
        let wakes = state.withLock { state in
            guard state.listeners[run.group]?.run == run.run else { return [] as [@Sendable () -> Void] }
            state.places[run.group] = place
            if !state.sets.together(with: run.group).isEmpty {
                state.wishCount += 1
                state.wishes[state.sets.set(of: run.group)] = FollowWish(
                    number: state.wishCount,
                    group: run.group,
                    node: place.node,
                    zone: place.zone
                )
            }
            // Its own wish is void, too.
            return state.listeners(besides: run.group) + [state.listeners[run.group]?.wake].compactMap(\.self)
        }
        for wake in wakes { wake() }
    }

    /// What a group is to know of the others.
    func companions(of group: String) -> Companions {
        state.withLock { state in
            func places(_ names: [String], _ relation: Companions.Relation) -> [Companions.Place] {
                names.compactMap { name in
                    state.places[name].map { .init(group: name, relation: relation, node: $0.node, zone: $0.zone) }
                }
            }
            let together = places(state.sets.together(with: group), .together)
            let all = together + places(state.sets.apart(from: group), .apart)
            var companions = Companions(all.sorted { $0.group < $1.group })
            if let wish = state.wishes[state.sets.set(of: group)], wish.group != group, isValid(wish, state) {
                companions.wish = wish
            }
            return companions
        }
    }

    /// Whether the group that moved is still where it went, as far as is known.
    private func isValid(_ wish: FollowWish, _ state: State) -> Bool {
        state.places[wish.group].map { $0.node == wish.node } ?? true
    }
}
