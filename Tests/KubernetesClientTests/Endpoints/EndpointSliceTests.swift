import Foundation
import Testing

@testable import KubernetesClient

@Suite struct EndpointSliceTests {
    private static let slice: EndpointSlice = {
        var metadata = ObjectMeta(name: "db-kube-standby-ipv4", namespace: "shop")
        metadata.labels = ["kubernetes.io/service-name": "db"]
        metadata.annotations = ["kube-standby.io/epoch": "7"]
        metadata.ownerReferences = [.init(apiVersion: "v1", kind: "Service", name: "db", uid: "s")]
        var endpoint = EndpointSlice.Endpoint(addresses: ["10.0.0.7"])
        endpoint.conditions = .init(ready: true, serving: true, terminating: false)
        (endpoint.hostname, endpoint.nodeName, endpoint.zone) = ("db-0", "n1", "z1")
        endpoint.targetRef = .init(kind: "Pod", namespace: "shop", name: "db-0", uid: "u")
        return EndpointSlice(
            metadata: metadata,
            addressType: "IPv4",
            endpoints: [endpoint],
            ports: [.init(name: "h2", protocol: "TCP", port: 8080, appProtocol: "kubernetes.io/h2c")]
        )
    }()

    @Test func survivesTheWayToTheServerAndBack() throws {
        let bytes = try JSONEncoder().encode(Self.slice)
        #expect(try JSONDecoder().decode(EndpointSlice.self, from: bytes) == Self.slice)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains(#""kind":"EndpointSlice""#) && text.contains(#""apiVersion":"discovery.k8s.io\/v1""#))
    }

    /// A slice without the list is refused.
    @Test func sendsListsThatAreEmpty() throws {
        let empty = EndpointSlice(metadata: ObjectMeta(name: "a"), addressType: "IPv6", endpoints: nil, ports: nil)
        let text = String(decoding: try JSONEncoder().encode(empty), as: UTF8.self)
        #expect(text.contains(#""endpoints":[]"#) && text.contains(#""ports":[]"#))
    }

    @Test(
        arguments: [
            (nil, nil, nil, true, false), (true, true, false, true, false), (true, true, true, true, false),
            (false, true, true, false, true), (false, nil, true, false, true), (false, false, true, false, false),
            (false, true, false, false, false), (false, nil, nil, false, false),
        ] as [(Bool?, Bool?, Bool?, Bool, Bool)]
    ) func conditionsThatAreAbsentMeanWhatTheyMeanToProxies(
        ready: Bool?,
        serving: Bool?,
        terminating: Bool?,
        isReady: Bool,
        isDraining: Bool
    ) {
        var endpoint = EndpointSlice.Endpoint(addresses: ["10.0.0.1"])
        #expect(endpoint.isReady && !endpoint.isDraining)
        endpoint.conditions = .init(ready: ready, serving: serving, terminating: terminating)
        #expect(endpoint.isReady == isReady && endpoint.isDraining == isDraining)
    }

    // MARK: The patch

    @Test func aPatchReplacesEndpointsAndLeavesWhatOthersWrote() throws {
        var stored = Self.slice
        (stored.metadata.uid, stored.metadata.resourceVersion) = ("uid-1", "41")
        stored.metadata.labels?["team"] = "a"
        stored.metadata.ownerReferences = [
            .init(apiVersion: "v1", kind: "Service", name: "db", uid: "older"),
            .init(apiVersion: "apps/v1", kind: "Deployment", name: "x", uid: "d"),
        ]
        var wanted = Self.slice
        (wanted.endpoints, wanted.ports) = ([], nil)
        let patch = EndpointSlicePatch(replacing: stored, by: wanted)
        #expect(patch.metadata.labels == ["kubernetes.io/service-name": "db"])
        #expect(patch.metadata.ownerReferences.map(\.uid) == ["d", "s"])
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        #expect(
            String(decoding: try encoder.encode(patch), as: UTF8.self)
                == #"{"endpoints":[],"metadata":{"annotations":{"kube-standby.io/epoch":"7"},"#
                + #""labels":{"kubernetes.io/service-name":"db"},"ownerReferences":"#
                + #"[{"apiVersion":"apps/v1","kind":"Deployment","name":"x","uid":"d"},"#
                + #"{"apiVersion":"v1","kind":"Service","name":"db","uid":"s"}],"#
                + #""resourceVersion":"41","uid":"uid-1"},"ports":[]}"#
        )
    }

    // MARK: What is kept of those that are followed

    @Test func ofASliceOfOthersItIsKeptWhomItShows() {
        var slice = Self.slice
        slice.metadata.name = "db-x7k2p"
        slice.endpoints?.append(.init(addresses: ["10.0.0.8"]))
        slice.endpoints?.append(.init(addresses: []))
        var unready = EndpointSlice.Endpoint(addresses: ["10.0.0.9"])
        unready.conditions = .init(ready: false)
        slice.endpoints?.append(unready)
        let kept = ServiceEndpoints(slice)
        #expect(kept.endpoints == [.init(pod: "u", isReady: true, address: "10.0.0.7")])
        #expect(kept.strangers == ["10.0.0.8"] && kept.slice == nil)
        #expect(kept.metadata.name == "db-x7k2p" && kept.metadata.labels == ["kubernetes.io/service-name": "db"])
        #expect(kept.metadata.annotations == nil && kept.metadata.ownerReferences == nil)
    }

    @Test(arguments: [
        ("db-kube-standby-ipv4", true), ("db-kube-standby-ipv6", true), ("db-x7k2p", false), ("", false),
        ("db-kube-standby-ipv5", false), ("db-kube-standby-ipv4-x7k2p", false),
    ]) func ofASliceThatASupervisorWritesAllIsKept(name: String, isWhole: Bool) throws {
        var slice = Self.slice
        slice.metadata.name = name
        let kept = try JSONDecoder().decode(ServiceEndpoints.self, from: try JSONEncoder().encode(slice))
        #expect(kept.slice == (isWhole ? slice : nil))
        #expect(kept.endpoints.map(\.pod) == ["u"])
    }

    /// Thousands of Services in mode Label have their slices followed.
    @Test func aSliceOfOthersStaysSmall() {
        #expect(MemoryLayout<ServiceEndpoints>.size <= 24)
        #expect(MemoryLayout<ServiceEndpoints.Endpoint>.stride <= 40)
    }
}
