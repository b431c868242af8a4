import FailoverCore
import StandbyConfiguration
import Testing

@testable import Supervision

/// Which labels a role is read from and written as, before, during and after a change of the label.
@Suite struct RoleLabellingTests {
    private static let none: String? = nil
    private static let old = RoleLabel()
    private static let new = RoleLabel(key: "example.com/role", active: "primary", passive: nil)

    private static func changing(routesByRetiring: Bool) -> RoleLabelling {
        var labelling = RoleLabelling(old)
        labelling.labelChanged(to: new)
        labelling.routed(byRetiring: routesByRetiring)
        return labelling
    }

    @Test(arguments: [
        (["role": "active"], Role.active), (["role": "passive"], .passive), (["role": "other"], nil), ([:], nil),
    ])
    func readsTheLabel(labels: [String: String], role: Role?) {
        #expect(RoleLabelling(Self.old).role(of: labels) == role)
    }

    @Test(arguments: [
        (["example.com/role": "primary"], Role.active), ([:], .passive), (["example.com/role": "x"], nil),
    ])
    func readsAnAbsentLabelAsPassiveIfThatIsWhatPassiveMeans(labels: [String: String], role: Role?) {
        #expect(RoleLabelling(Self.new).role(of: labels) == role)
    }

    @Test func writesBothLabelsWhileTheServiceRoutesByTheOldOne() {
        let labelling = Self.changing(routesByRetiring: true)
        #expect(labelling.values(for: .active) == ["role": "active", "example.com/role": "primary"])
        #expect(labelling.values(for: .passive) == ["role": "passive", "example.com/role": Self.none])
        #expect(labelling.role(of: ["role": "active"]) == .active)
        #expect(labelling.isRelabelDue(["role": "active"], role: .active))
        #expect(!labelling.isRelabelDue(["role": "active", "example.com/role": "primary"], role: .active))
        #expect(!labelling.isRelabelDue(["role": "passive"], role: .passive))
    }

    @Test func takesTheOldLabelAwayOnceTheServiceRoutesByTheNewOne() {
        let labelling = Self.changing(routesByRetiring: false)
        #expect(labelling.values(for: .active) == ["role": Self.none, "example.com/role": "primary"])
        // One that was not labelled anew yet still is what it was, although the new label's absence means passive.
        #expect(labelling.role(of: ["role": "active"]) == .active)
        #expect(labelling.role(of: ["role": "passive"]) == .passive)
        #expect(labelling.isRelabelDue(["role": "passive"], role: .passive))
        #expect(!labelling.isRelabelDue([:], role: .passive))
    }

    @Test func writesOldValuesOfTheSameKeyUntilTheServiceSelectsTheNew() {
        var labelling = RoleLabelling(Self.old)
        labelling.labelChanged(to: RoleLabel(active: "primary", passive: "standby"))
        #expect(labelling.values(for: .active) == ["role": "active"])
        #expect(!labelling.isRelabelDue(["role": "active"], role: .active))
        labelling.routed(byRetiring: false)
        #expect(labelling.values(for: .passive) == ["role": "standby"])
        #expect(labelling.role(of: ["role": "active"]) == .active)
        #expect(labelling.isRelabelDue(["role": "active"], role: .active))
    }

    @Test func knowsByWhichLabelAServiceRoutes() {
        let labelling = Self.changing(routesByRetiring: true)
        #expect(labelling.isRetiringSelector(["app": "web", "role": "active"]))
        // A Service that asks for both still depends on the old one.
        #expect(labelling.isRetiringSelector(["role": "active", "example.com/role": "primary"]))
        #expect(!labelling.isRetiringSelector(["example.com/role": "primary"]))
        #expect(!RoleLabelling(Self.old).isRetiringSelector(["role": "active"]))
    }

    @Test func forgetsTheOldLabelWhenItIsDoneOrTakenBack() {
        var done = Self.changing(routesByRetiring: false)
        done.completed()
        #expect(done.retiring == nil && done.values(for: .active) == ["example.com/role": "primary"])
        var back = Self.changing(routesByRetiring: true)
        back.completed()
        #expect(back.retiring == Self.old)
        back.labelChanged(to: Self.old)
        #expect(back.retiring == nil && back.values(for: .active) == ["role": "active"])
    }

    @Test func aSecondChangeDoesNotForgetWhatRoutes() {
        var labelling = Self.changing(routesByRetiring: true)
        labelling.labelChanged(to: RoleLabel(key: "third"))
        #expect(labelling.retiring == Self.old)
    }
}
