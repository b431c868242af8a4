import Foundation
import KubernetesClient
import Testing

@testable import Supervision
@testable import kube_standby

/// What `status` prints of groups.
@Suite struct StatusTextTests {
    private static let now = Date(timeIntervalSince1970: 1_767_323_097)

    private static func findings(cause: String, more: String = "") throws -> ClusterSurvey.Findings {
        let move = #"{\"time\":\"2026-01-02T03:04:05.000000Z\",\"to\":\"web-0\",\"cause\":\"\#(cause)\",\"epoch\":2}"#
        let lease = """
            {"metadata": {"name": "kube-standby-web", "namespace": "shop",
              "annotations": {"kube-standby.io/history": "[\(move)]"}}, "spec": {"holderIdentity": "web-0"}}
            """
        let status = """
            {"name": "web", "namespace": "shop", "service": "web", "mode": "Label", "standing": "Leading", "state": "ok",
             "conditions": ["Available"], "active": ["web-0"], "moves": {}, "unavailableSeconds": 0, "members": [
              {"name": "web-0", "uid": "0", "role": "active", "health": "healthy", "isCandidate": true, "isReady": true,
               "priority": 100},
              {"name": "web-1", "uid": "1", "role": "passive", "health": "healthy", "isCandidate": false, "isReady": true,
               "priority": 100\(more)}]}
            """
        let record = RecordedGroup(try JSONDecoder().decode(Lease.self, from: Data(lease.utf8)))
        let told = try JSONDecoder().decode(GroupStatus.self, from: Data(status.utf8))
        return ClusterSurvey.Findings([told], [try #require(record)])
    }

    /// A healthy group is not said to be unhealthy because it once was.
    @Test(arguments: [
        ("ActiveUnhealthy", "the active pod was unhealthy"), ("NoActive", "nobody was active"),
        ("Switchover", "a switchover was requested"), ("OfAnotherVersion", "OfAnotherVersion"),
    ])
    func theLastMoveIsOver(cause: String, words: String) throws {
        let text = StatusText(isWide: true, now: Self.now).text(of: try Self.findings(cause: cause), isSingle: false)
        let lines = text.split(separator: "\n")
        #expect(lines[0].contains("  ZONE  LAST MOVE  ") && lines[0].hasSuffix("  REFUSED"), "\(text)")
        #expect(lines[1].hasSuffix("52s ago: \(words)  -"), "\(text)")
    }

    @Test func whoIsRefusedHasAColumn() throws {
        let findings = try Self.findings(cause: "NoActive", more: #", "refusal": "it is fenced""#)
        let text = StatusText(isWide: true, now: Self.now).text(of: findings, isSingle: false)
        #expect(text.hasSuffix("52s ago: nobody was active  web-1: it is fenced\n"), "\(text)")
    }

    private static let blind =
        #", "noResult": "no file descriptor", "noResultSince": "2026-01-02T02:58:57.000000Z""#

    /// A verdict that nothing has confirmed for long does not look like a new one.
    @Test func whoseProbesGiveNoResultIsSaidToBeSoForHowLongAndWhy() throws {
        let findings = try Self.findings(cause: "NoActive", more: Self.blind)
        let text = StatusText(now: Self.now).text(of: findings, isSingle: true)
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("web-1") })
        #expect(line.contains("healthy") && line.hasSuffix("no result for 6m: no file descriptor"), "\(text)")
        let other = try #require(text.split(separator: "\n").first { $0.hasPrefix("web-0") })
        #expect(!other.contains("no result"))
    }

    @Test func anExplanationNamesThemBeforeItPredicts() throws {
        let findings = try Self.findings(cause: "NoActive", more: Self.blind)
        let explanation = GroupExplanation(findings.groups[0], findings.statuses.first, settings: nil, kubelet: [])
        let text = ExplanationText(now: Self.now).text(of: explanation, source: "", gaps: [])
        let lines = text.split(separator: "\n").map { $0.split(separator: " ", omittingEmptySubsequences: true) }
        #expect(lines.contains(["web-1", "healthy", "6m", "no", "file", "descriptor"]), "\(text)")
        let calm = try Self.findings(cause: "NoActive")
        let plain = GroupExplanation(calm.groups[0], calm.statuses.first, settings: nil, kubelet: [])
        #expect(!ExplanationText(now: Self.now).text(of: plain, source: "", gaps: []).contains("NO RESULT"))
    }

    /// It was never asked, so that nothing is old.
    @Test func aPodWithoutThePortIsNotSaidToKeepAVerdict() throws {
        let findings = try Self.findings(cause: "NoActive", more: #", "noResult": "no container has the port""#)
        let text = StatusText(now: Self.now).text(of: findings, isSingle: true)
        #expect(text.contains("no result: no container has the port"), "\(text)")
        let explanation = GroupExplanation(findings.groups[0], findings.statuses.first, settings: nil, kubelet: [])
        #expect(!ExplanationText(now: Self.now).text(of: explanation, source: "", gaps: []).contains("NO RESULT"))
    }

    @Test func whatIsNotThereIsNamed() {
        let nothing = ClusterSurvey.Findings([], [])
        let absence = RecordedGroup.absence(of: "nosuch", in: "shop")
        let text = StatusText(now: Self.now).text(of: nothing, isSingle: true, absence: absence)
        #expect(text == "there is no group nosuch: namespace shop has no Lease kube-standby-nosuch\n")
        #expect(StatusText(now: Self.now).text(of: nothing, isSingle: false) == "no groups found\n")
    }
}
