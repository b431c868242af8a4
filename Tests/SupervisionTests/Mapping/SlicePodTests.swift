import FailoverCore
import Foundation
import Probing
import StandbyConfiguration
import Testing

@testable import Supervision

/// What a pod says of itself where slices say who is active.
@Suite struct SlicePodTests {
    /// Labels are decoration there, and an annotation of an earlier mode says nothing.
    @Test func aPodSaysNothingOfItsRole() throws {
        let metadata = #","labels":{"role":"active"},"annotations":{"epoch.kube-standby.io/db-group":"4"}"#
        let pod = try SliceStage.pod(1, metadata: metadata)
        let member = try #require(PodMapping(group: try SliceStage.group()).member(pod))
        #expect(member.role == nil && member.epoch == nil && !member.isRelabelDue && member.hasAddress)
    }

    @Test func aPodWithoutAnAddressOfTheFirstFamilyHasNone() throws {
        let pod = try SliceStage.pod(1)
        for (family, hasAddress) in [(AddressFamily.ipv4, true), (.ipv6, false)] {
            let mapping = PodMapping(group: try SliceStage.group(), family: family)
            #expect(mapping.member(pod)?.hasAddress == hasAddress)
        }
    }

    @Test func aPodIsProbedAsTheRoleThatIsSaid() throws {
        let group = try SliceStage.group(", passiveProbe: {tcpSocket: {port: 2}}")
        let mapping = PodMapping(group: group)
        for (role, port) in [(Role.active, 1), (.passive, 2), (nil, 2)] as [(Role?, Int)] {
            let target = try #require(mapping.target(try SliceStage.pod(1), as: role, now: .distantPast))
            #expect(target.role == role && target.probe.handler.port == .number(port))
        }
    }
}
