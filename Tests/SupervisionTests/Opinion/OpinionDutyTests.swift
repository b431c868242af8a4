import Testing

@testable import FailoverCore
@testable import KubernetesClient
@testable import Supervision

/// What a standby says, and when.
@Suite struct OpinionDutyTests {
    private static func time(_ seconds: Int) -> MonotonicTime {
        MonotonicTime(nanoseconds: UInt64(seconds) * 1_000_000_000)
    }

    private static func question(_ id: String = "q") -> StoredOpinions.Question {
        .init(id: id, pod: "web-0", uid: "u", since: MicroTime(microseconds: 0))
    }

    private static func evidence(_ health: Health, at seconds: Int) -> HealthEvidence {
        var evidence = HealthEvidence(since: time(0))
        switch health {
        case .unknown: break
        case .healthy: evidence.succeeded(from: time(seconds), at: time(seconds))
        case .unhealthy: evidence.failed(from: time(seconds), at: time(seconds))
        }
        evidence.became(health, at: time(seconds))
        return evidence
    }

    /// The duty of a standby that saw the question after ten seconds.
    private static func duty() -> OpinionDuty {
        var duty = OpinionDuty()
        #expect(duty.saw(question(), at: time(10)) == .init("u"))
        return duty
    }

    @Test(arguments: [Health.healthy, .unhealthy]) func saysWhatItFoundSinceItWasAsked(health: Health) {
        var duty = Self.duty()
        #expect(duty.opinion(on: Self.evidence(health, at: 9), at: Self.time(12)) == nil)
        let answer = duty.opinion(on: Self.evidence(health, at: 11), at: Self.time(12))
        #expect(answer == .init(question: "q", uid: "u", health: health.rawValue, ageSeconds: 1))
        #expect(duty.opinion(on: Self.evidence(health, at: 13), at: Self.time(14)) == nil, "said already")
    }

    @Test func saysNothingWithoutAVerdictOrAQuestion() {
        var duty = Self.duty()
        #expect(duty.opinion(on: Self.evidence(.unknown, at: 11), at: Self.time(12)) == nil)
        #expect(duty.opinion(on: nil, at: Self.time(12)) == nil)
        var idle = OpinionDuty()
        #expect(idle.subject == nil && idle.opinion(on: Self.evidence(.healthy, at: 11), at: Self.time(12)) == nil)
    }

    /// The last results speak against the verdict: it waits for the next one.
    @Test func saysNothingThatIsContradicted() {
        var duty = Self.duty()
        var evidence = Self.evidence(.healthy, at: 11)
        evidence.failed(from: Self.time(12), at: Self.time(12))
        #expect(duty.opinion(on: evidence, at: Self.time(12)) == nil)
        evidence.became(.unhealthy, at: Self.time(13))
        #expect(duty.opinion(on: evidence, at: Self.time(13))?.health == "unhealthy")
    }

    @Test func saysAgainWhenItsVerdictChangesButNotForEver() {
        var duty = Self.duty()
        var count = 0
        for second in 11..<60 {
            let health: Health = second % 2 == 0 ? .healthy : .unhealthy
            if duty.opinion(on: Self.evidence(health, at: second), at: Self.time(second)) != nil { count += 1 }
        }
        #expect(count == 8)
    }

    @Test func looksAnewForEachQuestion() {
        var duty = Self.duty()
        #expect(duty.saw(Self.question(), at: Self.time(11)) == nil, "the same")
        #expect(duty.opinion(on: Self.evidence(.healthy, at: 11), at: Self.time(12)) != nil)
        #expect(duty.saw(Self.question("r"), at: Self.time(20)) == .init("u"))
        #expect(duty.opinion(on: Self.evidence(.healthy, at: 11), at: Self.time(21)) == nil)
        #expect(duty.opinion(on: Self.evidence(.healthy, at: 20), at: Self.time(21))?.question == "r")
        #expect(duty.saw(nil, at: Self.time(22)) == nil && duty.subject == nil)
    }

    @Test func saysAgainWhatCouldNotBeWritten() throws {
        var duty = Self.duty()
        let first = duty.opinion(on: Self.evidence(.healthy, at: 11), at: Self.time(12))
        let answer = try #require(first)
        #expect(duty.notWritten(answer) && !duty.notWritten(answer))
        #expect(duty.opinion(on: Self.evidence(.healthy, at: 13), at: Self.time(14))?.ageSeconds == 1)
    }
}
