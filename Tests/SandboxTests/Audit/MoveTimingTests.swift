import Testing

@testable import Sandbox

/// How long a move took, in both orders of its writes.
@Suite struct MoveTimingTests {
    private static let fault = ContinuousClock.now

    private static func change(_ kind: Kind, _ name: String, at second: Int, _ object: JSONValue) -> StoreChange {
        StoreChange(
            revision: 100 + second,
            action: .modified,
            key: ObjectKey(kind, namespace: "default", name: name),
            object: object,
            time: fault + .seconds(second)
        )
    }

    private static func lease(at second: Int) -> StoreChange {
        change(.leases, "kube-standby-web", at: second, ["spec": ["holderIdentity": "web-1"]])
    }

    private static func slice(_ pod: String, at second: Int) -> StoreChange {
        change(
            .endpointSlices,
            "web-a",
            at: second,
            [
                "metadata": ["labels": ["kubernetes.io/service-name": "web"]], "addressType": "IPv4",
                "endpoints": [
                    ["addresses": ["10.0.0.1"], "conditions": ["ready": true], "targetRef": ["name": .string(pod)]]
                ],
            ]
        )
    }

    private static func timing(_ history: [StoreChange]) -> MoveTiming? {
        MoveTiming(history, namespace: "default", group: "web", service: "web", to: "web-1", since: fault)
    }

    @Test func aMoveThatIsAnnouncedBeginsWithItsIntent() {
        let timing = Self.timing([Self.slice("web-0", at: -1), Self.lease(at: 2), Self.slice("web-1", at: 5)])
        #expect(timing?.detection == .seconds(2) && timing?.switch == .seconds(3) && timing?.gap == .zero)
    }

    /// Whether its record is written by the time that is asked or not.
    @Test(arguments: [true, false]) func aMoveThatItsSliceAnnouncesBeginsAndEndsWithIt(isTold: Bool) {
        let history = [Self.slice("web-0", at: -1), Self.slice("web-1", at: 2)] + (isTold ? [Self.lease(at: 3)] : [])
        let timing = Self.timing(history)
        #expect(timing?.detection == .seconds(2) && timing?.switch == .zero && timing?.gap == .zero)
    }

    @Test func aMoveThatTheEndpointsDoNotShowHasNoTimes() {
        #expect(Self.timing([Self.slice("web-0", at: -1), Self.lease(at: 2)]) == nil)
    }
}
