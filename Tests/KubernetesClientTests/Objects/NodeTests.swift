import Foundation
import Testing

@testable import KubernetesClient

/// What a node says of itself.
@Suite struct NodeTests {
    private static func node(_ spec: String, conditions: String = #"[{"type":"Ready","status":"True"}]"#) throws -> Node
    {
        let text = #"{"metadata":{"name":"a"},"spec":{\#(spec)},"status":{"conditions":\#(conditions)}}"#
        return try JSONDecoder().decode(Node.self, from: Data(text.utf8))
    }

    @Test func anEmptyObjectIsANodeThatIsNotReady() throws {
        let node = try JSONDecoder().decode(Node.self, from: Data("{}".utf8))
        #expect(!node.isReady && !node.isFit && !node.isUnschedulable && !node.isBeingRemoved)
    }

    @Test func aNodeThatNothingSpeaksAgainstIsFit() throws {
        #expect(try Self.node("").isFit)
        #expect(try Self.node(#""taints":[{"key":"dedicated","value":"db","effect":"NoSchedule"}]"#).isFit)
    }

    @Test func aCordonedNodeIsUnschedulable() throws {
        let node = try Self.node(#""unschedulable":true"#)
        #expect(node.isUnschedulable && !node.isFit && !node.isBeingRemoved)
    }

    @Test(arguments: [
        ("ToBeDeletedByClusterAutoscaler", "NoSchedule", true), ("karpenter.sh/disrupted", "NoSchedule", true),
        ("karpenter.sh/disruption", "NoSchedule", true), ("node.kubernetes.io/out-of-service", "NoExecute", true),
        ("DeletionCandidateOfClusterAutoscaler", "PreferNoSchedule", false),
        ("ToBeDeletedByClusterAutoscaler", "PreferNoSchedule", false),
        ("node.kubernetes.io/unreachable", "NoExecute", false),
        ("node.kubernetes.io/unschedulable", "NoSchedule", false),
    ])
    func someTaintsSayThatItIsTakenAway(key: String, effect: String, isRemoval: Bool) throws {
        #expect(try Self.node(#""taints":[{"key":"\#(key)","effect":"\#(effect)"}]"#).isBeingRemoved == isRemoval)
    }

    @Test(arguments: ["False", "Unknown"])
    func aNodeThatIsNotHeardOfIsNotReady(status: String) throws {
        let node = try Self.node(
            "",
            conditions: #"[{"type":"MemoryPressure","status":"True"},{"type":"Ready","status":"\#(status)"}]"#
        )
        #expect(!node.isReady && !node.isFit)
    }
}

/// How many pods a budget means.
@Suite struct PodDisruptionBudgetTests {
    @Test(
        arguments: [
            ("1", 3, 1), ("0", 3, 0), (#""50%""#, 3, 2), (#""0%""#, 3, 0), (#""100%""#, 3, 3), (#""1""#, 3, nil),
            (#""-5%""#, 3, nil),
        ] as [(String, Int, Int?)]
    )
    func anAmountIsANumberOrAShareRoundedUp(text: String, total: Int, amount: Int?) throws {
        let budget = try JSONDecoder().decode(
            PodDisruptionBudget.self,
            from: Data(#"{"metadata":{"name":"a"},"spec":{"minAvailable":\#(text)}}"#.utf8)
        )
        let least = try #require(budget.spec?.minAvailable)
        #expect(least.of(total) == amount)
        #expect(try JSONDecoder().decode(PodDisruptionBudget.self, from: JSONEncoder().encode(budget)) == budget)
    }
}
