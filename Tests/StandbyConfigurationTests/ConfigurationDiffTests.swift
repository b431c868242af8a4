import Testing

@testable import StandbyConfiguration

@Suite struct ConfigurationDiffTests {
    private func configuration(_ groups: [String: Int]) throws -> SupervisorConfiguration {
        let head = "apiVersion: kube-standby.io/v1\nkind: StandbyConfiguration\ngroups:"
        let lines = groups.sorted { $0.key < $1.key }.map { name, port in
            "\n- {name: \(name), service: \(name), selector: {matchLabels: {app: \(name)}}, probe: {tcpSocket: {port: \(port)}}}"
        }
        return try #require(Fixture.read(head + (lines.isEmpty ? " []" : lines.joined())).configuration)
    }

    @Test func comparesGroupsByName() throws {
        let diff = ConfigurationDiff(
            from: try configuration(["a": 1, "b": 1, "c": 1]),
            to: try configuration(["b": 2, "c": 1, "d": 1])
        )
        #expect(diff.added == ["d"] && diff.changed == ["b"] && diff.removed == ["a"] && diff.unchangedCount == 1)
        #expect("\(diff)" == "added d; changed b; removed a; 1 unchanged")
        #expect(!diff.isEmpty)
    }

    @Test func isEmptyBetweenEquals() throws {
        let same = try configuration(["a": 1])
        #expect(ConfigurationDiff(from: same, to: same).isEmpty)
        #expect("\(ConfigurationDiff(from: same, to: same))" == "1 unchanged")
    }

    @Test func namesTenAndCountsTheRest() throws {
        let many = Dictionary(uniqueKeysWithValues: (0..<15).map { ("g\($0)", 1) })
        let diff = ConfigurationDiff(from: try configuration([:]), to: try configuration(many))
        #expect("\(diff)".hasSuffix(" and 5 more; 0 unchanged"))
    }
}
