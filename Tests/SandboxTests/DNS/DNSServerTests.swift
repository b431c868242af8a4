import Foundation
import Subprocess
import Testing

@testable import Sandbox

@Suite(.timeLimit(.minutes(5))) struct DNSServerTests {
    private static let scene = """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec: {clusterIP: 10.96.0.10, selector: {app: web}, ports: [{name: http, port: 80}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: db}
        spec: {clusterIP: None, ports: [{name: sql, port: 5432}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: empty}
        spec: {clusterIP: None, ports: [{name: sql, port: 5432}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: outside}
        spec: {type: ExternalName, externalName: db.example.com}
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: db-4, labels: {kubernetes.io/service-name: db}}
        addressType: IPv4
        ports: [{name: sql, port: 15432}]
        endpoints:
        - {addresses: [10.1.0.1], hostname: db-0, conditions: {ready: true}}
        - {addresses: [10.1.0.2]}
        - {addresses: [10.1.0.3], hostname: db-2, conditions: {ready: false}}
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: db-6, labels: {kubernetes.io/service-name: db}}
        addressType: IPv6
        ports: [{name: sql, port: 15432}]
        endpoints: [{addresses: ['fd00::1'], hostname: db-0}]
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: other, labels: {kubernetes.io/service-name: other}}
        addressType: IPv4
        endpoints: [{addresses: [10.9.9.9]}]
        """

    private static func run(_ body: @Sendable @escaping (Sandbox, DNSClient) async throws -> Void) async throws {
        var options = Sandbox.Options()
        options.nodes = 0
        options.dnsPort = 0
        try await Sandbox.run(options) { sandbox in
            try await sandbox.apply(scene)
            let server = try #require(sandbox.dns)
            try await body(sandbox, DNSClient(port: await server.port))
        }
    }

    private static let zone = "svc.cluster.local"

    @Test func answersForServicesAndEndpoints() async throws {
        try await Self.run { _, client in
            let cases: [(String, String, [String])] = [
                ("web.default", "A", ["10.96.0.10"]), ("db.default", "A", ["10.1.0.1", "10.1.0.2"]),
                ("db.default", "AAAA", ["fd00:0:0:0:0:0:0:1"]), ("db-0.db.default", "A", ["10.1.0.1"]),
                ("db-0.db.default", "AAAA", ["fd00:0:0:0:0:0:0:1"]), ("10-1-0-2.db.default", "A", ["10.1.0.2"]),
                ("_sql._tcp.db.default", "A", ["10.1.0.1", "10.1.0.2"]), ("outside.default", "A", ["db.example.com"]),
            ]
            for (name, type, contents) in cases {
                let answer = try await client.ask("\(name).\(Self.zone)", type)
                #expect(answer.code == 0 && answer.contents == contents, "\(name) \(type)")
                #expect(answer.isAuthoritative && !answer.isTruncated && answer.wantedRecursion && answer.id == 7)
                #expect(answer.records[0].allSatisfy { $0.hasPrefix("\(name).\(Self.zone) 5 ") }, "\(answer.records)")
            }
            let pod = try await client.ask("10-1-2-3.default.pod.cluster.local")
            #expect(pod.contents == ["10.1.2.3"])
            let version = try await client.ask("dns-version.cluster.local", "TXT")
            #expect(version.records[0] == ["dns-version.cluster.local 28800 TXT 1.1.0"])
        }
    }

    @Test func tellsWhatIsNotThereFromWhatHasNothing() async throws {
        try await Self.run { _, client in
            let nothing = ["cluster.local 5 SOA ns.dns.cluster.local hostmaster.cluster.local 7200 1800 86400 5"]
            for (name, type) in [
                ("web.default.svc.cluster.local", "AAAA"), ("web.default.svc.cluster.local", "TXT"),
                ("default.svc.cluster.local", "A"), ("svc.cluster.local", "A"), ("cluster.local", "A"),
            ] {
                let answer = try await client.ask(name, type)
                #expect(answer.code == 0 && answer.records == [[], nothing, []], "\(name) \(type): \(answer)")
            }
            for name in [
                "absent.default.svc", "web.absent.svc", "absent.svc", "empty.default.svc", "db-2.db.default.svc",
                "other.default.svc", "a.b.c.db.default.svc", "_sql._udp.db.default.svc", "_http._tcp.db.default.svc",
                "db-0.web.default.svc", "a.outside.default.svc", "x", "a-b-c-d.default.pod",
            ] {
                let answer = try await client.ask("\(name).cluster.local")
                #expect(answer.code == 3 && answer.records == [[], nothing, []], "\(name): \(answer)")
            }
            let outside = try await client.ask("example.com")
            #expect(outside.code == 5 && outside.records == [[], [], []] && !outside.isAuthoritative)
            let apex = try await client.ask("cluster.local", "SOA")
            #expect(apex.records == [nothing, [], []])
        }
    }

    @Test func namesThePortsOfServices() async throws {
        try await Self.run { _, client in
            let web = try await client.ask("_http._tcp.web.default.\(Self.zone)", "SRV")
            #expect(web.contents == ["0 100 80 web.default.\(Self.zone)"])
            #expect(web.records[2] == ["web.default.\(Self.zone) 5 A 10.96.0.10"])
            let db = try await client.ask("_sql._tcp.db.default.\(Self.zone)", "SRV")
            let targets = ["10-1-0-2", "db-0"].map { "0 50 15432 \($0).db.default.\(Self.zone)" }
            #expect(db.contents == targets)
            #expect(db.records[2].contains("db-0.db.default.\(Self.zone) 5 A 10.1.0.1"), "\(db.records[2])")
        }
    }

    @Test func repeatsTheQuestionAsItWasWritten() async throws {
        try await Self.run { _, client in
            let answer = try await client.ask("DB-0.Db.Default.SVC.Cluster.LOCAL")
            #expect(answer.question == "DB-0.Db.Default.SVC.Cluster.LOCAL" && answer.contents == ["10.1.0.1"])
        }
    }

    @Test func followsASliceFromOneWriteToTheNext() async throws {
        try await Self.run { sandbox, client in
            let slice = ObjectKey(.endpointSlices, namespace: "default", name: "db-4")
            for index in 1...20 {
                let address = "10.2.0.\(index)"
                try await sandbox.store.modify(slice) { (old) throws(APIFailure) in
                    old.with("endpoints", [["addresses": [.string(address)], "hostname": "db-0"]])
                }
                #expect(try await client.ask("db.default.\(Self.zone)").contents == [address])
                #expect(try await client.ask("db-0.db.default.\(Self.zone)").contents == [address])
            }
        }
    }

    @Test func saysWhenNotEverythingFits() async throws {
        try await Self.run { sandbox, client in
            let slice = ObjectKey(.endpointSlices, namespace: "default", name: "db-4")
            try await sandbox.store.modify(slice) { (old) throws(APIFailure) in
                old.with("endpoints", .array((1...200).map { ["addresses": [.string("10.3.0.\($0)")]] }))
            }
            let answer = try await client.ask("db.default.\(Self.zone)")
            #expect(answer.isTruncated && answer.size <= 512 && (20...40).contains(answer.records[0].count))
        }
    }

    @Test func answersNonsenseBrieflyOrNotAtAll() async throws {
        try await Self.run { _, client in
            let good = DNSClient.query("web.default.\(Self.zone)", "A")
            // Nothing comes back for the first ones: what comes is the answer to the last.
            let isAnswer = DNSClient.query("web.default.\(Self.zone)", "A", id: 1, flags: 0x8000)
            let first = try DNSClient.read(try await client.send([[], [1, 2, 3], isAnswer, good]))
            #expect(first.id == 7 && first.contents == ["10.96.0.10"])
            let update = DNSClient.query("web.default.\(Self.zone)", "A", id: 2, flags: 0x2800)
            #expect(try DNSClient.read(try await client.send([update])).code == 4)
            var two = good
            two[5] = 2
            #expect(try DNSClient.read(try await client.send([two])).code == 1)
            #expect(try await client.ask("web.default.\(Self.zone)").code == 0)
        }
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/dig"), "dig is not installed"))
    func digUnderstandsIt() async throws {
        try await Self.run { _, client in
            func dig(_ arguments: String...) async throws -> String {
                try await Subprocess.run(
                    .name("dig"),
                    arguments: Arguments(["@127.0.0.1", "-p", "\(client.port)", "+notcp"] + arguments),
                    output: .string(limit: 65_536)
                ).standardOutput
            }
            let addresses = try await dig("+short", "db.default.\(Self.zone)").split(separator: "\n").sorted()
            #expect(addresses == ["10.1.0.1", "10.1.0.2"])
            let six = try await dig("+short", "db-0.db.default.\(Self.zone)", "AAAA")
            #expect(six == "fd00::1\n")
            let service = try await dig("+short", "_http._tcp.web.default.\(Self.zone)", "SRV")
            #expect(service == "0 100 80 web.default.\(Self.zone).\n")
            let absent = try await dig("absent.default.\(Self.zone)")
            #expect(
                absent.contains("status: NXDOMAIN") && absent.contains("ns.dns.cluster.local. hostmaster"),
                "\(absent)"
            )
        }
    }
}
