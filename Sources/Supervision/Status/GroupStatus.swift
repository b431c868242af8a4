package import FailoverCore
package import KubernetesClient

/// Where a group stands: what `/api/v1/groups` answers, and what the group's metrics are made of.
///
/// A field without a value is left out of the JSON.
package struct GroupStatus: Codable, Sendable, Hashable {
    /// What this supervisor is to a group.
    package enum Standing: String, Codable, Sendable, Hashable {
        /// It holds the group's shard.
        case leading = "Leading"
        /// It held the shard, could not renew its Lease in time, and writes nothing.
        case inDoubt = "InDoubt"
        /// Another leads the group; this supervisor observes it.
        case standby = "Standby"
    }

    /// One pod.
    package struct Member: Codable, Sendable, Hashable {
        /// The pod's name.
        package var name: String
        /// The pod's uid.
        package var uid: String
        /// `active` or `passive`; nil: its label says neither.
        package var role: String?
        /// `healthy`, `unhealthy` or `unknown`.
        package var health: String
        /// Since when that is so; nil: there were no probes yet.
        package var healthSince: MicroTime?
        /// When a probe succeeded last; nil: never.
        package var lastSuccess: MicroTime?
        /// Since when probes fail, with nothing else in between; nil: they do not.
        package var failingSince: MicroTime?
        /// Why the last probe gave no result; nil: it gave one.
        package var noResult: String?
        /// Since when none did, so that the health is older; nil: the last one did, or there is nothing to ask, like a port.
        package var noResultSince: MicroTime?
        /// Whether it may be promoted, whatever its health.
        package var isCandidate: Bool
        /// Why not; nil: it may.
        package var refusal: String?
        /// The number that it gave last when it was asked for its score, at most some 10 s ago; nil: it gave none, or is not asked.
        package var score: Double?
        /// Why it gave no score; nil: it gave one, or is not asked.
        package var noScore: String?
        /// Near whose active pods it is, of the groups that this one belongs with or stays apart from, like `on the node of db (sync)`; nil:
        /// near nobody's.
        package var company: [String]?
        /// The pod condition Ready.
        package var isReady: Bool
        /// 0...1000.
        package var priority: Int
        /// The node that it runs on; nil: not known.
        package var node: String?
        /// That node's zone; nil: not known.
        package var zone: String?
        /// Of the last switch that wrote it; nil: none did.
        package var epoch: Int?

        /// `noResultSince` in whole seconds since 1970.
        package var noResultSinceSeconds: Int64? { noResultSince?.seconds }
    }

    /// A switch that is under way.
    package struct Switch: Codable, Sendable, Hashable {
        /// Who is to be active; nil: nobody.
        package var to: String?
        /// One of the causes of the group's history.
        package var cause: String
        /// At which it was announced.
        package var epoch: Int
        /// When it was decided.
        package var startedAt: MicroTime
        /// What is being done, in one word.
        package var step: String
        /// The pod that cannot be written, and why; nil: none.
        package var waitsFor: String?
    }

    /// A wish to follow another group of the set, that is not carried out yet.
    package struct Following: Codable, Sendable, Hashable {
        /// The group that has moved.
        package var group: String
        /// Where it is now; nil: not known.
        package var node: String?
        /// That node's zone; nil: not known.
        package var zone: String?
        /// What is waited for, in words; nil: nothing.
        package var waitsFor: String?
        /// Until when; nil: nothing is waited for, or that is not known.
        package var until: MicroTime?

        /// In words.
        package var text: String {
            let place = node.map { "node \($0)" } ?? zone.map { "zone \($0)" } ?? "its place"
            return "follows \(group) to \(place)" + (waitsFor.map { "; waits for \($0)" } ?? "")
        }
    }

    /// What has changed in the last hour.
    package struct Timeline: Codable, Sendable, Hashable {
        /// A change of one member, or a move.
        package struct Change: Codable, Sendable, Hashable {
            /// When it was noticed.
            package var at: MicroTime
            /// `health`, `role`, `joined`, `left` or `moved`.
            package var kind: String
            /// Whose; nil: it was a move.
            package var member: String?
            /// Health or role before; of a move, the names of those that were active; nil: none.
            package var from: String?
            /// Health or role since; of a move, the name of the active pod; nil: none.
            package var to: String?
            /// Of a move: one of the causes of the group's history.
            package var cause: String?
        }

        /// From when on everything is known; nil: nothing is yet.
        package var since: MicroTime?
        /// Oldest first.
        package var changes: [Change]
    }

    /// Of the configuration.
    package var name: String
    /// Where it is.
    package var namespace: String
    /// The Service's name.
    package var service: String
    /// `Label` or `EndpointSlice`.
    package var mode: String
    /// What this supervisor is to it.
    package var standing: Standing
    /// In a few words: `ok`, or what is not.
    package var state: String
    /// What holds of `GroupAssessment.Condition`, sorted.
    package var conditions: [String]
    /// Of the record; nil: there is none, or it was not read yet.
    package var epoch: Int?
    /// The names of the pods whose label says active.
    package var active: [String]
    /// Since when that pod is; nil: not known, or there is not exactly one.
    package var activeSince: MicroTime?
    /// Who would take over if that pod failed now; nil: nobody could.
    package var next: String?
    /// Moves since this supervisor took the group, by their cause.
    package var moves: [String: Int] = [:]
    /// How long nobody served since then, because of what led to moves.
    package var unavailableSeconds = 0.0
    /// A switch that is under way; nil: none.
    package var `switch`: Switch?
    /// A wish to follow another group that is not carried out yet; nil: there is none.
    package var following: Following?
    /// A switchover that an operator asked for at a later time, the next one; nil: none waits on the Lease, or it will be refused.
    package var scheduled: StoredRequest?
    /// By name.
    package var members: [Member]
    /// The settings in effect; nil in a list of groups.
    package var settings: GroupSettings?
    /// What has changed in the last hour; nil where many groups are listed.
    package var timeline: Timeline?

    /// `activeSince` in seconds since 1970.
    package var activeSinceSeconds: Double? { activeSince.map { Double($0.microseconds) / 1e6 } }

    /// Whether a condition holds.
    package func holds(_ condition: GroupAssessment.Condition) -> Bool { conditions.contains(condition.rawValue) }
}
