import FailoverCore
import KubernetesClient
import Testing

@testable import Operations
@testable import Supervision

/// What Prometheus is told of each group.
@Suite struct GroupMetricTests {
    private static func group(_ name: String, _ change: (inout GroupStatus) -> Void = { _ in }) -> GroupStatus {
        var group = GroupStatus(
            name: name,
            namespace: "shop",
            service: "web",
            mode: "Label",
            standing: .leading,
            state: "ok",
            conditions: ["Available", "Paused"],
            epoch: 7,
            active: ["web-0"],
            activeSince: MicroTime(microseconds: 1_700_000_000_500_000),
            moves: ["Switchover": 2, "ActiveGone": 1],
            unavailableSeconds: 1.5,
            members: [
                .init(name: "web-0", uid: "0", health: "healthy", isCandidate: true, isReady: true, priority: 100),
                .init(name: "web-1", uid: "1", health: "unknown", isCandidate: false, isReady: true, priority: 0),
            ]
        )
        change(&group)
        return group
    }

    private static func lines(_ groups: [GroupStatus]) -> [String] {
        var snapshot = MetricsSnapshot.empty
        snapshot.groups = groups
        return MetricsText.write(snapshot).split(separator: "\n").map(String.init)
            .filter { $0.contains("{group=") }
    }

    @Test func writesEachMetricOfAGroup() {
        let owner = #"group="web",namespace="shop""#
        let holding: Set = ["Available", "Paused"]
        #expect(
            Self.lines([Self.group("web")]) == [
                #"kube_standby_group_info{\#(owner),service="web",mode="Label"} 1"#,
                "kube_standby_group_active_members{\(owner)} 1",
                "kube_standby_group_active_since_timestamp_seconds{\(owner)} 1700000000.5",
            ]
                + GroupAssessment.Condition.allCases.map(\.rawValue).map {
                    #"kube_standby_group_condition{\#(owner),condition="\#($0)"} \#(holding.contains($0) ? 1 : 0)"#
                } + [
                    "kube_standby_group_epoch{\(owner)} 7",
                    #"kube_standby_moves_total{\#(owner),cause="ActiveGone"} 1"#,
                    #"kube_standby_moves_total{\#(owner),cause="Switchover"} 2"#,
                    "kube_standby_group_unavailable_seconds_total{\(owner)} 1.5",
                    #"kube_standby_member_healthy{\#(owner),member="web-0"} 1"#,
                    #"kube_standby_member_healthy{\#(owner),member="web-1"} 0"#,
                    #"kube_standby_member_candidate{\#(owner),member="web-0"} 1"#,
                    #"kube_standby_member_candidate{\#(owner),member="web-1"} 0"#,
                ]
        )
    }

    @Test func thatProbesGiveNoResultIsWrittenOnlyOfThoseThatGiveNone() {
        let lines = Self.lines([
            Self.group("web") { $0.members[1].noResultSince = MicroTime(microseconds: 1_700_000_000_000_000) }
        ])
        #expect(
            lines.filter { $0.contains("no_result") } == [
                #"kube_standby_member_no_result_since_timestamp_seconds{group="web",namespace="shop",member="web-1"} 1700000000"#
            ]
        )
    }

    @Test func aScoreIsWrittenOnlyOfThoseThatGaveOne() {
        let lines = Self.lines([
            Self.group("web") {
                $0.members[0].noScore = "HTTP 500"
                $0.members[1].score = 0.5
            }
        ])
        #expect(
            lines.filter { $0.contains("score") } == [
                #"kube_standby_candidate_score{group="web",namespace="shop",member="web-1"} 0.5"#
            ]
        )
    }

    /// Two replicas must not tell two things of one group.
    @Test(arguments: [GroupStatus.Standing.inDoubt, .standby]) func ofAGroupThatAnotherMayLeadNothingIsWritten(
        standing: GroupStatus.Standing
    ) {
        #expect(Self.lines([Self.group("web") { $0.standing = standing }]).isEmpty)
    }

    @Test func whatIsNotKnownHasNoSample() {
        let lines = Self.lines([Self.group("web") { ($0.epoch, $0.activeSince) = (nil, nil) }])
        #expect(!lines.contains { $0.contains("_epoch") || $0.contains("_since_") })
    }

    /// Names are checked where they are read; a value that comes from elsewhere must not make two lines of one.
    @Test func quotesWhatALabelMayHold() {
        let lines = Self.lines([Self.group("web") { $0.service = "a\"b\\c\nd" }])
        #expect(
            lines.first == #"kube_standby_group_info{group="web",namespace="shop",service="a\"b\\c\nd",mode="Label"} 1"#
        )
    }

    @Test(arguments: GroupMetric.all) func namesFollowTheConventions(metric: GroupMetric) {
        #expect(
            metric.name.wholeMatch(of: /[a-z][a-z_]*[a-z]/) != nil
                && metric.name.hasSuffix("_total") == (metric.kind == .counter)
        )
        #expect(metric.help.hasSuffix("."))
    }
}

extension MetricsSnapshot {
    /// Of a process that has done nothing yet.
    fileprivate static var empty: MetricsSnapshot {
        MetricsSnapshot(
            configuration: .init(lastSuccess: 0, groups: 0),
            version: "1",
            longestTurns: [],
            droppedLogLines: 0,
            writes: WriteCounts(underWay: 0, waiting: 0, limit: 8, waited: 0, pointless: 0)
        )
    }
}
