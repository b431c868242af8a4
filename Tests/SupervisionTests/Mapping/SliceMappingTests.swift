import FailoverCore
import Foundation
import KubernetesClient
import StandbyConfiguration
import Testing

@testable import Supervision

/// What stored slices say to the core.
@Suite struct SliceMappingTests {
    /// What is stored once a write was carried out.
    private static func stored(_ mapping: SliceMapping, _ write: EndpointsWrite) throws -> EndpointSlice {
        var slice = try #require(mapping.slice(for: write))
        (slice.metadata.uid, slice.metadata.resourceVersion) = ("slice", "41")
        return slice
    }

    // MARK: Slices of ours

    @Test func whatIsNotThereIsSaidForEachFamilyInItsOrder() throws {
        let pods = [try SliceStage.pod(1, families: [.ipv6, .ipv4]), try SliceStage.pod(2)]
        let service = try SliceStage.service(families: [.ipv6, .ipv4])
        let published = try SliceStage.mapping(pods, service: service).published([])
        #expect(
            published
                == PublishedEndpoints(slices: [
                    PublishedSlice(family: .ipv6, reachable: [SliceStage.id(1)]),
                    PublishedSlice(family: .ipv4, reachable: [SliceStage.id(1), SliceStage.id(2)]),
                ])
        )
    }

    @Test func aServiceThatSaysNoFamilyIsOfIPv4() throws {
        let service: Service = try SliceStage.decode(
            #"{"metadata":{"name":"db","uid":"s"},"spec":{"ipFamilies":["X"]}}"#
        )
        #expect(try SliceStage.mapping([], service: service).published([]).slices == [PublishedSlice(family: .ipv4)])
    }

    /// It stays on the slice, and says nothing of what is written later.
    @Test(
        arguments: [
            ("7 ActiveUnhealthy", SwitchCause.activeUnhealthy), ("7 OfAnotherVersion", .other),
            ("6 ActiveUnhealthy", nil), ("7", nil), ("", nil), ("ActiveUnhealthy", nil),
        ] as [(String, SwitchCause?)]
    )
    func theCauseOfAMoveCountsAtItsOwnEpoch(text: String, cause: SwitchCause?) throws {
        let mapping = try SliceStage.mapping([try SliceStage.pod(1)])
        var slice = try Self.stored(mapping, SliceStage.write(ready: 1))
        slice.metadata.annotations?[SliceMapping.causeAnnotation] = text
        #expect(mapping.published(slice)?.cause == cause && mapping.published(slice)?.isFaithful == true)
    }

    @Test func aMoveThatNoRecordAnnouncesSaysWhy() throws {
        let mapping = try SliceStage.mapping([try SliceStage.pod(1)])
        var write = SliceStage.write(ready: 1)
        #expect(try Self.stored(mapping, write).metadata.annotations?[SliceMapping.causeAnnotation] == nil)
        write.announcement = .init(.activeGone, under: .init(uid: "lease", version: ObjectVersion("3")))
        let slice = try Self.stored(mapping, write)
        #expect(slice.metadata.annotations?[SliceMapping.causeAnnotation] == "7 ActiveGone")
        #expect(mapping.published(slice)?.cause == .activeGone)
    }

    @Test func whatWasWrittenIsReadBackFaithfully() throws {
        let mapping = try SliceStage.mapping([try SliceStage.pod(1), try SliceStage.pod(2), try SliceStage.pod(3)])
        for write in [
            SliceStage.write(ready: 1), SliceStage.write(ready: nil), SliceStage.write(ready: 2, draining: [1, 3]),
            SliceStage.write(ready: nil, draining: [1]), SliceStage.write(ready: 1, draining: [1]),
        ] {
            let slice = try Self.stored(mapping, write)
            let wanted = PublishedSlice(
                family: .ipv4,
                version: ObjectVersion("41"),
                epoch: Epoch(7),
                ready: Set(write.ready.map { [$0] } ?? []),
                names: write.ready.map { [$0: "db-\($0.uid.dropFirst(2))"] } ?? [:],
                draining: write.draining.subtracting(write.ready.map { [$0] } ?? []),
                reachable: [SliceStage.id(1), SliceStage.id(2), SliceStage.id(3)]
            )
            #expect(mapping.published(slice) == wanted)
            #expect(mapping.published([ServiceEndpoints(slice)]) == PublishedEndpoints(slices: [wanted]))
        }
    }

    /// By another supervisor, that knows it.
    @Test func whoIsNotKnownIsNamedByItsEndpoint() throws {
        let writer = try SliceStage.mapping([try SliceStage.pod(1), try SliceStage.pod(2)])
        var slice = try Self.stored(writer, SliceStage.write(ready: 1))
        let reader = try SliceStage.mapping([try SliceStage.pod(2)])
        #expect(reader.published(slice)?.ready == [SliceStage.id(1)])
        #expect(reader.published(slice)?.names == [SliceStage.id(1): "db-1"])
        // Another pod has the address by now.
        slice.endpoints?[0].addresses = [SliceStage.address(2, .ipv4)]
        #expect(reader.published(slice)?.names == [SliceStage.id(2): "db-2"])
        slice.endpoints?[0].addresses = [SliceStage.address(9, .ipv4)]
        slice.endpoints?[0].targetRef?.name = nil
        #expect(reader.published(slice)?.ready == [SliceStage.id(1)] && reader.published(slice)?.names == [:])
    }

    typealias Edit = @Sendable (inout EndpointSlice) -> Void

    private static let edits: [(String, Edit)] = [
        ("labels", { $0.metadata.labels = nil }),
        ("service", { $0.metadata.labels?["kubernetes.io/service-name"] = "other" }),
        ("manager", { $0.metadata.labels?["endpointslice.kubernetes.io/managed-by"] = "me" }),
        ("group", { $0.metadata.annotations?["kube-standby.io/group"] = "me" }),
        ("epoch's form", { $0.metadata.annotations?["kube-standby.io/epoch"] = "07" }),
        ("owner", { $0.metadata.ownerReferences = [] }),
        ("owner's uid", { $0.metadata.ownerReferences?[0].uid = "older" }),
        ("type", { $0.addressType = "IPv6" }),
        ("port", { $0.ports?[0].port = 5433 }),
        ("port's name", { $0.ports?[0].name = nil }),
        ("protocol", { $0.ports?[0].appProtocol = "http" }),
        ("another port", { $0.ports?.append(.init(name: "x", protocol: "TCP", port: 1)) }),
        ("node", { $0.endpoints?[0].nodeName = nil }),
        ("zone", { $0.endpoints?[0].zone = "z" }),
        ("hostname", { $0.endpoints?[0].hostname = "db-1" }),
        ("reference", { $0.endpoints?[0].targetRef = nil }),
        ("another pod meant", { $0.endpoints?[0].targetRef?.uid = "u-2" }),
        ("condition left out", { $0.endpoints?[0].conditions?.serving = nil }),
        ("second address", { $0.endpoints?[0].addresses.append("10.0.0.2") }),
        (
            "endpoint that gets nothing",
            { slice in
                var endpoint = EndpointSlice.Endpoint(addresses: ["10.0.0.2"])
                endpoint.conditions = .init(ready: false)
                slice.endpoints?.append(endpoint)
            }
        ),
    ]

    /// A slice is found by its name, whatever its labels say.
    @Test(arguments: edits)
    func whatSomebodyEditedIsNotFaithful(what: String, edit: Edit) throws {
        let mapping = try SliceStage.mapping([try SliceStage.pod(1), try SliceStage.pod(2)])
        var slice = try Self.stored(mapping, SliceStage.write(ready: 1))
        edit(&slice)
        let seen = try #require(mapping.published([ServiceEndpoints(slice)]).slices.first)
        #expect(!seen.isFaithful && seen.ready == [SliceStage.id(1)] && !seen.hasStrangers, "\(what)")
    }

    /// What is no field of ours may be anything.
    @Test func whatOthersAddIsFaithful() throws {
        let mapping = try SliceStage.mapping([try SliceStage.pod(1)])
        var slice = try Self.stored(mapping, SliceStage.write(ready: 1))
        slice.metadata.labels?["team"] = "a"
        slice.metadata.annotations?["note"] = "a"
        slice.metadata.ownerReferences?.insert(
            .init(apiVersion: "apps/v1", kind: "StatefulSet", name: "db", uid: "x"),
            at: 0
        )
        #expect(mapping.published(slice)?.isFaithful == true)
    }

    /// A pod that moved to another node, got another address or another port makes what is stored old.
    @Test func aPodThatChangedMakesItUnfaithful() throws {
        let before = try SliceStage.mapping([try SliceStage.pod(1)])
        let slice = try Self.stored(before, SliceStage.write(ready: 1))
        let after = try SliceStage.mapping([try SliceStage.pod(1, ports: #"{"name":"pg","containerPort":1}"#)])
        let seen = after.published(slice)
        #expect(seen?.isFaithful == false && seen?.ready == [SliceStage.id(1)])
    }

    @Test(
        arguments: [
            (nil, nil), ("", nil), ("-1", nil), ("x", nil), ("0", Epoch(0)), ("12", Epoch(12)),
        ] as [(String?, Epoch?)]
    ) func theEpochIsThatOfTheAnnotation(text: String?, epoch: Epoch?) throws {
        let mapping = try SliceStage.mapping([try SliceStage.pod(1)])
        var slice = try Self.stored(mapping, SliceStage.write(ready: 1))
        slice.metadata.annotations?["kube-standby.io/epoch"] = text
        let seen = try #require(mapping.published(slice))
        #expect(seen.epoch == epoch && seen.isFaithful == (epoch != nil))
    }

    /// Proxies may still send what is of that family there.
    @Test func aSliceOfAFamilyThatTheServiceLostComesLastAndReachesNobody() throws {
        let pods = [try SliceStage.pod(1, families: [.ipv4, .ipv6])]
        let dual = try SliceStage.mapping(pods, service: try SliceStage.service(families: [.ipv6, .ipv4]))
        let slices = try [AddressFamily.ipv6, .ipv4].map {
            ServiceEndpoints(try Self.stored(dual, SliceStage.write($0, ready: 1)))
        }
        let single = try SliceStage.mapping(pods)
        let seen = single.published(slices).slices
        #expect(seen.map(\.family) == [.ipv4, .ipv6] && seen.map(\.isFaithful) == [true, false])
        #expect(
            seen.map(\.reachable) == [[SliceStage.id(1)], []]
                && seen.map(\.ready) == [[SliceStage.id(1)], [SliceStage.id(1)]]
        )
        let emptied = try #require(single.slice(for: SliceStage.write(.ipv6, ready: 1)))
        #expect(emptied.endpoints == [] && single.published(emptied)?.isFaithful == true)
    }

    // MARK: Who is who

    /// The address decides; only if nobody has it, or several have, what the endpoint refers to.
    @Test(
        arguments: [
            ("10.0.0.1", "u-2", 1), ("10.0.0.9", "u-2", 2), ("10.0.0.9", "u-9", 9), ("10.0.0.1", nil, 1),
            ("10.0.0.9", nil, nil), (nil, "u-1", 1), (nil, nil, nil),
            // Two pods on their node's own network; a pod that has finished, whose address is free.
            ("10.0.0.7", "u-8", 8), ("10.0.0.7", nil, 7), ("10.0.0.7", "u-1", 7), ("10.0.0.6", nil, nil),
            ("10.0.0.6", "u-6", 6),
            // One that terminates has its address until it is gone, unless it runs elsewhere already.
            ("10.0.0.5", nil, 5), ("10.0.0.4", nil, 4),
        ] as [(String?, String?, Int?)]
    ) func anEndpointIsTheMemberThatItReaches(address: String?, uid: String?, number: Int?) throws {
        let gone = #","deletionTimestamp":"2026-01-01T00:00:00Z""#
        func pod(_ number: Int, metadata: String = "", at other: String? = nil, phase: String = "Running") throws -> Pod
        {
            var pod = try SliceStage.pod(number, metadata: metadata)
            if let other { pod.status?.podIP = other }
            pod.status?.phase = phase
            return pod
        }
        let members = SliceMembers(
            [
                try pod(1), try pod(2), try pod(4), try pod(5, metadata: gone), try pod(6, phase: "Failed"),
                try pod(8, at: "10.0.0.7"), try pod(7), try pod(3, metadata: gone, at: "10.0.0.4"),
            ],
            PodMapping(group: try SliceStage.group())
        )
        #expect(members.member(at: address, meant: uid) == number.map(SliceStage.id))
    }

    @Test(
        arguments: [
            (1, #""ready":true"#, true), (nil, #""ready":true"#, true),
            (1, #""ready":false,"terminating":true"#, false),
            (nil, #""ready":false,"terminating":true"#, true), (nil, #""ready":false"#, false),
        ] as [(Int?, String, Bool)]
    ) func anAddressThatIsNoMembersIsAStranger(ready: Int?, conditions: String, isSentTraffic: Bool) throws {
        let mapping = try SliceStage.mapping([try SliceStage.pod(1)])
        var slice = try Self.stored(mapping, SliceStage.write(ready: ready))
        slice.endpoints?.append(
            try SliceStage.decode(#"{"addresses":["10.0.0.9"],"conditions":{\#(conditions)}}"#)
        )
        let seen = try #require(mapping.published(slice))
        #expect(seen.hasStrangers == isSentTraffic && !seen.isFaithful)
        #expect(seen.ready == Set(ready.map { [SliceStage.id($0)] } ?? []))
    }

    @Test func twoReadyEndpointsAreBothToldAndNotFaithful() throws {
        let mapping = try SliceStage.mapping([try SliceStage.pod(1), try SliceStage.pod(2)])
        var slice = try Self.stored(mapping, SliceStage.write(ready: 1))
        slice.endpoints?.append(.init(addresses: ["10.0.0.2"]))
        let seen = try #require(mapping.published(slice))
        #expect(seen.ready == [SliceStage.id(1), SliceStage.id(2)] && !seen.isFaithful && !seen.hasStrangers)
    }

    // MARK: Slices of others

    @Test func whomOthersPublishIsNamedWithTheSlice() throws {
        let mapping = try SliceStage.mapping([1, 2, 3, 4].map { try SliceStage.pod($0) })
        let own = ServiceEndpoints(try Self.stored(mapping, SliceStage.write(ready: 1)))
        let ready = #""conditions":{"ready":true}"#
        let published = mapping.published([
            own,
            try SliceStage.foreign("db-zzzzz", #"{"addresses":["10.0.0.1"],\#(ready),"targetRef":{"uid":"u-1"}}"#),
            // A leftover whose pod is gone; another member has its address by now.
            try SliceStage.foreign("db-aaaaa", #"{"addresses":["10.0.0.2"],\#(ready),"targetRef":{"uid":"gone"}}"#),
            try SliceStage.foreign("by-hand", #"{"addresses":["10.0.0.1"]},{"addresses":["10.0.0.77"]}"#),
            try SliceStage.foreign(
                "unready",
                #"{"addresses":["10.0.0.3"],"conditions":{"ready":false},"targetRef":{"uid":"u-3"}}"#
            ),
            // The slice of another Service's group, under our label.
            try SliceStage.foreign("other-kube-standby-ipv4", #"{"addresses":["10.0.0.4"]}"#),
        ])
        #expect(
            published.foreign == [
                SliceStage.id(1): "by-hand", SliceStage.id(2): "db-aaaaa", SliceStage.id(4): "other-kube-standby-ipv4",
            ]
        )
        #expect(published.slices.map(\.ready) == [[SliceStage.id(1)]])
    }

    @Test func aSliceOfOthersIsNoneOfOurs() throws {
        let mapping = try SliceStage.mapping([try SliceStage.pod(1)])
        var slice = try Self.stored(mapping, SliceStage.write(ready: 1))
        slice.metadata.name = "db-x7k2p"
        #expect(mapping.published(slice) == nil)
    }
}
