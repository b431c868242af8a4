import Foundation
import Testing

@testable import Sandbox

/// Which pods a ReplicaSet gives up first.
@Suite struct PodDeletionOrderTests {
    private static let now = Date(timeIntervalSince1970: 2_000_000_000)

    /// A running, ready pod of a minute on a node of its own.
    private static func pod(_ name: String, _ change: (inout JSONValue) -> Void = { _ in }) -> JSONValue {
        let start = Timestamp.seconds(now.addingTimeInterval(-60))
        var pod: JSONValue = [
            "metadata": ["name": .string(name), "uid": .string("uid-\(name)"), "creationTimestamp": start],
            "spec": ["nodeName": .string("node-\(name)")],
            "status": [
                "phase": "Running",
                "conditions": [["type": "Ready", "status": "True", "lastTransitionTime": start]],
                "containerStatuses": [["name": "app", "restartCount": 0]],
            ],
        ]
        change(&pod)
        return pod
    }

    private static func names(_ pods: [JSONValue]) -> [String] {
        PodDeletionOrder(related: pods, now: now).sorted(pods).compactMap { $0["metadata"]["name"].string }
    }

    private static func ready(since seconds: Double) -> (inout JSONValue) -> Void {
        { pod in
            let time = Timestamp.seconds(now.addingTimeInterval(-seconds))
            pod["status"]["conditions"] = [["type": "Ready", "status": "True", "lastTransitionTime": time]]
        }
    }

    @Test func asksOneQuestionAfterTheOther() {
        // Each is better than the one before it in one respect, and worse than it in every later one.
        let pods = [
            Self.pod("a") { $0["spec"]["nodeName"] = .null },
            Self.pod("b") { $0["status"]["phase"] = "Pending" },
            Self.pod("c") { $0["status"]["conditions"] = [] },
            Self.pod("d") { $0["metadata"]["annotations"][PodDeletionOrder.cost] = "-5" },
            Self.pod("e", Self.ready(since: 1)),
            Self.pod("f") { $0["status"]["containerStatuses"] = [["restartCount": 2]] },
            Self.pod("g") {
                $0["metadata"]["creationTimestamp"] = Timestamp.seconds(Self.now.addingTimeInterval(-10))
            },
            Self.pod("h"),
            Self.pod("i") { $0["metadata"]["annotations"][PodDeletionOrder.cost] = "10" },
        ]
        #expect(Self.names(pods.reversed()) == ["a", "b", "c", "d", "e", "f", "g", "h", "i"])
    }

    @Test func givesUpWhoHasMostNeighboursOfTheSameWorkload() {
        let pods = ["a", "b", "c"].map { name in
            Self.pod(name) { $0["spec"]["nodeName"] = name == "a" ? "alone" : "together" }
        }
        #expect(Self.names(pods).last == "a")
        // A pod of another ReplicaSet of the same Deployment counts.
        let other = Self.pod("x") { $0["spec"]["nodeName"] = "alone" }
        let another = Self.pod("y") { $0["spec"]["nodeName"] = "alone" }
        let order = PodDeletionOrder(related: pods + [other, another], now: Self.now)
        #expect(order.sorted(pods).first?["metadata"]["name"] == "a")
    }

    @Test func comparesAgesRoughly() {
        // 40 and 60 seconds are about the same age, so the uid decides; 10 seconds are not.
        let pods = [
            Self.pod("b", Self.ready(since: 40)), Self.pod("a", Self.ready(since: 60)),
            Self.pod("c", Self.ready(since: 10)),
        ]
        #expect(Self.names(pods) == ["c", "a", "b"])
    }

    @Test func takesACostThatIsNoneForZero() {
        let pods = [("a", "much"), ("b", "-1"), ("c", "1")].map { name, cost in
            Self.pod(name) { $0["metadata"]["annotations"][PodDeletionOrder.cost] = .string(cost) }
        }
        #expect(Self.names(pods) == ["b", "a", "c"])
    }
}
