import FailoverCore
import Foundation
import Testing

@testable import Operations

/// The alerts of `config/alerts.yaml` ask for what there is, and each has its runbook.
@Suite struct AlertRulesTests {
    private let alerts: String
    private let runbooks: String
    private let folder: URL

    init() throws {
        folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "config")
        alerts = try String(contentsOf: folder.appending(path: "alerts.yaml"), encoding: .utf8)
        runbooks = try String(contentsOf: folder.appending(path: "RUNBOOKS.md"), encoding: .utf8)
    }

    private var names: [String] { alerts.matches(of: /- alert: (\w+)/).map { String($0.output.1) } }

    @Test func askForMetricsThatExist() {
        let known = Set(Metric.all.map(\.fullName) + GroupMetric.all.map(\.fullName))
        let asked = alerts.split(separator: "\n").filter { $0.contains(" expr: ") }.flatMap {
            $0.matches(of: /(?:kube_standby|leader_election)\w*/).map { String($0.output) }
        }
        #expect(asked.count >= 16 && Set(asked).isSubset(of: known))
    }

    /// One that Holding tells of has none of its own.
    @Test func eachConditionThatIsTroubleHasOne() {
        let asked = Set(alerts.matches(of: /condition="(\w+)"/).map { String($0.output.1) })
        let all = Set(GroupAssessment.Condition.allCases.map(\.rawValue))
        #expect(all.subtracting(asked) == ["Disputed"] && asked.isSubset(of: all))
    }

    /// The dashboard, too; a histogram is asked for by its parts.
    @Test func theDashboardAsksForMetricsThatExist() throws {
        let known = Set(Metric.all.map(\.fullName) + GroupMetric.all.map(\.fullName))
        let text = try String(contentsOf: folder.appending(path: "grafana-dashboard.json"), encoding: .utf8)
        let names = /(?:kube_standby|leader_election|rest_client|process)_\w+/
        let asked = Set(text.matches(of: names).map { String($0.output).replacing(/_(bucket|sum|count)$/, with: "") })
        #expect(asked.count >= 15 && asked.isSubset(of: known), "\(asked.subtracting(known))")
        let conditions = text.matches(of: /condition[!=~]+\\"([\w|]+)\\"/).flatMap { $0.output.1.split(separator: "|") }
        let all = Set(GroupAssessment.Condition.allCases.map(\.rawValue))
        #expect(conditions.count >= 4 && Set(conditions.map(String.init)).isSubset(of: all))
        let dashboard = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        let panels = dashboard?["panels"] as? [[String: Any]] ?? []
        #expect(panels.count > 10 && Set(panels.compactMap { $0["id"] as? Int }).count == panels.count)
    }

    /// What people read speaks of no metric that is not there.
    @Test(arguments: [
        "README.md", "config/README.md", "config/RUNBOOKS.md", "charts/kube-standby/README.md", "Sources/README.md",
        "Sources/Operations/README.md", "Sources/Supervision/README.md", "Tests/README.md",
    ]) func documentsNameMetricsThatExist(path: String) throws {
        let known = Set(Metric.all.map(\.fullName) + GroupMetric.all.map(\.fullName))
        let file = folder.deletingLastPathComponent().appending(path: path)
        let text = try String(contentsOf: file, encoding: .utf8)
        let asked = Set(text.matches(of: /kube_standby_[a-z_]+[a-z]/).map { String($0.output) })
        #expect(asked.isSubset(of: known), "\(asked.subtracting(known))")
    }

    @Test func eachHasItsRunbook() {
        let headings = runbooks.matches(of: /## (\w+)\n/).map { String($0.output.1) }
        #expect(names.count == 17 && headings == names)
        for name in names { #expect(alerts.contains("RUNBOOKS.md#\(name.lowercased())\n"), "\(name)") }
    }

    /// The same reasons as those of the notifications' short word, and what ends a wait that does not end by itself.
    @Test func theRunbookOfNobodyActiveNamesEachReason() throws {
        let reference = try String(contentsOf: folder.appending(path: "kube-standby.yaml"), encoding: .utf8)
        let words = try #require(reference.firstMatch(of: /NoActive: (\w+(?:, \w+)+)/))
        let reasons = words.output.1.split(separator: ", ")
        let runbook = try #require(runbooks.split(separator: "\n## ").first { $0.hasPrefix("KubeStandbyNoActive\n") })
        #expect(reasons.count >= 4)
        for reason in reasons { #expect(runbook.contains("`\(reason)`"), "\(reason)") }
        #expect(runbook.contains("--force"))
    }
}
