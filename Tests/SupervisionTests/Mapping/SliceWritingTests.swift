import FailoverCore
import KubernetesClient
import Testing

@testable import Supervision

/// What is stored for what the core decides.
@Suite struct SliceWritingTests {
    @Test func theSliceSaysAllThatAProxyAndDNSNeed() throws {
        let pod = try SliceStage.pod(
            1,
            spec: #","hostname":"db-1","subdomain":"db""#,
            metadata: #","labels":{"topology.kubernetes.io/zone":"z1"}"#
        )
        let service = try SliceStage.service(#"{"name":"pg","port":5432,"targetPort":"pg","appProtocol":"postgres"}"#)
        let slice = try SliceStage.mapping([pod], service: service).slice(for: SliceStage.write(ready: 1))
        var metadata = ObjectMeta(name: "db-kube-standby-ipv4", namespace: "shop")
        metadata.labels = [
            "kubernetes.io/service-name": "db", "endpointslice.kubernetes.io/managed-by": "kube-standby.io",
        ]
        metadata.annotations = ["kube-standby.io/group": "db-group", "kube-standby.io/epoch": "7"]
        metadata.ownerReferences = [.init(apiVersion: "v1", kind: "Service", name: "db", uid: "s")]
        var endpoint = EndpointSlice.Endpoint(addresses: ["10.0.0.1"])
        endpoint.conditions = .init(ready: true, serving: true, terminating: false)
        (endpoint.hostname, endpoint.nodeName, endpoint.zone) = ("db-1", "n1", "z1")
        endpoint.targetRef = .init(kind: "Pod", namespace: "shop", name: "db-1", uid: "u-1")
        #expect(
            slice
                == EndpointSlice(
                    metadata: metadata,
                    addressType: "IPv4",
                    endpoints: [endpoint],
                    ports: [.init(name: "pg", protocol: "TCP", port: 5432, appProtocol: "postgres")]
                )
        )
    }

    /// Who is active is our decision, whatever the pod's own condition says.
    @Test(arguments: ["True", "False"]) func theActivePodIsReady(ready: String) throws {
        let status = #","conditions":[{"type":"Ready","status":"\#(ready)"}]"#
        let slice = try SliceStage.mapping([try SliceStage.pod(1, status: status)]).slice(
            for: SliceStage.write(ready: 1)
        )
        #expect(slice?.endpoints?.map(\.conditions) == [.init(ready: true, serving: true, terminating: false)])
    }

    @Test(
        arguments: [
            (#","hostname":"db-1","subdomain":"db""#, "db-1"), (#","hostname":"db-1","subdomain":"other""#, nil),
            (#","subdomain":"db""#, nil), (#","hostname":"db-1""#, nil),
        ] as [(String, String?)]
    ) func dnsKnowsAPodUnderItsOwnServiceOnly(spec: String, hostname: String?) throws {
        let slice = try SliceStage.mapping([try SliceStage.pod(1, spec: spec)]).slice(for: SliceStage.write(ready: 1))
        #expect(slice?.endpoints?.map(\.hostname) == [hostname])
    }

    // MARK: Families

    @Test func eachFamilyHasItsOwnAddress() throws {
        let pods = [try SliceStage.pod(1, families: [.ipv4, .ipv6])]
        let mapping = try SliceStage.mapping(pods, service: try SliceStage.service(families: [.ipv4, .ipv6]))
        for (family, address) in [(AddressFamily.ipv4, "10.0.0.1"), (.ipv6, "fd00::1")] {
            let slice = mapping.slice(for: SliceStage.write(family, ready: 1))
            #expect(slice?.addressType == family.rawValue && slice?.endpoints?.map(\.addresses) == [[address]])
            #expect(slice?.metadata.name == "db-kube-standby-\(family.rawValue.lowercased())")
        }
    }

    /// Its traffic must not go to the pod that was demoted, either.
    @Test func aFamilyThatTheReadyMemberLacksIsEmpty() throws {
        let pods = [try SliceStage.pod(1), try SliceStage.pod(2, families: [.ipv4, .ipv6])]
        let mapping = try SliceStage.mapping(pods, service: try SliceStage.service(families: [.ipv4, .ipv6]))
        let slice = try #require(mapping.slice(for: SliceStage.write(.ipv6, ready: 1, draining: [2])))
        #expect(slice.endpoints == [] && slice.ports == [])
        #expect(mapping.published(slice)?.isFaithful == true)
    }

    @Test func nothingIsWrittenForAPodThatIsNotKnown() throws {
        #expect(try SliceStage.mapping([try SliceStage.pod(1)]).slice(for: SliceStage.write(ready: 2)) == nil)
        #expect(try SliceStage.mapping([]).slice(for: SliceStage.write(ready: nil))?.endpoints == [])
    }

    // MARK: Draining

    @Test func aDemotedPodIsShownAsServingAndTerminating() throws {
        let mapping = try SliceStage.mapping(try [3, 1, 2].map { try SliceStage.pod($0) })
        let endpoints = mapping.slice(for: SliceStage.write(ready: 2, draining: [3, 1, 9]))?.endpoints ?? []
        #expect(endpoints.map(\.targetRef?.name) == ["db-2", "db-1", "db-3"])
        #expect(
            endpoints.dropFirst().allSatisfy { $0.conditions == .init(ready: false, serving: true, terminating: true) }
        )
    }

    /// A slice has one list of ports.
    @Test func aDemotedPodOfOtherPortsIsLeftOut() throws {
        let other = try SliceStage.pod(1, ports: #"{"name":"pg","containerPort":1}"#)
        let mapping = try SliceStage.mapping([other, try SliceStage.pod(2)])
        let slice = try #require(mapping.slice(for: SliceStage.write(ready: 2, draining: [1])))
        #expect(slice.endpoints?.map(\.targetRef?.name) == ["db-2"] && slice.ports?.map(\.port) == [5432])
        let seen = try #require(mapping.published(slice))
        #expect(seen.draining.isEmpty && seen.isFaithful)
    }

    // MARK: Ports

    @Test(
        arguments: [
            (#"{"name":"a","port":80,"targetPort":8080}"#, ["a TCP 8080"]), (#"{"port":80}"#, [" TCP 80"]),
            (#"{"name":"a","port":80,"targetPort":0}"#, ["a TCP 80"]),
            (#"{"name":"a","port":80,"targetPort":"pg"}"#, ["a TCP 5432"]),
            (#"{"name":"a","port":80,"targetPort":"side"}"#, ["a TCP 15000"]),
            (#"{"name":"a","port":80,"targetPort":"setup"}"#, []), (#"{"name":"a","port":80,"targetPort":"none"}"#, []),
            (#"{"name":"a","port":53,"protocol":"UDP","targetPort":"dns"}"#, ["a UDP 5353"]),
            (#"{"name":"a","port":53,"protocol":"TCP","targetPort":"dns"}"#, ["a TCP 5354"]),
            (#"{"name":"a","port":53,"protocol":"SCTP","targetPort":"dns"}"#, []),
            (#"{"name":"a","port":1,"targetPort":"twice"}"#, ["a TCP 1001"]),
            (#"{"name":"a","port":1,"targetPort":"none"},{"name":"b","port":2}"#, ["b TCP 2"]), ("", []),
        ] as [(String, [String])]
    ) func portsLeadWhereTheControllerWouldLeadThem(ports: String, expected: [String]) throws {
        let pod = try SliceStage.pod(
            1,
            ports: #"{"name":"pg","containerPort":5432},{"name":"dns","containerPort":5353,"protocol":"UDP"},"#
                + #"{"name":"dns","containerPort":5354},{"name":"twice","containerPort":1001}"#,
            spec: #","initContainers":[{"name":"a","ports":[{"name":"setup","containerPort":1}]},"#
                + #"{"name":"b","restartPolicy":"Always","ports":[{"name":"side","containerPort":15000},"#
                + #"{"name":"twice","containerPort":1002}]}]"#
        )
        let slice = try SliceStage.mapping([pod], service: try SliceStage.service(ports)).slice(
            for: SliceStage.write(ready: 1)
        )
        let found = slice?.ports?.map { "\($0.name ?? "-") \($0.protocol ?? "-") \($0.port ?? 0)" }
        #expect(found == expected)
        #expect(slice?.endpoints?.count == 1)
    }
}
