import Testing

@testable import StandbyConfiguration

/// What a group of mode EndpointSlice means.
@Suite struct SliceModeTests {
    private static func read(_ group: String, defaults: String = "{}") -> ConfigurationReading {
        let text = """
            apiVersion: kube-standby.io/v1
            kind: StandbyConfiguration
            defaults: \(defaults)
            groups:
            - {name: web, service: web, selector: {matchLabels: {app: web}}, probe: {tcpSocket: {port: 80}}, \(group)}
            """
        return ConfigurationReading(Array(text.utf8))
    }

    private static func group(_ group: String, defaults: String = "{}") throws -> GroupConfiguration {
        let reading = read(group, defaults: defaults)
        #expect(reading.diagnostics.map(\.text) == [])
        return try #require(reading.configuration?.groups.first)
    }

    /// Null turns the label off in this mode; in the other it says nothing, so that `defaults` hold.
    @Test(
        arguments: [
            ("mode: EndpointSlice", "{}", RoleLabel()), ("mode: EndpointSlice, roleLabel: null", "{}", nil),
            ("mode: EndpointSlice, roleLabel: {}", "{}", RoleLabel()),
            ("mode: EndpointSlice, roleLabel: {key: x}", "{}", RoleLabel(key: "x")),
            ("mode: EndpointSlice, roleLabel: null", "{roleLabel: {key: x}}", nil),
            ("roleLabel: null", "{mode: EndpointSlice, roleLabel: {key: x}}", nil),
            ("mode: EndpointSlice", "{roleLabel: {key: x, active: up, passive: null}}", RoleLabel(key: "x")),
            ("mode: EndpointSlice", "{roleLabel: null}", nil),
            ("mode: EndpointSlice, roleLabel: {key: x}", "{roleLabel: null}", RoleLabel(key: "x")),
            ("mode: Label, roleLabel: null", "{roleLabel: {key: x, active: up}}", RoleLabel(key: "x", active: "up")),
            ("roleLabel: null", "{roleLabel: {key: x}}", RoleLabel(key: "x")), ("roleLabel: null", "{}", RoleLabel()),
            ("mode: Label", "{roleLabel: null}", RoleLabel()),
            ("mode: Label, roleLabel: {passive: null}", "{roleLabel: {key: x}}", RoleLabel(key: "x", passive: nil)),
        ] as [(String, String, RoleLabel?)]
    ) func theLabelIsWhatTheModeMakesOfIt(fields: String, defaults: String, label: RoleLabel?) throws {
        let group = try Self.group(fields, defaults: defaults)
        #expect(group.writtenLabel == label && group.roleLabel == label ?? RoleLabel())
        let text = YAMLText.write(SupervisorConfiguration(groups: [group]).effective)
        #expect(ConfigurationReading(Array(text.utf8)).configuration?.groups == [group], "\(text)")
    }

    @Test func theDrainIsReadInThatModeOnly() throws {
        #expect(try Self.group("mode: EndpointSlice, drainSeconds: 0.5").drain == .milliseconds(500))
        #expect(try Self.group("mode: EndpointSlice", defaults: "{drainSeconds: 7}").drain == .seconds(7))
        #expect(try Self.group("mode: Label", defaults: "{drainSeconds: 7}").drain == .zero)
        #expect(Self.read("", defaults: "{drainSeconds: 7}").configuration == nil)
    }

    /// Such a reload changes the group and makes no other of it.
    @Test(arguments: ["drainSeconds: 7", "roleLabel: null"]) func aChangeOfItIsAChangeOfTheGroup(field: String) throws {
        let before = SupervisorConfiguration(groups: [try Self.group("mode: EndpointSlice")])
        let after = SupervisorConfiguration(groups: [try Self.group("mode: EndpointSlice, " + field)])
        #expect(ConfigurationDiff(from: before, to: after).changed == ["web"])
        #expect(ConfigurationDiff(from: after, to: after).isEmpty)
    }

    /// The label is decoration, but written all the same: where another group's label routes, it must not be.
    @Test(arguments: [("", true), ("roleLabel: null", false), ("roleLabel: {key: example.com/x}", false)])
    func aKeyIsSharedWithGroupsOfTheOtherMode(label: String, isShared: Bool) {
        let other =
            "mode: EndpointSlice, \(label)}\n- {name: b, service: b, selector: {matchLabels: {app: web}},"
            + " probe: {tcpSocket: {port: 80}}"
        let messages = Self.read(other).diagnostics.map(\.message)
        #expect(messages.contains(.samePods("role", firstLine: 5)) == isShared, "\(messages)")
    }
}
