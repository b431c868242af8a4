import Foundation
import Testing

@testable import Sandbox

/// What a StatefulSet does next.
@Suite struct StatefulSetPlanTests {
    /// How a pod is.
    private enum State {
        case old, new
        case oldUnready, newUnready, newTerminating
        case failed
    }

    private static func pod(_ state: State, readyFor seconds: Double = 60) -> JSONValue {
        let isOld = [State.old, .oldUnready].contains(state)
        let isReady = [State.old, .new, .newTerminating].contains(state)
        let time = Timestamp.seconds(Date().addingTimeInterval(-seconds))
        var pod: JSONValue = [
            "metadata": ["labels": [StatefulSetPlan.revisionLabel: .string(isOld ? "web-1" : "web-2")]],
            "status": [
                "phase": state == .failed ? "Failed" : "Running",
                "conditions": [
                    ["type": "Ready", "status": isReady ? "True" : "False", "lastTransitionTime": time]
                ],
            ],
        ]
        if state == .newTerminating { pod["metadata"]["deletionTimestamp"] = time }
        return pod
    }

    private static func steps(
        _ states: [Int: State],
        replicas: Int = 3,
        _ spec: JSONValue = [:]
    ) -> [StatefulSetPlan.Step] {
        var set: JSONValue = ["spec": ["updateStrategy": ["type": "RollingUpdate"]]]
        for (field, value) in spec.object ?? [:] { set["spec"][field] = value }
        set["spec"]["replicas"] = .int(replicas)
        let availability = Availability(set, pace: Pace())
        return StatefulSetPlan(set, pods: states.mapValues { pod($0) }, updateRevision: "web-2", availability).steps
    }

    private static let parallel: JSONValue = ["podManagementPolicy": "Parallel"]

    private static func rolling(_ fields: JSONValue) -> JSONValue {
        ["updateStrategy": ["type": "RollingUpdate", "rollingUpdate": fields]]
    }

    @Test func createsOneAfterTheOtherOrAllAtOnce() {
        #expect(Self.steps([:]) == [.create(ordinal: 0, isUpdated: true)])
        #expect(Self.steps([0: .newUnready]) == [])
        #expect(Self.steps([0: .newTerminating]) == [])
        #expect(Self.steps([0: .new]) == [.create(ordinal: 1, isUpdated: true)])
        let all = (0..<3).map { StatefulSetPlan.Step.create(ordinal: $0, isUpdated: true) }
        #expect(Self.steps([:], Self.parallel) == all)
        #expect(Self.steps([:], replicas: 2, ["ordinals": ["start": 5]]) == [.create(ordinal: 5, isUpdated: true)])
    }

    @Test func updatesFromTheHighestOrdinal() {
        #expect(Self.steps([0: .old, 1: .old, 2: .old]) == [.delete(ordinal: 2)])
        #expect(Self.steps([0: .old, 1: .old]) == [.create(ordinal: 2, isUpdated: true)])
        #expect(Self.steps([0: .old, 1: .old, 2: .newUnready]) == [])
        #expect(Self.steps([0: .old, 1: .old, 2: .newTerminating]) == [])
        #expect(Self.steps([0: .old, 1: .old, 2: .new]) == [.delete(ordinal: 1)])
        #expect(Self.steps([0: .new, 1: .new, 2: .new]) == [])
    }

    @Test func updatesOneAfterTheOtherWhateverThePolicyOfItsPods() {
        #expect(Self.steps([0: .old, 1: .old, 2: .old], Self.parallel) == [.delete(ordinal: 2)])
        #expect(Self.steps([0: .oldUnready, 1: .old, 2: .old], Self.parallel) == [], "one is missing already")
    }

    @Test func leavesWhatIsBelowThePartition() {
        let partition = Self.rolling(["partition": 2])
        #expect(Self.steps([0: .old, 1: .old, 2: .old], partition) == [.delete(ordinal: 2)])
        #expect(Self.steps([0: .old, 1: .old, 2: .new], partition) == [])
        #expect(Self.steps([0: .old, 2: .new], partition) == [.create(ordinal: 1, isUpdated: false)])
        #expect(Self.steps([0: .old, 1: .old], partition) == [.create(ordinal: 2, isUpdated: true)])
    }

    @Test func updatesAsManyAsMayBeMissing() {
        let two = Self.rolling(["maxUnavailable": 2])
        #expect(Self.steps([0: .old, 1: .old, 2: .old], two) == [.delete(ordinal: 2), .delete(ordinal: 1)])
        let half = Self.rolling(["maxUnavailable": "50%"])
        #expect(Self.steps([0: .old, 1: .old, 2: .old], half) == [.delete(ordinal: 2)], "rounded down")
    }

    @Test func updatesNothingByItselfOnDelete() {
        let onDelete: JSONValue = ["updateStrategy": ["type": "OnDelete"]]
        #expect(Self.steps([0: .old, 1: .old, 2: .old], onDelete) == [])
        #expect(Self.steps([0: .old, 1: .old], onDelete) == [.create(ordinal: 2, isUpdated: true)])
    }

    @Test func shrinksFromTheHighestOrdinal() {
        #expect(Self.steps([0: .new, 1: .new, 2: .new], replicas: 1) == [.delete(ordinal: 2)])
        #expect(Self.steps([0: .new, 1: .new, 2: .newTerminating], replicas: 1) == [])
        #expect(Self.steps([0: .new, 1: .newUnready, 2: .new], replicas: 1) == [.delete(ordinal: 2)])
        #expect(Self.steps([0: .new, 1: .newUnready, 2: .newUnready], replicas: 1) == [], "the lower one holds it up")
        #expect(Self.steps([0: .newUnready, 1: .new], replicas: 1) == [], "first those that stay")
        var both = Self.parallel
        #expect(
            Self.steps([0: .newUnready, 1: .new, 2: .new], replicas: 1, both)
                == [.delete(ordinal: 2), .delete(ordinal: 1)]
        )
        both["ordinals"] = ["start": 1]
        #expect(Self.steps([0: .new, 1: .new], replicas: 1, both) == [.delete(ordinal: 0)])
    }

    @Test func replacesWhatHasEnded() {
        #expect(Self.steps([0: .new, 1: .failed, 2: .new]) == [.delete(ordinal: 1)])
    }

    @Test func waitsUntilAPodHasBeenReadyForLongEnough() {
        let set: JSONValue = ["spec": ["replicas": 2, "minReadySeconds": 50]]
        func steps(readyFor seconds: Double) -> [StatefulSetPlan.Step] {
            let pods = [0: Self.pod(.old), 1: Self.pod(.new, readyFor: seconds)]
            let availability = Availability(set, pace: Pace())
            return StatefulSetPlan(set, pods: pods, updateRevision: "web-2", availability).steps
        }
        #expect(steps(readyFor: 10) == [])
        #expect(steps(readyFor: 60) == [.delete(ordinal: 0)])
    }
}
