import Testing

@testable import FailoverCore

@Suite struct SelfDoubtTests {
    private static let start = MonotonicTime(nanoseconds: 1_000_000_000_000)

    /// Eight targets in four groups on two nodes, of which some begin to fail at once.
    private func fail(_ ids: [Int], of count: Int = 8, node: (Int) -> String? = { "n\($0 % 2)" }) -> Suspension? {
        var doubt = SelfDoubt()
        var suspension: Suspension?
        for id in ids {
            suspension = doubt.beganToFail(
                .init("\(id)"),
                at: .init(group: "g\(id / 2)", node: node(id)),
                period: .seconds(2),
                podCount: count,
                now: Self.start
            )
        }
        return suspension
    }

    @Test func doubtsItselfWhenHalfOfAllTargetsFailTogether() {
        #expect(fail([0, 1, 2, 3])?.reason == .massFailure)
        #expect(fail([0, 1, 2, 3])?.until == Self.start + .seconds(30))
    }

    @Test func believesFewFailuresAndThoseOfOneNodeOrOneGroup() {
        #expect(fail([0, 1, 2]) == nil)
        #expect(fail([0, 1, 2, 3], of: 9) == nil)
        #expect(fail([0, 2, 4, 6], node: { _ in "n0" }) == nil)
        #expect(fail([0, 1], of: 2) == nil)
        #expect(fail([0, 2, 4, 6], node: { _ in nil })?.reason == .massFailure)
    }

    @Test func believesFailuresThatBeganLongApartOrAreOver() {
        var doubt = SelfDoubt()
        for id in 0..<4 {
            let suspension = doubt.beganToFail(
                .init("\(id)"),
                at: .init(group: "g\(id)", node: "n\(id)"),
                period: .seconds(2),
                podCount: 4,
                now: Self.start + .seconds(3 * id)
            )
            #expect(suspension == nil)
        }
    }

    /// Four pods that fail, each for some groups.
    private func fail(for groups: [[String]], of count: Int = 4) -> Suspension? {
        var doubt = SelfDoubt()
        var suspension: Suspension?
        for (id, group) in groups.enumerated().flatMap({ id, groups in groups.map { (id, $0) } }) {
            let begun = doubt.beganToFail(
                .init("\(id)"),
                at: .init(group: group, node: "n\(id)"),
                period: .seconds(2),
                podCount: count,
                now: Self.start
            )
            suspension = suspension ?? begun
        }
        return suspension
    }

    @Test func countsAPodThatGroupsShareOnce() {
        #expect(fail(for: [["g", "h"], ["g", "h"]], of: 2) == nil, "two pods are no mass")
        #expect(
            fail(for: [["g", "h"], ["g", "h"], ["g", "h"], ["g", "h"]]) == nil,
            "two groups over the same pods are one"
        )
        #expect(fail(for: [["g", "h"], ["g"], ["h"], ["g", "h"]])?.reason == .massFailure)
    }

    @Test func forgetsAFailureOfTheGroupThatItWasFor() {
        var doubt = SelfDoubt()
        let begin = { (doubt: inout SelfDoubt, id: String, group: String) in
            doubt.beganToFail(
                .init(id),
                at: .init(group: group, node: id),
                period: .seconds(2),
                podCount: 4,
                now: Self.start
            )
        }
        for (id, group) in [("a", "g"), ("a", "h"), ("b", "g"), ("c", "h")] { _ = begin(&doubt, id, group) }
        doubt.stoppedFailing(.init("a"), in: "g")
        #expect(begin(&doubt, "d", "g")?.reason == .massFailure, "it still fails for h")
    }

    @Test func distrustsWhatBeganBeforeAStall() {
        var doubt = SelfDoubt()
        #expect(doubt.beat(now: Self.start, wall: 0) == nil)
        #expect(doubt.beat(now: Self.start + .seconds(2), wall: 2_000_000_000) == nil)
        let later = Self.start + .seconds(5)
        #expect(doubt.beat(now: later, wall: 5_000_000_000)?.reason == .stall)
        #expect(doubt.distrustedBefore == later)
        doubt.rested()
        #expect(doubt.beat(now: later + .seconds(60), wall: 0) == nil)
    }

    @Test(arguments: [3_600_000_000_000, -3_600_000_000_000])
    func noticesAClockThatJumps(by jump: Int64) {
        var doubt = SelfDoubt()
        #expect(doubt.beat(now: Self.start, wall: 0) == nil)
        #expect(doubt.beat(now: Self.start + .seconds(1), wall: 1_000_000_000) == nil)
        #expect(doubt.beat(now: Self.start + .seconds(2), wall: 2_000_000_000 + jump)?.reason == .clockJump)
    }
}
