import Foundation
import KubernetesClient
import StandbyConfiguration
import Testing

@testable import FailoverCore
@testable import Supervision

/// A Service without a selector, its pods, and slices of it.
enum SliceStage {
    /// A group of mode EndpointSlice.
    static func group(_ more: String = "") throws -> GroupConfiguration {
        let text = """
            apiVersion: kube-standby.io/v1
            kind: StandbyConfiguration
            groups:
            - {name: db-group, service: db, mode: EndpointSlice, selector: {matchLabels: {app: db}}, probe: {tcpSocket: {port: 1}} \(more)}
            """
        return try #require(ConfigurationReading(Array(text.utf8)).configuration?.groups.first)
    }

    /// What JSON says.
    static func decode<Value: Decodable>(_ text: String) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(text.utf8))
    }

    /// A pod `db-NUMBER` of uid `u-NUMBER`, with the addresses 10.0.0.NUMBER and, if asked for, fd00::NUMBER.
    static func pod(
        _ number: Int,
        families: [AddressFamily] = [.ipv4],
        ports: String = #"{"name":"pg","containerPort":5432}"#,
        spec: String = "",
        metadata: String = "",
        status: String = ""
    ) throws -> Pod {
        let addresses = families.map { #"{"ip":"\#(address(number, $0))"}"# }.joined(separator: ",")
        let first = families.first.map { #""podIP":"\#(address(number, $0))","# } ?? ""
        return try decode(
            """
            {"metadata":{"name":"db-\(number)","namespace":"shop","uid":"u-\(number)","resourceVersion":"5" \(metadata)},
            "spec":{"nodeName":"n\(number)","containers":[{"name":"db","ports":[\(ports)]}] \(spec)},
            "status":{\(first) "podIPs":[\(addresses)],"phase":"Running" \(status)}}
            """
        )
    }

    /// The address that such a pod has.
    static func address(_ number: Int, _ family: AddressFamily) -> String {
        switch family {
        case .ipv4: "10.0.0.\(number)"
        case .ipv6: "fd00::\(number)"
        }
    }

    /// A Service `db` without a selector.
    static func service(
        _ ports: String = #"{"name":"pg","port":5432,"targetPort":"pg"}"#,
        families: [AddressFamily] = [.ipv4]
    ) throws -> Service {
        let families = families.map { "\"\($0.rawValue)\"" }.joined(separator: ",")
        return try decode(
            #"{"metadata":{"name":"db","uid":"s"},"spec":{"ports":[\#(ports)],"ipFamilies":[\#(families)]}}"#
        )
    }

    /// The mapping of such a group.
    static func mapping(_ pods: [Pod], service: Service? = nil) throws -> SliceMapping {
        SliceMapping(
            PodMapping(group: try group()),
            namespace: "shop",
            service: try service ?? Self.service(),
            pods: pods
        )
    }

    /// A write of a slice that does not exist.
    static func write(
        _ family: AddressFamily = .ipv4,
        ready: Int?,
        draining: [Int] = [],
        epoch: Int = 7
    ) -> EndpointsWrite {
        EndpointsWrite(
            slice: PublishedSlice(family: family),
            ready: ready.map(id),
            draining: Set(draining.map(id)),
            epoch: Epoch(epoch),
            urgency: .failing
        )
    }

    /// The member that is such a pod.
    static func id(_ number: Int) -> Member.ID { Member.ID("u-\(number)") }

    /// A slice of the endpoint controller, or of anyone else.
    static func foreign(_ name: String, _ endpoints: String) throws -> ServiceEndpoints {
        try decode(
            """
            {"metadata":{"name":"\(name)","resourceVersion":"9","labels":{"kubernetes.io/service-name":"db"}},
            "addressType":"IPv4","endpoints":[\(endpoints)]}
            """
        )
    }
}
