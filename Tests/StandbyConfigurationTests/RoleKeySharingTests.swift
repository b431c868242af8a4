import Testing
import YAMLDocument

@testable import StandbyConfiguration

/// When two groups of a namespace may write the same pods.
@Suite struct RoleKeySharingTests {
    private func verdicts(_ selectors: [[String: String]]) -> [String] {
        var sharing = RoleKeySharing()
        return selectors.enumerated().map { index, labels in
            switch sharing.add(labels: labels, isExact: true, mark: YAMLMark(line: index + 1, column: 1)) {
            case .none: "none"
            case .samePods(let mark): "same as \(mark.line)"
            case .possible(let mark): "possible with \(mark.line)"
            }
        }
    }

    @Test func isSilentWhileOneLabelTellsAllApart() {
        #expect(
            verdicts([["app": "a", "t": "x"], ["app": "b", "t": "x"], ["app": "c"]]) == ["none", "none", "none"]
        )
    }

    @Test func tellsOnceThatPodsMayBeShared() {
        #expect(verdicts([[:], [:], [:]]) == ["none", "possible with 1", "none"])
        #expect(verdicts([["app": "a"], ["tier": "b"]]) == ["none", "possible with 1"])
    }

    @Test func tellsEverySelectorThatIsThere() {
        let same = ["app": "a"]
        #expect(verdicts([same, ["app": "b"], same, ["app": "b"]]) == ["none", "none", "same as 1", "same as 2"])
    }
}
