import FailoverCore
import KubernetesClient
import StandbyConfiguration
import Testing

@testable import Supervision

/// What is said of a Service's endpoints before a group uses them.
@Suite struct SliceExaminationTests {
    private static func findings(
        _ group: GroupConfiguration? = nil,
        service: Service? = nil,
        slices: [EndpointSlice] = [],
        hasEndpoints: Bool = false,
        members: [Pod]? = nil
    ) throws -> [String] {
        let examination = SliceExamination(
            try group ?? SliceStage.group(),
            namespace: "shop",
            service: try service ?? SliceStage.service(),
            slices: slices,
            hasEndpoints: hasEndpoints
        )
        return examination.findings(try members ?? [SliceStage.pod(1)]).map { "\($0.severity) \($0.finding)" }
    }

    private static func slice(
        _ name: String,
        service: String = "db",
        manager: String? = nil,
        _ endpoints: String = #"{"addresses":["10.0.0.1"]}"#
    ) throws -> EndpointSlice {
        let manager = manager.map { #","endpointslice.kubernetes.io/managed-by":"\#($0)""# } ?? ""
        return try SliceStage.decode(
            """
            {"metadata":{"name":"\(name)","labels":{"kubernetes.io/service-name":"\(service)"\(manager)}},
            "addressType":"IPv4","endpoints":[\(endpoints)]}
            """
        )
    }

    /// A group of mode Label on the same Service.
    private static func labelled() throws -> GroupConfiguration {
        try Samples.group("db", service: "db")
    }

    // MARK: Slices

    @Test func isContentWithSlicesOfOurOwnAndOfOtherServices() throws {
        let slices = try [
            Self.slice("db-kube-standby-ipv4"), Self.slice("db-kube-standby-ipv6"), Self.slice("other", service: "web"),
        ]
        #expect(try Self.findings(slices: slices) == [])
    }

    @Test func namesWhatOthersLeftBehindWithTheCommandThatRemovesIt() throws {
        let slices = try [
            Self.slice("db-z", manager: "endpointslice-controller.k8s.io"),
            Self.slice("db-a", "{\"addresses\":[\"10.0.0.2\"],\"conditions\":{\"ready\":false}}"),
            Self.slice("db-m", manager: "endpointslicemirroring-controller.k8s.io"),
        ]
        let plain = try Self.findings(slices: slices)
        #expect(
            plain == [
                "warning EndpointSlice \"db-a\" is none of the group's own: kubectl delete endpointslice db-a -n shop",
                "error EndpointSlice \"db-m\" is none of the group's own but of endpointslicemirroring-controller.k8s.io and"
                    + " sends traffic to 10.0.0.1, too; a move waits while that is another pod's: kubectl delete endpointslice"
                    + " db-m -n shop",
                "error EndpointSlice \"db-z\" is none of the group's own but of endpointslice-controller.k8s.io and"
                    + " sends traffic to 10.0.0.1, too; a move waits while that is another pod's: kubectl delete endpointslice"
                    + " db-z -n shop",
            ]
        )
        // A mirrored one comes again as long as there is the object, and goes with it.
        let mirrored = try Self.findings(slices: slices, hasEndpoints: true)
        #expect(
            mirrored == [
                "error there is an Endpoints object \"db\", from which Kubernetes makes EndpointSlices of a Service without a"
                    + " selector: kubectl delete endpoints db -n shop", plain[0], plain[2],
            ]
        )
    }

    /// In mode Label Kubernetes' own slices are as they should be.
    @Test func inModeLabelOnlySlicesOfOurOwnAreLeftOver() throws {
        let slices = try [
            Self.slice("db-x7k2p", manager: "endpointslice-controller.k8s.io"), Self.slice("db-kube-standby-ipv4"),
            Self.slice("db-kube-standby-ipv6", ""), Self.slice("web-kube-standby-ipv4", service: "web"),
        ]
        #expect(
            try Self.findings(Self.labelled(), slices: slices) == [
                "error EndpointSlice \"db-kube-standby-ipv4\" is left over from mode EndpointSlice and sends traffic to 10.0.0.1,"
                    + " whoever is active: kubectl delete endpointslice db-kube-standby-ipv4 -n shop",
                "warning EndpointSlice \"db-kube-standby-ipv6\" is left over from mode EndpointSlice: kubectl delete"
                    + " endpointslice db-kube-standby-ipv6 -n shop",
            ]
        )
    }

    // MARK: The Service

    @Test func tellsWhoElseSeesToTheService() throws {
        let service: Service = try SliceStage.decode(
            #"{"metadata":{"name":"db","labels":{"service.kubernetes.io/service-proxy-name":"mine"}},"#
                + #""spec":{"ports":[{"port":1}]}}"#
        )
        let words =
            "warning Service \"db\" has the label service.kubernetes.io/service-proxy-name: mine, so that kube-proxy leaves it alone"
        #expect(try Self.findings(service: service) == [words])
    }

    @Test func aServiceWithoutAPortIsWarnedOf() throws {
        let words =
            "warning Service \"db\" has no port, so that its endpoint has none, either: only its name leads there"
        #expect(try Self.findings(service: SliceStage.service("")) == [words])
    }

    @Test func aTargetPortThatNoMemberHasIsAMistake() throws {
        let service = try SliceStage.service(
            #"{"name":"a","port":80,"targetPort":"web"},{"name":"b","port":53,"protocol":"UDP","targetPort":"pg"}"#
        )
        let words = { (port: String) in
            "error no member has a port named \"\(port)\" as a targetPort of Service \"db\" says, in that protocol: traffic to that"
                + " port goes nowhere"
        }
        #expect(try Self.findings(service: service) == [words("web"), words("pg")])
        let other = try SliceStage.pod(2, ports: #"{"name":"web","containerPort":80}"#)
        #expect(try Self.findings(service: service, members: [SliceStage.pod(1), other]) == [words("pg")])
        #expect(try Self.findings(service: service, members: []) == [])
    }

    @Test func aMemberThatLacksAnAddressOfTheServiceIsWarnedOf() throws {
        let service = try SliceStage.service(families: [.ipv4, .ipv6])
        let members = try [
            SliceStage.pod(1, families: [.ipv4, .ipv6]), SliceStage.pod(2), SliceStage.pod(3, families: []),
        ]
        let words =
            "warning pod \"db-2\" has no IPv6 address, which Service \"db\" asks for: while it is active, nobody gets that traffic"
        #expect(try Self.findings(service: service, members: members) == [words])
    }
}
