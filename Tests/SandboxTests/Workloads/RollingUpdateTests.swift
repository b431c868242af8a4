import Testing

@testable import Sandbox

/// The numbers of a Deployment's rolling update.
@Suite struct RollingUpdateTests {
    private static func update(_ replicas: Int, _ surge: JSONValue, _ unavailable: JSONValue) -> RollingUpdate {
        RollingUpdate([
            "spec": [
                "replicas": .int(replicas),
                "strategy": ["rollingUpdate": ["maxSurge": surge, "maxUnavailable": unavailable]],
            ]
        ])
    }

    @Test(
        arguments: [
            (3, "25%", "25%", 1, 0), (10, "25%", "25%", 3, 2), (1, "25%", "25%", 1, 0), (8, "100%", "50%", 8, 4),
            (1, "0%", "25%", 0, 1), (4, 0, 0, 0, 1), (2, 0, 5, 0, 2), (5, 2, "0%", 2, 0), (0, "25%", "25%", 0, 0),
        ] as [(Int, JSONValue, JSONValue, Int, Int)]
    )
    func roundsTheSurgeUpAndWhatMayBeMissingDown(
        replicas: Int,
        surge: JSONValue,
        unavailable: JSONValue,
        most: Int,
        missing: Int
    ) {
        let update = Self.update(replicas, surge, unavailable)
        #expect(update.maxSurge == most && update.maxUnavailable == missing)
    }

    @Test func makesNoMoreNewPodsThanThereIsRoomFor() {
        let update = Self.update(3, 1, 0)
        #expect(update.newReplicas(0, old: 0) == 3)
        #expect(update.newReplicas(0, old: 3) == 1)
        #expect(update.newReplicas(1, old: 3) == 1)
        #expect(update.newReplicas(1, old: 2) == 2)
        #expect(update.newReplicas(5, old: 0) == 3)
        #expect(Self.update(3, 0, 1).newReplicas(0, old: 3) == 0)
    }

    private static func size(_ replicas: Int, _ available: Int) -> RollingUpdate.Size {
        RollingUpdate.Size(replicas: replicas, available: available)
    }

    @Test func takesAwayWhatIsMadeUpFor() {
        #expect(Self.update(3, 1, 0).oldReplicas([Self.size(3, 3)], new: Self.size(1, 0)) == [3])
        #expect(Self.update(3, 1, 0).oldReplicas([Self.size(3, 3)], new: Self.size(1, 1)) == [2])
        #expect(Self.update(3, 0, 1).oldReplicas([Self.size(3, 3)], new: Self.size(0, 0)) == [2])
        #expect(Self.update(3, 1, 0).oldReplicas([Self.size(1, 1), Self.size(2, 2)], new: Self.size(1, 1)) == [0, 2])
    }

    @Test func takesAwayWhatIsUnhealthyFirst() {
        let update = Self.update(10, 3, 2)
        #expect(update.oldReplicas([Self.size(8, 7)], new: Self.size(5, 0)) == [8], "nothing can be spared")
        #expect(update.oldReplicas([Self.size(5, 0)], new: Self.size(8, 7)) == [1], "back to the old template")
        #expect(
            update.oldReplicas([Self.size(8, 8), Self.size(5, 0)], new: Self.size(0, 0)) == [8, 0],
            "and on to a third"
        )
    }

    @Test(arguments: [(1, 0), (0, 1), (1, 1), (2, 3), (5, 0), (0, 9)])
    func staysWithinItsLimitsAndEnds(surge: Int, unavailable: Int) {
        for replicas in 0...9 {
            let update = Self.update(replicas, .int(surge), .int(unavailable))
            var (old, new, steps) = (replicas, 0, 0)
            while (old, new) != (0, replicas), steps < 100 {
                new = update.newReplicas(new, old: old)
                #expect(old + new <= replicas + update.maxSurge)
                // The new ones are available at once here.
                old = update.oldReplicas([Self.size(old, old)], new: Self.size(new, new))[0]
                #expect(old + new >= replicas - update.maxUnavailable)
                steps += 1
            }
            #expect(old == 0 && new == replicas, "\(replicas) pods, surge \(surge), unavailable \(unavailable)")
        }
    }

    @Test(
        arguments: [
            (["maxSurge": 0, "maxUnavailable": 0], "maxUnavailable"), (["maxSurge": "10"], "maxSurge"),
            (["maxUnavailable": "x%"], "maxUnavailable"), (["maxSurge": -1], "maxSurge"),
            (["maxSurge": "0%", "maxUnavailable": "0%"], "maxUnavailable"),
        ] as [(JSONValue, String)]
    )
    func refusesLimitsThatAreNone(limits: JSONValue, field: String) {
        var deployment: JSONValue = [
            "spec": [
                "selector": ["matchLabels": ["app": "a"]], "template": ["metadata": ["labels": ["app": "a"]]],
                "strategy": ["rollingUpdate": limits],
            ]
        ]
        Kind.deployments.fillIn(&deployment)
        var failure: APIFailure?
        do throws(APIFailure) { try Kind.deployments.check(deployment, nil) } catch { failure = error }
        #expect(failure?.causes.map(\.field) == ["spec.strategy.rollingUpdate.\(field)"])
    }
}
