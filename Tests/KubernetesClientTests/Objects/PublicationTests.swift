import Foundation
import Testing

@testable import KubernetesClient

/// What is kept of Services and pods for the sake of EndpointSlices that are our own.
@Suite struct PublicationTests {
    private static func decode<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }

    // MARK: Services

    private static let ports =
        #""ports":[{"name":"http","protocol":"TCP","port":80,"targetPort":"web","appProtocol":"http"},"#
        + #"{"name":"dns","protocol":"UDP","port":53,"targetPort":5353},{"port":7}],"#
        + #""ipFamilies":["IPv6","IPv4"],"clusterIP":"None","type":"ClusterIP""#

    @Test(arguments: ["{\(ports)}", #"{"selector":null,\#(ports)}"#, #"{"selector":{},\#(ports)}"#])
    func aServiceWithoutASelectorSaysHowItIsPublished(text: String) throws {
        let spec = try Self.decode(Service.Spec.self, text)
        let publication = try #require(spec.publication)
        #expect(publication.ipFamilies == ["IPv6", "IPv4"] && publication.clusterIP == "None")
        #expect(
            publication.ports == [
                .init(name: "http", protocol: "TCP", port: 80, targetPort: .name("web"), appProtocol: "http"),
                .init(name: "dns", protocol: "UDP", port: 53, targetPort: .number(5353)), .init(port: 7),
            ]
        )
        #expect(try Self.decode(Service.Spec.self, String(decoding: JSONEncoder().encode(spec), as: UTF8.self)) == spec)
    }

    /// Thousands of Services with a selector are held for groups of mode Label.
    @Test func ofAServiceWithASelectorNothingOfItIsKept() throws {
        let spec = try Self.decode(Service.Spec.self, #"{"selector":{"app":"web"},\#(Self.ports)}"#)
        #expect(spec.publication == nil && spec.selector == ["app": "web"])
        #expect(MemoryLayout<Service.Spec>.size <= 24)
    }

    @Test func aServiceThatIsANameSaysSo() throws {
        let text = #"{"type":"ExternalName","externalName":"a.example"}"#
        let spec = try Self.decode(Service.Spec.self, #"{"selector":{"app":"web"},"type":"ExternalName"}"#)
        #expect(spec.publication?.type == Service.externalName)
        #expect(try Self.decode(Service.Spec.self, text).publication?.type == Service.externalName)
    }

    @Test(
        arguments: [
            ("80", .number(80)), ("\"web\"", .name("web")), ("null", nil), ("1e400", nil), ("1.5", .number(0)),
            ("true", nil), ("{}", nil),
        ] as [(String, Service.TargetPort?)]
    ) func aTargetThatIsNoneHidesNoService(text: String, target: Service.TargetPort?) throws {
        let port = try Self.decode(Service.Port.self, #"{"port":1,"targetPort":\#(text)}"#)
        #expect(port.targetPort == target && port.port == 1)
    }

    // MARK: Pods

    @Test(
        arguments: [
            (#""podIP":"10.0.0.1","podIPs":[{"ip":"10.0.0.1"}]"#, nil, ["10.0.0.1"]),
            (#""podIP":"10.0.0.1""#, nil, ["10.0.0.1"]), (#""podIPs":null"#, nil, []),
            (
                #""podIP":"10.0.0.1","podIPs":[{"ip":"10.0.0.1"},{"ip":"fd00::1"}]"#, ["10.0.0.1", "fd00::1"],
                ["10.0.0.1", "fd00::1"]
            ), (#""podIP":"10.0.0.1","podIPs":[{},{}]"#, nil, ["10.0.0.1"]),
        ] as [(String, [String]?, [String])]
    ) func addressesAreKeptTwiceNowhere(text: String, kept: [String]?, addresses: [String]) throws {
        let pod = try Self.decode(Pod.self, #"{"status":{\#(text)}}"#)
        #expect(pod.status?.podIPs == kept && pod.addresses == addresses)
    }

    @Test(
        arguments: [
            (#""hostname":"db-0","subdomain":"db""#, "db-0", "db"), (#""hostname":"db-0""#, nil, nil),
            (#""subdomain":"db""#, nil, "db"), (#""hostname":"db-0","subdomain":"""#, nil, nil),
        ] as [(String, String?, String?)]
    ) func aHostnameMeansNothingWithoutASubdomain(text: String, hostname: String?, subdomain: String?) throws {
        let pod = try Self.decode(Pod.self, #"{"spec":{"nodeName":"n",\#(text)}}"#)
        #expect(pod.spec?.hostname == hostname && pod.spec?.subdomain == subdomain && pod.spec?.nodeName == "n")
        let again = try Self.decode(Pod.Spec.self, String(decoding: JSONEncoder().encode(pod.spec), as: UTF8.self))
        #expect(again == pod.spec)
    }

    @Test(
        arguments: [
            ("", .tcp), (#","protocol":"TCP""#, .tcp), (#","protocol":"UDP""#, .udp), (#","protocol":"SCTP""#, .sctp),
            (#","protocol":"QUIC""#, .other), (#","protocol":null"#, .tcp),
        ] as [(String, Pod.PortProtocol)]
    ) func aPortSaysHowItIsSpokenTo(text: String, expected: Pod.PortProtocol) throws {
        let port = try Self.decode(Pod.ContainerPort.self, #"{"containerPort":1\#(text)}"#)
        #expect(port.protocol == expected && port.containerPort == 1)
        #expect(MemoryLayout<Pod.ContainerPort>.stride <= 32)
    }
}
