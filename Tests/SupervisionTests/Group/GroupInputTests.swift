import KubernetesClient
import Probing
import Testing

@testable import FailoverCore
@testable import KubernetesClient
@testable import Probing
@testable import Supervision

/// Inputs that nobody has read yet replace each other; what must not be lost of the older stays.
@Suite struct GroupInputTests {
    private static func pods(_ version: String, isRelist: Bool) -> GroupInput {
        .pods(InformerSnapshot(objects: [], resourceVersion: version, isRelist: isRelist))
    }

    private static func lease(_ version: String, isRelist: Bool) -> GroupInput {
        .lease(InformerSnapshot(objects: [], resourceVersion: version, isRelist: isRelist))
    }

    private static func probe(
        _ detail: String,
        isChange: Bool,
        isRepetition: Bool,
        of member: String = "u"
    ) -> GroupInput {
        .probe(
            ProbeReport(
                member: .init(member),
                pod: "web-0",
                evidence: HealthEvidence(since: MonotonicTime(nanoseconds: 1)),
                verdict: .success,
                detail: detail,
                isChange: isChange,
                isRepetition: isRepetition
            )
        )
    }

    @Test(arguments: [(false, false), (true, false), (false, true), (true, true)])
    func aRelistIsNotForgotten(older: Bool, newer: Bool) {
        guard case .pods(let pods) = GroupInput.merge(Self.pods("1", isRelist: older), Self.pods("2", isRelist: newer)),
            case .lease(let lease) = GroupInput.merge(
                Self.lease("1", isRelist: older),
                Self.lease("2", isRelist: newer)
            )
        else {
            Issue.record("another input")
            return
        }
        #expect(pods.resourceVersion == "2" && pods.isRelist == (older || newer))
        #expect(lease.resourceVersion == "2" && lease.isRelist == (older || newer))
    }

    /// A change is told of, and what only the machine asked for is not, unless something else came with it.
    @Test(arguments: [
        (true, false, false, false, true, false), (false, true, false, false, false, false),
        (false, true, false, true, false, true), (false, false, false, true, false, false),
        (true, true, true, true, true, true),
    ]) func aChangeOfHealthIsNotForgotten(
        olderIsChange: Bool,
        olderIsRepetition: Bool,
        newerIsChange: Bool,
        newerIsRepetition: Bool,
        isChange: Bool,
        isRepetition: Bool
    ) {
        let older = Self.probe("old", isChange: olderIsChange, isRepetition: olderIsRepetition)
        let newer = Self.probe("new", isChange: newerIsChange, isRepetition: newerIsRepetition)
        guard case .probe(let report) = GroupInput.merge(older, newer) else {
            Issue.record("another input")
            return
        }
        #expect(report.detail == "new" && report.isChange == isChange && report.isRepetition == isRepetition)
    }

    @Test func whatSpeaksOfOtherThingsDoesNotReplaceEachOther() {
        let inputs: [GroupInput] = [
            .service(nil), Self.pods("1", isRelist: false), Self.lease("1", isRelist: false), .claimsChanged,
            .doubt(.init(until: MonotonicTime(nanoseconds: 1), reason: .stall)), .recovered(.pods), .recovered(.slices),
            Self.probe("a", isChange: false, isRepetition: false),
            Self.probe("a", isChange: false, isRepetition: false, of: "v"),
            .shutdown(isRemoved: true, grace: .seconds(5)),
            .shutdownDeadline, .timerFired(.init(number: 1)), .recordRead(.init(number: 2), .absent),
        ]
        #expect(Set(inputs.map(\.key)).count == inputs.count)
        #expect(GroupInput.failing(.pods, "away").key == GroupInput.recovered(.pods).key)
        #expect(GroupInput.timerFired(.init(number: 1)).key == GroupInput.endpointsSettled(.init(number: 1)).key)
    }
}
