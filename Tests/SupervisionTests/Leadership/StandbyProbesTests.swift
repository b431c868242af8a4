import StandbyConfiguration
import Testing

@testable import Supervision

/// Which groups a replica looks at that another leads.
@Suite struct StandbyProbesTests {
    private static func group(_ failover: String) throws -> GroupConfiguration {
        let text = """
            apiVersion: kube-standby.io/v1
            kind: StandbyConfiguration
            groups: [{name: web, service: web, probe: {tcpSocket: {port: 80}}, passiveProbe: {tcpSocket: {port: 81}}, failover: {\(failover)}}]
            """
        return try #require(ConfigurationReading(Array(text.utf8)).configuration?.groups.first)
    }

    @Test(arguments: [
        ("", false), ("promotionGate: {method: DeletePod}", true), ("promotionGate: {method: Passive}", true),
        ("secondOpinion: {from: [Replica]}", true), ("secondOpinion: {from: [Kubelet]}", false),
    ]) func looksAtWhatOnlyItCouldSay(failover: String, isIncluded: Bool) throws {
        let group = try Self.group(failover)
        #expect(StandbyProbes.auto.include(group) == isIncluded)
        #expect(StandbyProbes.all.include(group) && !StandbyProbes.none.include(group))
    }
}
