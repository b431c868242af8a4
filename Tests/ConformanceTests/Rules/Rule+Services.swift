import Sandbox
import TestedCluster

/// Services with and without a selector, and the Endpoints of old.
extension Rule {
    private static func service(_ s: Subject, _ spec: JSONValue = [:]) -> JSONValue {
        var spec = spec
        if spec["ports"] == .null { spec["ports"] = [["name": "http", "port": 80, "targetPort": "http"]] }
        return ["metadata": s.metadata("a"), "spec": spec]
    }

    private static func create(_ s: Subject, _ spec: JSONValue = [:]) async throws -> JSONValue {
        try await s.ask("POST", s.path(.services), service(s, spec)).expect(201).body["spec"]
    }

    static let services: [Rule] = [
        Rule("5.1", "a Service has one family and an address of it, if it does not say otherwise") { s in
            let spec = try await create(s)
            try s.check(spec["ipFamilyPolicy"] == "SingleStack" && spec["ipFamilies"].array?.count == 1, "\(spec)")
            try s.check(spec["clusterIPs"] == [spec["clusterIP"]] && spec["clusterIP"] != "None", "\(spec)")
            try s.check(spec["selector"] == .null && spec["type"] == "ClusterIP", "\(spec)")
        },
        Rule("5.1", "a headless Service with a selector has one family") { s in
            let spec = try await create(s, ["clusterIP": "None", "selector": ["app": "a"]])
            try s.check(spec["ipFamilyPolicy"] == "SingleStack" && spec["ipFamilies"].array?.count == 1, "\(spec)")
            try s.check(spec["clusterIPs"] == ["None"], "\(spec)")
        },
        Rule("5.1", "a headless Service without selector has both families, also where the cluster has one") { s in
            let spec = try await create(s, ["clusterIP": "None"])
            let families = (spec["ipFamilies"].array ?? []).compactMap(\.string).sorted()
            try s.check(spec["ipFamilyPolicy"] == "RequireDualStack" && families == ["IPv4", "IPv6"], "\(spec)")
            try s.check(spec["clusterIPs"] == ["None"], "\(spec)")
        },
        Rule("5.1", "a headless Service without selector has one family if it asks for one") { s in
            let spec = try await create(s, ["clusterIP": "None", "ipFamilyPolicy": "SingleStack"])
            try s.check(spec["ipFamilies"].array?.count == 1, "\(spec)")
        },
        Rule("5.1", "a selector that is taken away takes no family and no address with it") { s in
            let before = try await create(s, ["selector": ["app": "a"]])
            let patch: JSONValue = .object(["spec": .object(["selector": .null])])
            let after = try await s.patch(s.path(.services, "a"), patch).expect(200).body["spec"]
            try s.check(after["selector"] == .null, "\(after)")
            for field in ["ipFamilies", "ipFamilyPolicy", "clusterIP", "clusterIPs", "ports"] {
                try s.check(after[field] == before[field], "\(field): \(after[field])")
            }
        },
        Rule("5.1", "a PUT without address keeps it; another address is 422") { s in
            let before = try await create(s)
            let kept = try await s.ask("PUT", s.path(.services, "a"), service(s)).expect(200).body["spec"]
            try s.check(kept["clusterIP"] == before["clusterIP"], "\(kept)")
            let other = service(s, ["clusterIP": "None"])
            try await s.ask("PUT", s.path(.services, "a"), other).expect(422, "Invalid", field: "spec.clusterIPs[0]")
        },
    ]

    // MARK: Endpoints

    private static func endpoints(_ s: Subject, _ subset: JSONValue) -> JSONValue {
        ["metadata": s.metadata("a"), "subsets": [subset]]
    }

    static let endpoints: [Rule] = [
        Rule("5.1", "whoever asks for Endpoints is told what has replaced them") { s in
            let body = endpoints(s, ["addresses": [["ip": "10.1.2.3"]], "ports": [["port": 80]]])
            for answer in [
                try await s.ask("POST", s.path(.endpoints), body).expect(201),
                try await s.ask("GET", s.path(.endpoints, "a")).expect(200),
                try await s.ask("GET", s.path(.endpoints) + "?labelSelector=\(s.selector)").expect(200),
            ] {
                let warning = answer.headers["warning"] ?? ""
                try s.check(warning.hasPrefix("299 - \"v1 Endpoints is deprecated in v1.33+;"), warning)
            }
            let other = try await s.ask("GET", s.path(.slices) + "?labelSelector=\(s.selector)").expect(200)
            try s.check(other.headers["warning"] == nil, "\(other.headers)")
        },
        Rule("5.1", "a PUT of absent Endpoints creates them") { s in
            let body = endpoints(s, ["addresses": [["ip": "10.1.2.3"]], "ports": [["port": 80]]])
            let created = try await s.ask("PUT", s.path(.endpoints, "a"), body).expect(201).body
            let ports = created["subsets"].array?.first?["ports"] ?? .null
            try s.check(ports == [["port": 80, "protocol": "TCP"]], "\(created)")
        },
        Rule("5.1", "a subset has addresses that may be anybody's, and ports with names if they are several") { s in
            let cases: [(JSONValue, String)] = [
                (["ports": [["port": 80]]], "subsets[0]"),
                (["addresses": [["ip": "127.0.0.1"]]], "subsets[0].addresses[0].ip"),
                (["notReadyAddresses": [["ip": "x"]]], "subsets[0].notReadyAddresses[0].ip"),
                (["addresses": [["ip": "10.1.2.3", "hostname": "A"]]], "subsets[0].addresses[0].hostname"),
                (["addresses": [["ip": "10.1.2.3"]], "ports": [["port": 0]]], "subsets[0].ports[0].port"),
                (
                    ["addresses": [["ip": "10.1.2.3"]], "ports": [["port": 80], ["name": "b", "port": 81]]],
                    "subsets[0].ports[0].name"
                ),
            ]
            for (subset, field) in cases {
                try await s.ask("POST", s.path(.endpoints), endpoints(s, subset)).expect(422, "Invalid", field: field)
            }
        },
    ]
}
