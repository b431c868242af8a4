/// Where a group stands at one moment, as its supervisor sees it: for status, metrics and the operations API.
///
/// It is derived from what decisions are made of, and decides nothing.
package struct GroupAssessment: Sendable, Hashable {
    /// What an operator or an alert looks for; several may hold at once.
    ///
    /// The raw values are the words of metrics and status.
    package enum Condition: String, Sendable, Hashable, CaseIterable {
        /// One member is active, runs, has an address, is Ready, and its probes do not say otherwise.
        case available = "Available"
        /// Nothing moves but what an operator asks for.
        case paused = "Paused"
        /// A move is due and is not made.
        case holding = "Holding"
        /// The group moved so often that it is left as it is for a while.
        case flapping = "Flapping"
        /// The supervisor doubts its own probes, and nothing moves because of them.
        case selfDoubt = "SelfDoubt"
        /// The active member fails for this supervisor, and too few others say so.
        case disputed = "Disputed"
        /// A switch waits for a pod, or endpoints, that cannot be written.
        case sealBlocked = "SealBlocked"
        /// Nobody could take over now.
        case noHealthyCandidate = "NoHealthyCandidate"
        /// The active pod is Ready and is in no EndpointSlice for long.
        case endpointsLag = "EndpointsLag"
        /// The active member is not Ready.
        case activeNotReady = "ActiveNotReady"
        /// The record cannot be read or written, so that nothing can move.
        case recordUnavailable = "RecordUnavailable"
        /// Nothing can be done before something else changes: the Service, another group that means the same pods.
        case waiting = "Waiting"
    }

    /// One member.
    package struct Line: Sendable, Hashable {
        /// As it was observed last.
        package var member: Member
        /// What its probes say; nil: nothing yet.
        package var evidence: HealthEvidence?
        /// Whether it could be promoted, or the first reason why not.
        package var candidacy: Candidacy
        /// What it answered last when it was asked for its score; nil: it was not asked of late.
        package var score: CandidateScore?
        /// Near whose active pods it is, of the groups that this one belongs with or stays apart from.
        package var company: [Company] = []

        /// The verdict of its probes.
        package var health: Health { evidence?.health ?? .unknown }
    }

    /// A wish to follow another group of the set.
    package struct Following: Sendable, Hashable {
        /// Whom, and where to.
        package var wish: FollowWish
        /// What it waits for; nil: nothing.
        package var obstacle: FollowObstacle?
        /// Until when, as far as that is known.
        package var until: MonotonicTime?
    }

    /// A switch that is under way.
    package struct Progress: Sendable, Hashable {
        /// Who is to be active; nil: nobody.
        package var target: String?
        /// Why.
        package var cause: SwitchCause
        /// At which it was announced.
        package var epoch: Epoch
        /// When it was decided.
        package var startedAt: MonotonicTime
        /// What is being done, in one word.
        package var step: String
        /// Whether the promotion waits for a proof or a hook until that comes or an operator insists: nobody is active for that long.
        package var isHeld: Bool
        /// The member that denies a write; nil: none does.
        package var obstacle: String?
        /// Why it does; nil: none does.
        package var refusal: OperationFailure?
    }

    /// Of the record; nil: it was not read yet, or there is none.
    package var epoch: Epoch?
    /// By name.
    package var lines: [Line]
    /// Who would take over if the active member failed now, or the best candidate if there is none; nil: nobody could.
    package var next: Member?
    /// What holds.
    package var conditions: Set<Condition>
    /// What an operator must know; nil: nothing.
    package var finding: Decision.Finding?
    /// The move that is due and is not made, because the group moves nothing by itself; nil: none.
    package var withheld: Decision.Move?
    /// A switch that is under way; nil: none.
    package var progress: Progress?
    /// A wish to follow another group of the set that is not carried out yet; nil: there is none.
    package var following: Following?
    /// The last move, if it made active who is active now; nil: that is not known.
    package var lastMove: MoveEntry?

    /// The names of those that are active.
    package var actives: [String] { lines.filter { $0.member.role == .active }.map(\.member.name) }
}

extension GroupStateMachine {
    /// Where the group stands.
    package func assessment(at now: MonotonicTime) -> GroupAssessment {
        GroupAssessment(situation(at: now), phase)
    }
}

extension GroupAssessment {
    /// Derives it from all that is known, and what is being done.
    init(_ situation: Situation, _ phase: Outstanding.Phase) {
        let known = situation.known
        let view = known.view.scored(at: situation.now)
        var rules = situation.rules(known.record)
        rules.view = view
        let decision = situation.decision
        let active = view.actives.count == 1 ? view.actives.first : nil
        epoch = known.record?.epoch
        lines = view.all.map { member in
            Line(
                member: view.placed(member),
                evidence: view.evidence(of: member.id),
                candidacy: view.candidacy(of: member, under: known.policy),
                score: view.decisiveScore(of: member.id),
                company: view.company(of: member)
            )
        }
        let others = rules.healthyCandidates.filter { $0.role != .active && !view.history.isRefused($0.id) }
        next = Ranking(view, leaving: active).best(of: others)
        finding = decision.finding
        if let wish = view.companions?.following?.wish { following = Self.following(wish, active, rules) }
        if case .switching(let progress) = phase { self.progress = Progress(progress, in: situation) }
        let isWithheld = known.policy.isObserving || situation.isHeld && !decision.finishesSwitch
        if isWithheld, case .move(let move) = decision { withheld = move }
        lastMove = known.record?.history.last.flatMap { $0.target == active?.name ? $0 : nil }
        conditions = []
        conditions = held(situation, rules, active)
        if case .backingOff = phase { recordFailed(while: decision) }
    }

    private static func following(_ wish: FollowWish, _ active: Member?, _ rules: DecisionRules) -> Following {
        guard case .wait(let obstacle, let until) = active.flatMap(rules.followStep) else { return .init(wish: wish) }
        return .init(wish: wish, obstacle: obstacle, until: until)
    }

    /// A move that cannot be announced is due and is not made.
    private mutating func recordFailed(while decision: Decision) {
        conditions.insert(.recordUnavailable)
        if case .move = decision { conditions.insert(.holding) }
    }

    private func held(_ situation: Situation, _ rules: DecisionRules, _ active: Member?) -> Set<Condition> {
        let isSuspended = rules.suspension.map { situation.now < $0.until } ?? false
        let holds: [Condition: Bool] = [
            .available: active.map { Self.serves($0, rules.view) && rules.view.rivals(of: $0).isEmpty } ?? false,
            .paused: situation.known.isPaused(at: situation.now),
            // Who only observes withholds nothing that it could make.
            .holding: withheld != nil && !situation.known.policy.isObserving || (finding.map(Self.withholds) ?? false)
                || (progress?.isHeld ?? false),
            .flapping: rules.holdEnd != nil,
            .selfDoubt: isSuspended,
            .disputed: finding.map(Self.isDispute) ?? false,
            .sealBlocked: progress?.obstacle != nil,
            .noHealthyCandidate: next == nil,
            .activeNotReady: active.map { !$0.isReady } ?? false,
        ]
        return Set(holds.filter(\.value).keys)
    }

    private static func serves(_ active: Member, _ view: MemberView) -> Bool {
        active.lifecycle != .finished && active.hasAddress && active.isReady && view.health(of: active.id) != .unhealthy
    }

    private static func withholds(_ finding: Decision.Finding) -> Bool {
        switch finding {
        case .flapping, .suspended, .disputed, .unanswered, .refusedByScore: true
        case .noHealthyCandidate, .multipleActive, .activeNotReady, .drainWaiting, .drift: false
        }
    }

    private static func isDispute(_ finding: Decision.Finding) -> Bool {
        switch finding {
        case .disputed, .unanswered: true
        case .noHealthyCandidate, .multipleActive, .flapping, .suspended, .activeNotReady, .drainWaiting, .drift,
            .refusedByScore:
            false
        }
    }
}

extension GroupAssessment.Progress {
    fileprivate init(_ progress: RoleSwitch, in situation: Situation) {
        target = progress.move.target?.name
        cause = progress.move.cause
        epoch = progress.epoch
        startedAt = progress.startedAt
        step = progress.word
        let heldHooks = situation.known.records.hooks?.held ?? []
        isHeld = progress.gate?.isHeld(situation.known.policy.promotionGate, heldHooks, at: situation.now) ?? false
        obstacle = progress.obstacle?.member.name
        refusal = progress.obstacle?.failure
    }
}
