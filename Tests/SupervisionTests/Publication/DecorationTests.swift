import FailoverCore
import Testing

@testable import Supervision

/// Labels that follow slices.
@Suite struct DecorationTests {
    private static let pod = Member.ID("u")
    private static let start = MonotonicTime(nanoseconds: 0)

    /// Whether it may be written, as a version of this number.
    private static func begins(_ decoration: inout Decoration, _ number: Int, after seconds: Int = 0) -> Bool {
        decoration.begins(pod, .active, of: version(number), at: start + .seconds(seconds))
    }

    /// Whether it is to be tried again after a pause.
    private static func isPaused(_ decoration: inout Decoration, _ outcome: RoleWriteOutcome) -> Bool {
        decoration.ended(pod, outcome, as: .active)
    }

    private static func version(_ number: Int) -> ObjectVersion { ObjectVersion("\(number)") }

    private static func written(at number: Int) -> RoleWriteOutcome {
        .written(Member(id: pod, name: "a", version: version(number)))
    }

    /// The informer shows a pod as it was before for a moment.
    @Test func whatIsShownOfAnOlderVersionIsNotWrittenAgain() {
        var decoration = Decoration()
        let first = Self.begins(&decoration, 5)
        let isPaused = Self.isPaused(&decoration, Self.written(at: 9))
        let again = [5, 8, 10].map { Self.begins(&decoration, $0) }
        #expect(first && !isPaused && again == [false, false, true])
    }

    @Test func aConflictIsNotTriedAgainBeforeTheOtherVersionIsShown() {
        var decoration = Decoration()
        let first = Self.begins(&decoration, 5)
        let isPaused = Self.isPaused(&decoration, .conflict)
        let again = [5, 6].map { Self.begins(&decoration, $0) }
        #expect(first && !isPaused && again == [false, true])
    }

    /// What goes with the label is written once, and after it is asked for anew.
    @Test func whatGoesWithARightLabelIsWrittenOnce() {
        var decoration = Decoration()
        func begins(_ number: Int) -> Bool {
            decoration.begins(Self.pod, .active, of: Self.version(number), isLabelled: true, at: Self.start)
        }
        let first = begins(1)
        _ = Self.isPaused(&decoration, Self.written(at: 2))
        let again = begins(3)
        decoration.askedForMore()
        #expect(first && !again && begins(3))
    }

    @Test func aDenialIsTriedAgainAfterAPause() {
        var decoration = Decoration()
        let first = Self.begins(&decoration, 5)
        let isPaused = Self.isPaused(&decoration, .refused(OperationFailure("403")))
        let early = Self.begins(&decoration, 5)
        decoration.isDue()
        let late = Self.begins(&decoration, 5)
        #expect(first && isPaused && !early && late)
    }

    @Test func aLabelThatOthersChangeIsWrittenTenTimesAMinute() {
        var decoration = Decoration()
        var writes = 0
        for number in 1...30 where Self.begins(&decoration, 2 * number) {
            writes += Self.isPaused(&decoration, Self.written(at: 2 * number + 1)) ? 0 : 1
        }
        let turns = [decoration.nextTurn(), decoration.nextTurn()]
        let later = Self.begins(&decoration, 90, after: 60)
        // The first one is none that others changed.
        #expect(writes == 11 && later)
        #expect(turns == [Self.start + .seconds(60), nil])
    }
}
