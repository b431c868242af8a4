import Foundation
import KubernetesClient
import StandbyConfiguration
import Testing

@testable import Supervision

/// The budgets that `pdb` prints, and those that `validate --cluster` finds.
@Suite struct BudgetTests {
    private static let cordon = ", failover: {onNodeDrain: Cordon}"
    private static let selector = ", selector: {matchLabels: {app: web}}"

    private static func refusal(_ more: String) throws -> String {
        let group = try Samples.group("web", service: "web", more)
        do throws(BudgetManifest.Refusal) {
            _ = try BudgetManifest(group)
            return ""
        } catch {
            return "\(error)"
        }
    }

    // MARK: What is printed

    @Test func selectsTheActivePodByTheFile() throws {
        let expression = "{key: tier, operator: In, values: [a, b]}"
        let more =
            ", namespace: shop, selector: {matchLabels: {app: web}, matchExpressions: [\(expression)]}" + Self.cordon
        let budget = try BudgetManifest(try Samples.group("web", service: "web", more))
        #expect(
            YAMLText.write(budget.document) == """
                apiVersion: policy/v1
                kind: PodDisruptionBudget
                metadata:
                  name: kube-standby-web
                  namespace: shop
                  labels:
                    app.kubernetes.io/name: kube-standby
                spec:
                  minAvailable: 1
                  unhealthyPodEvictionPolicy: AlwaysAllow
                  selector:
                    matchLabels:
                      app: web
                      role: active
                    matchExpressions:
                      - key: tier
                        operator: In
                        values: [a, b]

                """
        )
    }

    @Test func selectsTheActivePodByItsService() throws {
        let group = try Samples.group("web", service: "web", Self.cordon)
        let service = try Samples.service("web", selector: #"{"app":"shop","role":"active"}"#)
        let text = YAMLText.write(try BudgetManifest(group, service, namespace: "default").document)
        #expect(text.hasSuffix("    matchLabels:\n      app: shop\n      role: active\n"), "\(text)")
        #expect(!text.contains("namespace"))
        #expect(throws: BudgetManifest.Refusal.unusable(group: "web", .serviceMissing("web", namespace: "default"))) {
            try BudgetManifest(group, nil, namespace: "default")
        }
    }

    @Test func isRefusedWhereADrainWouldWaitForEver() throws {
        for drain in ["Ignore", "Taint"] {
            let words = try Self.refusal(Self.selector + ", failover: {onNodeDrain: \(drain)}")
            #expect(words.contains("failover.onNodeDrain is \(drain)") && words.contains("for ever"), "\(words)")
        }
        #expect(try Self.refusal(Self.cordon).contains("give it a selector, or --cluster"))
        let unlabelled = ", mode: EndpointSlice, roleLabel: null" + Self.selector + Self.cordon
        #expect(try Self.refusal(unlabelled).contains("roleLabel is null"))
        #expect(try Self.refusal(", mode: EndpointSlice" + Self.selector + Self.cordon) == "")
    }

    // MARK: What is found

    private static func budget(_ name: String, _ selector: String, _ amount: String) throws -> PodDisruptionBudget {
        let text = #"{"metadata":{"name":"\#(name)"},"spec":{"selector":\#(selector),\#(amount)}}"#
        return try JSONDecoder().decode(PodDisruptionBudget.self, from: Data(text.utf8))
    }

    private static func findings(_ budgets: [PodDisruptionBudget]) throws -> [ClusterFinding] {
        let pods = [
            try Samples.pod("web-0", role: "active"), try Samples.pod("web-1", role: "passive"),
            try Samples.pod("web-2"),
        ]
        return BudgetExamination(budgets).findings(pods, of: try Samples.group())
    }

    private static let all = #"{"matchLabels":{"app":"web"}}"#
    private static let active = #"{"matchLabels":{"app":"web","role":"active"}}"#

    @Test(arguments: [
        (all, #""maxUnavailable":0"#, true), (all, #""maxUnavailable":"0%""#, true), (all, #""minAvailable":3"#, true),
        (all, #""minAvailable":"100%""#, true), (all, #""minAvailable":2"#, false),
        (all, #""maxUnavailable":1"#, false),
        (active, #""minAvailable":1"#, false), (active, #""maxUnavailable":0"#, false),
        (#"{"matchLabels":{"app":"db"}}"#, #""maxUnavailable":0"#, false), ("null", #""maxUnavailable":0"#, false),
        ("{}", #""maxUnavailable":0"#, true),
        (#"{"matchExpressions":[{"key":"role","operator":"Exists"}]}"#, #""maxUnavailable":0"#, true),
        (#"{"matchExpressions":[{"key":"role","operator":"Later"}]}"#, #""maxUnavailable":0"#, false),
    ])
    func aBudgetThatNoMoveSatisfiesIsFound(selector: String, amount: String, isFound: Bool) throws {
        let findings = try Self.findings([try Self.budget("b", selector, amount)])
        #expect(findings == (isFound ? [.insatiableBudget("b")] : []))
    }

    @Test func aPodWithTwoBudgetsIsFoundWhateverItsRole() throws {
        let budgets = [
            try Self.budget("ours", Self.active, #""minAvailable":1"#),
            try Self.budget("theirs", Self.all, #""minAvailable":1"#),
        ]
        #expect(try Self.findings(budgets) == [.severalBudgets(pod: "web-0", budgets: ["ours", "theirs"])])
        let apart = [
            budgets[0], try Self.budget("others", #"{"matchLabels":{"role":"passive"}}"#, #""minAvailable":1"#),
        ]
        #expect(try Self.findings(apart).isEmpty)
    }
}
