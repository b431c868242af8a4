import FailoverCore

/// The state of a group in a few words: what matters most comes first.
struct GroupStateWords {
    /// `ok`, or what is not.
    let text: String

    /// Says what matters most.
    ///
    /// `waitingFor`: why nothing can be done for now; nil: something can. `hold`: nil: nothing is held for moving too often.
    init(_ assessment: GroupAssessment, waitingFor: String?, hold: GroupHold?) {
        text =
            waitingFor.map { "waiting: \($0)" } ?? Self.words(of: assessment.progress)
            ?? assessment.withheld.map { Self.withheld($0, assessment) } ?? Self.record(assessment)
            ?? assessment.finding.map { Self.finding($0, assessment, hold) }
            ?? Self.standing(assessment) + (hold.map { "; \($0.words)" } ?? "")
    }

    private static func words(of progress: GroupAssessment.Progress?) -> String? {
        guard let progress else { return nil }
        let obstacle = progress.obstacle.map { name in
            ", waiting for \(name)" + (progress.refusal.map { ": \($0)" } ?? "")
        }
        let words = "switching to \(progress.target ?? "nobody"), \(progress.step)\(obstacle ?? "")"
        return progress.isHeld ? "held: \(words)" : words
    }

    private static func withheld(_ move: Decision.Move, _ assessment: GroupAssessment) -> String {
        let why = assessment.conditions.contains(.paused) ? "paused" : "only observed"
        return "\(why), a move to \(move.target?.name ?? "nobody") is due: \(move.cause)"
    }

    private static func record(_ assessment: GroupAssessment) -> String? {
        guard assessment.conditions.contains(.recordUnavailable) else { return nil }
        return "the Lease cannot be read or written, so that nothing moves; the log says why"
    }

    /// A pause comes first: while it lasts nothing else ends what was found.
    private static func finding(
        _ finding: Decision.Finding,
        _ assessment: GroupAssessment,
        _ hold: GroupHold?
    ) -> String {
        let pause = assessment.conditions.contains(.paused) ? "paused; " : ""
        if finding == .flapping, let hold { return "\(pause)flapping, \(hold.words)" }
        return "\(pause)\(finding)" + (hold.map { "; \($0.words)" } ?? "")
    }

    private static func standing(_ assessment: GroupAssessment) -> String {
        if assessment.actives.isEmpty { return "no active pod" }
        if assessment.conditions.contains(.paused) { return "paused" }
        if assessment.conditions.contains(.activeNotReady) { return "the active pod is not Ready" }
        if !assessment.conditions.contains(.available) { return "the active pod is unhealthy" }
        if assessment.conditions.contains(.endpointsLag) { return "the endpoints lag" }
        return "ok"
    }
}

/// For how long a group is left as it is, because it moved too often.
struct GroupHold: Sendable, Hashable {
    /// Until it ends, unless an operator ends it before.
    var rest: Duration
    /// What was reached.
    var limit: FlapLimit

    /// `holding for 8m more: 3 or more moves in 10m`.
    var words: String {
        "holding for \(Self.span(rest)) more: \(limit.maxMoves) or more moves in \(Self.span(limit.window))"
    }

    /// Rounded up, so that whoever follows is not told anew each second.
    private static func span(_ duration: Duration) -> String {
        let seconds = Int(min(duration.inSeconds, 1e9).rounded(.up))
        switch seconds {
        case ..<120: return "\((seconds + 9) / 10 * 10)s"
        case ..<10_800: return "\((seconds + 59) / 60)m"
        default: return "\((seconds + 3599) / 3600)h"
        }
    }
}

extension GroupHold {
    /// Nil: nothing is held.
    ///
    /// A hold ends when the last move is old enough or, with a short window, when enough moves have left it: the machine itself is
    /// asked, to the second.
    init?(_ assessment: GroupAssessment, of machine: GroupStateMachine, at now: MonotonicTime) {
        guard assessment.conditions.contains(.flapping) else { return nil }
        let isHeld = { (seconds: Int) in
            machine.assessment(at: now + .seconds(seconds)).conditions.contains(.flapping)
        }
        limit = machine.policy.flap
        var (held, free) = (0, Int(limit.hold.inSeconds.rounded(.up)) + 1)
        while free - held > 1 {
            let middle = (held + free) / 2
            if isHeld(middle) { held = middle } else { free = middle }
        }
        rest = .seconds(free)
    }
}
