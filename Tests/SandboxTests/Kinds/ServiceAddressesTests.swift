import Testing

@testable import Sandbox

/// What a Service is given in a cluster of one family and of two.
@Suite struct ServiceAddressesTests {
    private static func store(isDualStack: Bool) async throws -> ObjectStore {
        let store = ObjectStore(isDualStack: isDualStack)
        try await store.create(.namespaces, namespace: "", ["metadata": ["name": "default"]])
        return store
    }

    private static func create(_ spec: JSONValue, _ store: ObjectStore) async throws(APIFailure) -> JSONValue {
        let service: JSONValue = [
            "metadata": ["generateName": "s-"], "spec": spec.with("ports", [["port": 80]]),
        ]
        return try await store.create(.services, namespace: "default", service)["spec"]
    }

    private struct Case: Sendable {
        var spec: JSONValue
        var isDualStack = false
        /// Nil: it is refused.
        var families: [String]?
        var policy = "SingleStack"
        /// The field that is refused.
        var field = ""
    }

    private static let cases: [Case] = [
        Case(spec: [:], families: ["IPv4"]), Case(spec: [:], isDualStack: true, families: ["IPv4"]),
        Case(spec: ["ipFamilyPolicy": "PreferDualStack"], families: ["IPv4"], policy: "PreferDualStack"),
        Case(
            spec: ["ipFamilyPolicy": "PreferDualStack"],
            isDualStack: true,
            families: ["IPv4", "IPv6"],
            policy: "PreferDualStack"
        ),
        Case(spec: ["ipFamilyPolicy": "RequireDualStack"], field: "spec.ipFamilyPolicy"),
        Case(
            spec: ["ipFamilyPolicy": "RequireDualStack", "ipFamilies": ["IPv6"]],
            isDualStack: true,
            families: ["IPv6", "IPv4"],
            policy: "RequireDualStack"
        ), Case(spec: ["ipFamilies": ["IPv6"]], field: "spec.ipFamilies[0]"),
        Case(spec: ["ipFamilies": ["IPv6"]], isDualStack: true, families: ["IPv6"]),
        Case(spec: ["ipFamilies": ["IPv4", "IPv6"]], isDualStack: true, field: "spec.ipFamilyPolicy"),
        Case(spec: ["clusterIP": "None"], families: ["IPv4", "IPv6"], policy: "RequireDualStack"),
        Case(spec: ["clusterIP": "None", "ipFamilyPolicy": "SingleStack"], families: ["IPv4"]),
        Case(spec: ["clusterIP": "None", "selector": ["a": "b"]], families: ["IPv4"]),
        Case(
            spec: ["clusterIP": "None", "selector": ["a": "b"], "ipFamilyPolicy": "RequireDualStack"],
            field: "spec.ipFamilyPolicy"
        ),
        Case(
            spec: ["clusterIP": "None", "selector": ["a": "b"], "ipFamilyPolicy": "RequireDualStack"],
            isDualStack: true,
            families: ["IPv4", "IPv6"],
            policy: "RequireDualStack"
        ),
    ]

    @Test(arguments: cases.indices) func completesWhatIsAskedFor(index: Int) async throws {
        let example = Self.cases[index]
        let store = try await Self.store(isDualStack: example.isDualStack)
        do throws(APIFailure) {
            let spec = try await Self.create(example.spec, store)
            let families = (spec["ipFamilies"].array ?? []).compactMap(\.string)
            #expect(families == example.families && spec["ipFamilyPolicy"] == .string(example.policy))
            let addresses = (spec["clusterIPs"].array ?? []).compactMap(\.string)
            #expect(addresses.first == spec["clusterIP"].string)
            if addresses != ["None"] {
                #expect(addresses.map { IPAddress($0)?.isIPv4 == true ? "IPv4" : "IPv6" } == families)
            }
        } catch {
            #expect(example.families == nil && error.code == 422, "\(error)")
            #expect(error.causes.map(\.field) == [example.field])
        }
    }

    @Test func aServiceOutsideHasNone() async throws {
        let store = try await Self.store(isDualStack: false)
        let spec = try await Self.create(["type": "ExternalName", "externalName": "db.example.com"], store)
        #expect(spec["clusterIP"] == .null && spec["ipFamilies"] == .null && spec["internalTrafficPolicy"] == .null)
    }

    @Test func theSecondFamilyIsGivenUpByThePolicyAlone() async throws {
        let store = try await Self.store(isDualStack: true)
        let service: JSONValue = [
            "metadata": ["name": "s"], "spec": ["ipFamilyPolicy": "RequireDualStack", "ports": [["port": 80]]],
        ]
        try await store.create(.services, namespace: "default", service)
        let key = ObjectKey(.services, namespace: "default", name: "s")
        func change(_ fields: JSONValue) async throws(APIFailure) -> JSONValue {
            try await store.modify(key) { (old) throws(APIFailure) in
                JSONPatch.merge(["spec": fields], into: old)
            }["spec"]
        }
        await #expect(throws: APIFailure.self) { try await change(["ipFamilies": ["IPv4"]]) }
        let single = try await change(["ipFamilyPolicy": "SingleStack"])
        #expect(single["ipFamilies"] == ["IPv4"] && single["clusterIPs"].array?.count == 1)
        let double = try await change(["ipFamilyPolicy": "PreferDualStack"])
        #expect(double["ipFamilies"] == ["IPv4", "IPv6"] && double["clusterIPs"].array?.count == 2)
        #expect(double["clusterIP"] == single["clusterIP"])
    }
}
