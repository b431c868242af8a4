/// What the leader asks its standby replicas: whether a member fails for them, too.
package struct OpinionQuestion: Sendable, Hashable {
    /// Names the question in answers: no other question of any supervisor has it.
    package var id: String
    /// The active member, which fails for whoever asks.
    package var member: Member.ID
    /// The pod's name.
    package var name: String
    /// Since when it fails; evidence from before says nothing of that.
    package var since: MonotonicTime

    /// `id`: unique for each question of each process.
    package init(id: String, member: Member.ID, name: String, since: MonotonicTime) {
        self.id = id
        self.member = member
        self.name = name
        self.since = since
    }
}

/// What a standby replica says of a member.
package struct OpinionAnswer: Sendable, Hashable {
    /// Who gives it; one replica has one opinion.
    package var replica: String
    /// The question's id.
    package var question: String
    /// The member that it is about.
    package var member: Member.ID
    /// Of an unknown health there is no opinion.
    package var health: Health
    /// How old the evidence was when it was given.
    package var age: Duration

    /// As the replica wrote it; nothing of it has been checked.
    package init(replica: String, question: String, member: Member.ID, health: Health, age: Duration) {
        self.replica = replica
        self.question = question
        self.member = member
        self.health = health
        self.age = age
    }
}

/// How opinions on a member stand at one moment.
package struct OpinionTally: Sendable, Hashable {
    /// What one source says.
    package enum Voice: String, Sendable, Hashable {
        /// The member fails.
        case agrees
        /// The member serves.
        case disagrees
        /// It does not look at the member.
        case hasNone = "has no opinion"
    }

    /// Nil: it is not asked.
    package var kubelet: Voice?
    /// Whether standby replicas are asked.
    package var asksReplicas: Bool
    /// Replicas for which it fails, too.
    package var agreeing: Int
    /// Replicas for which it serves.
    package var disagreeing: Int
    /// Replicas that could answer and have not.
    package var silent: Int
    /// How many have to agree.
    package var needed: Int

    /// Who agrees, kubelet and replicas together.
    var agreements: Int { agreeing + (kubelet == .agrees ? 1 : 0) }

    /// Who disagrees, kubelet and replicas together.
    var disagreements: Int { disagreeing + (kubelet == .disagrees ? 1 : 0) }
}

extension OpinionTally: CustomStringConvertible {
    /// `1 of 2 opinions agree: the kubelet disagrees; standbys: 1 agree, 0 disagree, 1 silent`.
    package var description: String {
        let standbys = "standbys: \(agreeing) agree, \(disagreeing) disagree, \(silent) silent"
        let parts = [kubelet.map { "the kubelet \($0.rawValue)" }, asksReplicas ? standbys : nil]
        return "\(agreements) of \(needed) opinions agree: " + parts.compactMap(\.self).joined(separator: "; ")
    }
}
