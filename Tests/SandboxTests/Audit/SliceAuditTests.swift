import Testing

@testable import Sandbox

@Suite struct SliceAuditTests {
    /// A history that is told line by line, a second apart.
    private struct Story {
        let start = ContinuousClock.now
        var changes: [StoreChange] = []

        mutating func slice(
            _ name: String,
            _ pods: [String],
            family: String = "IPv4",
            service: String = "web",
            notReady: [String] = []
        ) {
            func endpoint(_ pod: String, _ isReady: Bool) -> JSONValue {
                let number = pod.utf8.reduce(0) { $0 + Int($1) } % 250
                let address = family == "IPv4" ? "10.0.0.\(number)" : "fd00::\(number)"
                return [
                    "addresses": [.string(address)], "conditions": ["ready": .bool(isReady)],
                    "targetRef": ["name": .string(pod)],
                ]
            }
            add(
                .modified,
                name,
                [
                    "metadata": ["labels": ["kubernetes.io/service-name": .string(service)]],
                    "addressType": .string(family),
                    "endpoints": .array(pods.map { endpoint($0, true) } + notReady.map { endpoint($0, false) }),
                ]
            )
        }

        mutating func delete(_ name: String) {
            add(.deleted, name, ["metadata": ["labels": ["kubernetes.io/service-name": "web"]], "addressType": "IPv4"])
        }

        private mutating func add(_ action: StoreChange.Action, _ name: String, _ object: JSONValue) {
            let second = changes.count + 1
            changes.append(
                StoreChange(
                    revision: 100 + second,
                    action: action,
                    key: ObjectKey(.endpointSlices, namespace: "default", name: name),
                    object: object,
                    time: start + .seconds(second)
                )
            )
        }

        var audit: SliceAudit { SliceAudit(changes, namespace: "default", service: "web") }
        var endpoints: EndpointAudit { EndpointAudit(changes, namespace: "default", service: "web") }
    }

    @Test func aSwitchInOneWriteBreachesNothing() {
        var story = Story()
        story.slice("own", [])
        story.slice("own", ["a"])
        story.slice("own", ["b"], notReady: ["a"])
        story.slice("other", ["x", "y"], service: "other")
        let audit = story.audit
        #expect(audit.versions.map(\.revision) == [101, 102, 103])
        #expect(audit.versions.map { $0.count(.ipv4) } == [0, 1, 1] && audit.versions.last?.pods(.ipv4) == ["b"])
        #expect(audit.most(.ipv4) == 1 && audit.breaches(.ipv4).isEmpty && audit.breaches(.ipv6).isEmpty)
        #expect(audit.gaps(.ipv4).isEmpty && audit.overlaps(.ipv4).isEmpty)
    }

    @Test func gapsAndOverlapsAreMeasured() {
        var story = Story()
        story.slice("own", ["a"])
        story.slice("own", [])
        story.slice("own", ["b"])
        story.slice("own", ["b", "c"])
        story.slice("own", ["b", "c", "d"])
        story.slice("own", ["d"])
        let audit = story.audit
        #expect(audit.breaches(.ipv4).map(\.revision) == [102, 104, 105])
        #expect(audit.gaps(.ipv4) == [.seconds(1)] && audit.overlaps(.ipv4) == [.seconds(2)])
        #expect(audit.overlaps(.ipv4, since: story.start + .milliseconds(4500)) == [.milliseconds(1500)])
        #expect(audit.gaps(.ipv4, since: story.start + .seconds(3)).isEmpty)
        #expect(audit.most(.ipv4) == 3)
    }

    @Test func slicesOfAServiceAreJoined() {
        var story = Story()
        story.slice("left", ["a"])
        story.slice("own", ["a"])
        story.slice("own", ["b"])
        story.delete("left")
        let audit = story.audit
        #expect(audit.versions.map { $0.count(.ipv4) } == [1, 1, 2, 1], "an address that two slices have is one")
        #expect(audit.mostOfEach(.ipv4) == ["left": 1, "own": 1])
        #expect(audit.breaches(.ipv4).map(\.revision) == [103] && audit.overlaps(.ipv4) == [.seconds(1)])
        #expect(story.endpoints.states.map(\.pods) == [["a"], ["a", "b"], ["b"]])
    }

    @Test func familiesAreLookedAtEachForItself() {
        var story = Story()
        story.slice("four", ["a"])
        story.slice("six", ["a"], family: "IPv6")
        story.slice("four", ["b"])
        story.slice("six", ["b"], family: "IPv6")
        let audit = story.audit
        #expect(audit.breaches(.ipv4).isEmpty && audit.breaches(.ipv6).isEmpty)
        #expect(audit.versions.map { $0.count(.ipv6) } == [0, 1, 1, 1])
        #expect(audit.divergences() == [.seconds(1), .seconds(1)], "before the second slice, and between two writes")
        #expect(audit.divergences(since: story.start + .seconds(2)) == [.seconds(1)])
    }

    @Test func aSliceThatIsGivenAwayIsGone() {
        var story = Story()
        story.slice("own", ["a"])
        story.slice("own", ["a"], service: "other")
        #expect(story.audit.versions.map { $0.count(.ipv4) } == [1, 0])
        #expect(story.endpoints.current == [])
    }
}
