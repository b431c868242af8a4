import Foundation
import Testing

@testable import KubernetesClient

/// What an API server leaves out, sends as null or should never have stored must not hide an object, and with it a list.
@Suite struct ObjectDecodingTests {
    private static func decode<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }

    @Test(arguments: ["{}", #"{"metadata":null,"spec":null,"status":null}"#, #"{"metadata":{}}"#])
    func anEmptyObjectIsOne(text: String) throws {
        #expect(try Self.decode(Pod.self, text) == Pod(metadata: ObjectMeta(), spec: nil, status: nil))
        #expect(try Self.decode(Service.self, text) == Service(metadata: ObjectMeta(), spec: nil))
        #expect(try Self.decode(Lease.self, text) == Lease(metadata: ObjectMeta(), spec: nil))
        let slice = try Self.decode(EndpointSlice.self, text)
        #expect(slice.addressType == "" && slice.endpoints == nil && slice.ports == nil)
    }

    @Test(arguments: [
        ("{}", 0), (#"{"items":null}"#, 0), (#"{"metadata":null,"items":[]}"#, 0), (#"{"items":[{}]}"#, 1),
    ])
    func aListWithoutItemsIsEmpty(text: String, count: Int) throws {
        let list = try Self.decode(ResourceList<Pod>.self, text)
        #expect(list.items?.count ?? 0 == count && list.metadata.resourceVersion == nil)
    }

    // MARK: Numbers

    /// 2^31 in a Lease's leaseTransitions once hid all Leases of a namespace.
    @Test(
        arguments: [
            ("0", 0), ("7", 7), ("-7", -7), ("2147483647", 2_147_483_647), ("-2147483648", -2_147_483_648),
            ("2147483648", nil), ("99999999999999999999", nil), ("1e3", 1000), ("1.5", nil), ("1e400", nil),
            ("null", nil), (#""7""#, nil), ("true", nil), ("{}", nil),
        ] as [(String, Int?)]
    ) func aNumberThatFitsNoFieldIsNone(text: String, number: Int?) throws {
        let lease = try Self.decode(Lease.self, #"{"spec":{"holderIdentity":"a","leaseTransitions":\#(text)}}"#)
        #expect(lease.spec?.leaseTransitions == number && lease.spec?.holderIdentity == "a")
    }

    @Test(arguments: [("1", 1), ("65535", 65_535), ("0", nil), ("65536", nil), ("-1", nil)] as [(String, Int?)])
    func aPortThatIsNoneIsNone(text: String, port: Int?) throws {
        let pod = try Self.decode(
            Pod.self,
            #"{"spec":{"containers":[{"name":"a","ports":[{"name":"p","containerPort":\#(text)}]}]}}"#
        )
        #expect(pod.spec?.containers?.first?.ports == [.init(name: "p", containerPort: port)])
    }

    // MARK: Pods

    @Test(arguments: [
        (#"[{"type":"Ready","status":"True"}]"#, true), (#"[{"type":"Ready","status":"False"}]"#, false),
        (#"[{"type":"Ready","status":"Unknown"}]"#, false), (#"[{"type":"PodScheduled","status":"True"}]"#, false),
        (#"[{"type":"A","status":"False"},{"type":"Ready","status":"True"}]"#, true), ("[]", false), ("null", false),
        ("[{}]", false),
    ]) func aPodIsReadyIfItsConditionSaysSo(conditions: String, isReady: Bool) throws {
        #expect(try Self.decode(Pod.self, #"{"status":{"conditions":\#(conditions)}}"#).isReady == isReady)
    }

    @Test func sidecarsLastAsLongAsThePod() throws {
        let pod = try Self.decode(
            Pod.self,
            #"{"spec":{"containers":[{"name":"app"}],"initContainers":[{"name":"setup"},"#
                + #"{"name":"proxy","restartPolicy":"Always"},{"name":"no","restartPolicy":"Never"}]}}"#
        )
        #expect(pod.lastingContainers.map(\.name) == ["app", "proxy"])
    }

    @Test(arguments: [
        (#"{"name":"app","readinessProbe":{"httpGet":{"port":80}}}"#, true), (#"{"name":"app"}"#, false),
        (#"{"name":"app","readinessProbe":null,"livenessProbe":{}}"#, false),
    ]) func ofAReadinessProbeThereIsToKnowThatItIsThere(text: String, isThere: Bool) throws {
        let container = try Self.decode(Pod.Container.self, text)
        #expect((container.readinessProbe != nil) == isThere)
    }

    @Test(
        arguments: [
            (#"{"name":"A","value":"b"}"#, "b"), (#"{"name":"A"}"#, ""), (#"{"name":"A","value":null}"#, ""),
            (#"{"name":"A","valueFrom":{"secretKeyRef":{"name":"s","key":"k"}}}"#, nil),
        ] as [(String, String?)]
    ) func aLiteralIsWhatThePodItselfSays(text: String, literal: String?) throws {
        let variable = try Self.decode(Pod.EnvironmentVariable.self, text)
        #expect(variable.name == "A" && variable.literal == literal)
    }

    // MARK: Answers

    @Test func aStatusTellsItsCauses() throws {
        let status = try Self.decode(
            APIStatus.self,
            #"{"kind":"Status","status":"Failure","message":"m","reason":"Invalid","code":422,"#
                + #""details":{"name":"a","causes":[{"reason":"R","message":"x","field":"metadata.uid"},{}],"retryAfterSeconds":3}}"#
        )
        #expect(status.code == 422 && status.details?.retryAfterSeconds == 3)
        #expect(status.hasCause(field: "metadata.uid") && !status.hasCause(field: "metadata"))
        #expect(!APIStatus().hasCause(field: "metadata.uid"))
    }

    @Test(
        arguments: [
            (#"{"status":{"allowed":true}}"#, true), (#"{"status":{"allowed":false,"reason":"no"}}"#, false),
            (#"{"status":{}}"#, false), ("{}", nil),
        ] as [(String, Bool?)]
    ) func aReviewThatSaysNothingAllowsNothing(text: String, isAllowed: Bool?) throws {
        #expect(try Self.decode(SelfSubjectAccessReview.self, text).status?.allowed == isAllowed)
    }

    @Test func anEndpointSaysWhatItShows() throws {
        let slice = try Self.decode(
            EndpointSlice.self,
            #"{"addressType":"IPv4","endpoints":[{"addresses":["10.0.0.1"],"conditions":{"ready":true},"#
                + #""targetRef":{"kind":"Pod","name":"a","uid":"u"}},{}],"ports":[{"name":"http","port":80},{"port":99999999999}]}"#
        )
        #expect(slice.endpoints?.map(\.addresses) == [["10.0.0.1"], []])
        #expect(slice.endpoints?.first?.conditions == .init(ready: true, serving: nil, terminating: nil))
        #expect(slice.endpoints?.first?.targetRef == .init(kind: "Pod", namespace: nil, name: "a", uid: "u"))
        #expect(slice.ports?.map(\.port) == [80, nil])
    }

    /// What is written is read back as it was.
    @Test func aLeaseSurvivesTheWayToTheServerAndBack() throws {
        var spec = Lease.Spec()
        (spec.holderIdentity, spec.leaseTransitions) = ("web-0", 7)
        spec.renewTime = MicroTime(Date(timeIntervalSince1970: 1_700_000_000.25))
        var metadata = ObjectMeta(name: "kube-standby-web", namespace: "shop")
        metadata.annotations = ["kube-standby.io/reason": "\"ä\"\n"]
        let lease = Lease(metadata: metadata, spec: spec)
        let bytes = try JSONEncoder().encode(lease)
        #expect(try JSONDecoder().decode(Lease.self, from: bytes) == lease)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains(#""kind":"Lease""#) && text.contains("coordination.k8s.io"))
        #expect(text.contains("2023-11-14T22:13:20.250000Z"))
    }

    /// A newer API server may know more of a Lease; an update that left it out would take it away.
    @Test func whatANewerServerSaysOfALeaseIsWrittenAsItCame() throws {
        let spec = #"{"holderIdentity":"a","x":{"deep":[1,9007199254740993,-0.5,true,null,"ä",{}]},"y":null}"#
        let lease = try Self.decode(Lease.self, #"{"metadata":{"name":"l"},"spec":\#(spec)}"#)
        #expect(lease.spec?.others.keys.sorted() == ["x", "y"] && lease.spec?.holderIdentity == "a")
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(String(decoding: try encoder.encode(lease.spec), as: UTF8.self) == spec)
        #expect(try Self.decode(JSONFragment.self, "[]") == .array([]))
    }
}
