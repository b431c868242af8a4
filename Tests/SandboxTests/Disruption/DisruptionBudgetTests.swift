import Foundation
import Testing

@testable import Sandbox

/// The numbers of a PodDisruptionBudget.
@Suite struct DisruptionBudgetTests {
    private static func pods(_ count: Int, ready: Int, leaving: Int = 0) -> [JSONValue] {
        (0..<count).map { index in
            var pod: JSONValue = [
                "metadata": ["name": .string("web-\(index)")],
                "status": ["conditions": [["type": "Ready", "status": index < ready ? "True" : "False"]]],
            ]
            if index < leaving { pod["metadata"]["deletionTimestamp"] = Timestamp.seconds() }
            return pod
        }
    }

    private static func status(_ spec: JSONValue, _ pods: [JSONValue], scale: Int? = 4) -> JSONValue {
        let budget: JSONValue = ["metadata": ["name": "one", "generation": 3], "spec": spec, "status": [:]]
        return DisruptionBudget(budget, pods: pods, scale: scale, pace: Pace()).status
    }

    @Test(
        arguments: [
            // What is asked for; then: pods, ready, being deleted; healthy wanted, expected, allowed.
            (["minAvailable": 3], 3, 3, 0, 3, 3, 0), (["minAvailable": 2], 3, 3, 0, 2, 3, 1),
            (["minAvailable": 2], 3, 2, 0, 2, 3, 0), (["minAvailable": 2], 4, 4, 1, 2, 4, 1),
            (["minAvailable": "50%"], 4, 4, 0, 2, 4, 2), (["minAvailable": "60%"], 4, 4, 0, 3, 4, 1),
            (["maxUnavailable": 1], 4, 4, 0, 3, 4, 1), (["maxUnavailable": "30%"], 4, 4, 0, 2, 4, 2),
            (["maxUnavailable": 9], 4, 2, 0, 0, 4, 2), (["minAvailable": 0], 0, 0, 0, 0, 0, 0),
            (["maxUnavailable": 1], 3, 3, 0, 3, 4, 0),
        ] as [(JSONValue, Int, Int, Int, Int, Int, Int)]
    )
    func countsWhatMayGo(
        spec: JSONValue,
        pods: Int,
        ready: Int,
        leaving: Int,
        desired: Int,
        expected: Int,
        allowed: Int
    ) {
        let status = Self.status(spec, Self.pods(pods, ready: ready, leaving: leaving))
        #expect(status["desiredHealthy"].int == desired && status["expectedPods"].int == expected, "\(status)")
        #expect(
            status["currentHealthy"].int == ready - leaving && status["disruptionsAllowed"].int == allowed,
            "\(status)"
        )
        let condition = status.condition("DisruptionAllowed")
        #expect(condition["reason"] == (allowed > 0 ? "SufficientPods" : "InsufficientPods"))
        #expect(condition["status"] == (allowed > 0 ? "True" : "False") && condition["observedGeneration"] == 3)
    }

    @Test func allowsNothingWhenItIsNotKnownHowManyThereShouldBe() {
        let status = Self.status(["maxUnavailable": 1], Self.pods(3, ready: 3), scale: nil)
        #expect(status["disruptionsAllowed"] == 0 && status.condition("DisruptionAllowed")["reason"] == "SyncFailed")
    }

    @Test func countsAnEvictedPodAsGoneUntilItsTimeIsUp() {
        var budget: JSONValue = ["metadata": ["name": "one"], "spec": ["minAvailable": 1], "status": [:]]
        let times = ["web-0": -10.0, "web-1": -130, "web-9": -10].mapValues {
            Timestamp.seconds(Date().addingTimeInterval($0))
        }
        budget["status"]["disruptedPods"] = .object(times)
        let status = DisruptionBudget(budget, pods: Self.pods(3, ready: 3), scale: nil, pace: Pace()).status
        #expect(status["currentHealthy"] == 2 && status["disruptionsAllowed"] == 1)
        #expect(status["disruptedPods"].object?.keys.sorted() == ["web-0"])
    }

    @Test(
        arguments: [
            (["minAvailable": 1, "maxUnavailable": 1], "spec"), (["minAvailable": -1], "spec.minAvailable"),
            (["minAvailable": "half"], "spec.minAvailable"), (["maxUnavailable": "101%"], "spec.maxUnavailable"),
        ] as [(JSONValue, String)]
    )
    func refusesWhatMakesNoSense(spec: JSONValue, field: String) {
        var failure: APIFailure?
        do throws(APIFailure) { try Kind.podDisruptionBudgets.check(["spec": spec], nil) } catch { failure = error }
        #expect(failure?.code == 422 && failure?.causes.map(\.field) == [field])
    }
}
