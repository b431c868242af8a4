import Foundation
import Sandbox
import TestedCluster
import Testing

/// Every rule of the API that the product relies on, against the sandbox or the server of a kubeconfig.
@Suite(.serialized) struct ConformanceTests {
    /// How a rule ended.
    private struct Outcome: Sendable {
        var rule: Rule
        /// Why it could not be tried; nil: it was.
        var untried: String?
        /// What was wrong; nil: nothing.
        var failure: String?

        var word: String {
            if untried != nil { return "untried" }
            return failure == nil ? "ok     " : "BROKEN "
        }
    }

    @Test(.timeLimit(.minutes(10))) func everyRuleHolds() async throws {
        let parameters = TestedCluster.Parameters()
        let namespace = parameters.namespace ?? "kube-standby-conformance"
        try await TestedCluster.run(parameters) { cluster in
            let version = try await cluster.speaker.ask("GET", "/version").body["gitVersion"].string ?? "?"
            let isNew = try await cluster.prepareNamespace(namespace)
            let run = String(UUID().uuidString.prefix(8)).lowercased()
            let outcomes = await Self.outcomes(cluster, namespace: namespace, run: run)
            try await Self.cleanUp(cluster, namespace: namespace, run: run)
            if isNew { try await cluster.deleteNamespace(namespace) }
            print(Self.table(outcomes, server: "\(cluster.url) \(version)"))
            for outcome in outcomes {
                if let failure = outcome.failure { Issue.record("\(outcome.rule.name): \(failure)") }
            }
        }
    }

    @Test func rulesAreToldApart() {
        let names = Rule.all.map(\.name)
        #expect(Set(names).count == names.count)
    }

    private static func outcomes(
        _ cluster: TestedCluster,
        namespace: String,
        run: String
    ) async -> [Outcome] {
        var outcomes: [Outcome] = []
        for (index, rule) in Rule.all.enumerated() {
            var outcome = Outcome(rule: rule)
            let subject = Subject(
                speaker: cluster.speaker,
                namespace: namespace,
                prefix: "c\(run)-\(index)",
                run: run
            )
            do {
                try await rule.check(subject)
            } catch let untried as Rule.Untried {
                outcome.untried = untried.description
            } catch {
                outcome.failure = "\(error)"
            }
            outcomes.append(outcome)
        }
        return outcomes
    }

    /// Takes away what the rules left, and nothing else.
    private static func cleanUp(_ cluster: TestedCluster, namespace: String, run: String) async throws {
        for resource in Resource.allCases where resource != .coreEvents {
            let target = resource.root(namespace) + "?labelSelector=kube-standby.io/conformance%3D\(run)"
            for item in try await cluster.speaker.ask("GET", target).body["items"].array ?? [] {
                let name = item["metadata"]["name"].string ?? ""
                _ = try await cluster.speaker.ask(
                    "DELETE",
                    "\(resource.root(namespace))/\(name)?gracePeriodSeconds=0"
                )
            }
        }
    }

    private static func table(_ outcomes: [Outcome], server: String) -> String {
        let lines = outcomes.map { outcome in
            let section = outcome.rule.section.padding(toLength: 4, withPad: " ", startingAt: 0)
            let note = outcome.failure ?? outcome.untried
            return "  \(outcome.word)  \(section) \(outcome.rule.name)" + (note.map { "\n           \($0)" } ?? "")
        }
        let counts = Dictionary(grouping: outcomes, by: \.word).mapValues(\.count)
        func count(_ word: String) -> Int { counts[word] ?? 0 }
        return (["", "Rules of the Kubernetes API at \(server)"] + lines).joined(separator: "\n")
            + "\n\(outcomes.count) rules: \(count("ok     ")) kept, \(count("BROKEN ")) broken,"
            + " \(count("untried")) untried\n"
    }
}
