import Sandbox
import TestedCluster

/// EndpointSlices as a client writes them that keeps its own.
extension Rule {
    private static func slice(_ s: Subject, _ addresses: [String], type: String = "IPv4") -> JSONValue {
        [
            "metadata": s.metadata("a"), "addressType": .string(type),
            "endpoints": .array(addresses.map { ["addresses": [.string($0)]] }), "ports": [["port": 80]],
        ]
    }

    private static func create(_ s: Subject, _ address: String = "10.1.2.3") async throws -> JSONValue {
        try await s.ask("POST", s.path(.slices), slice(s, [address])).expect(201).body
    }

    private static func addresses(_ slice: JSONValue) -> [JSONValue] {
        (slice["endpoints"].array ?? []).flatMap { $0["addresses"].array ?? [] }
    }

    static let slices: [Rule] = sliceShapes + sliceAddresses + sliceBounds + sliceWrites

    private static let sliceShapes: [Rule] = [
        Rule("5.1", "a slice gets the names and protocols of its ports") { s in
            let created = try await create(s)
            try s.check(created["ports"] == [["name": "", "protocol": "TCP", "port": 80]], "\(created["ports"])")
        },
        Rule("5.1", "a slice without endpoints and ports shows both as null") { s in
            let empty: JSONValue = ["metadata": s.metadata("a"), "addressType": "IPv4", "endpoints": [], "ports": []]
            for answer in [
                try await s.ask("POST", s.path(.slices), empty).expect(201),
                try await s.ask("GET", s.path(.slices, "a")).expect(200),
            ] {
                let members = answer.body.object ?? [:]
                try s.check(members.keys.contains("endpoints") && members.keys.contains("ports"), answer.text)
                try s.check(answer.body["endpoints"] == .null && answer.body["ports"] == .null, answer.text)
            }
        },
        Rule("5.1", "everything that is said of an endpoint and of a port stays") { s in
            var all = slice(s, [])
            let endpoint: JSONValue = [
                "addresses": ["10.1.2.3"], "conditions": ["ready": false, "serving": true, "terminating": true],
                "hostname": "db-0", "nodeName": "node-1", "zone": "zone-a",
                "targetRef": [
                    "kind": "Pod", "namespace": .string(s.namespace), "name": "db-0",
                    "uid": "00000000-0000-0000-0000-000000000000",
                ],
            ]
            let port: JSONValue = ["name": "http", "protocol": "TCP", "port": 80, "appProtocol": "kubernetes.io/h2c"]
            all["endpoints"] = [endpoint]
            all["ports"] = [port]
            let stored = try await s.ask("POST", s.path(.slices), all).expect(201).body
            try s.check(stored["endpoints"] == [endpoint] && stored["ports"] == [port], "\(stored)")
        },
        Rule("5.1", "the generation counts endpoints, ports and labels, but no annotations") { s in
            let created = try await create(s)["metadata"]["generation"]
            try s.check(created == 1, "\(created)")
            let changes: [(JSONValue, JSONValue)] = [
                (["metadata": ["annotations": ["x": "1"]]], 1), (["metadata": ["labels": ["x": "1"]]], 2),
                (["endpoints": [["addresses": ["10.1.2.4"]]]], 3), (["ports": [["port": 81]]], 4),
            ]
            for (change, generation) in changes {
                let metadata = try await s.patch(s.path(.slices, "a"), change).expect(200).body["metadata"]
                try s.check(metadata["generation"] == generation, "\(change): \(metadata["generation"])")
            }
        },
    ]

    private static let sliceAddresses: [Rule] = [
        Rule("5.1", "the type of the addresses does not change") { s in
            var stored = try await create(s)
            stored["addressType"] = "IPv6"
            stored["endpoints"] = []
            try await s.ask("PUT", s.path(.slices, "a"), stored).expect(422, "Invalid", field: "addressType")
            try await s.patch(s.path(.slices, "a"), ["addressType": "IPv6", "endpoints": []]).expect(
                422,
                "Invalid",
                field: "addressType"
            )
        },
        Rule("5.1", "the type of the addresses is one of three, and has to be there") { s in
            try await s.ask("POST", s.path(.slices), slice(s, [], type: "IP")).expect(422, field: "addressType")
            var none = slice(s, [])
            none["addressType"] = .null
            try await s.ask("POST", s.path(.slices), none).expect(422, "Invalid", field: "addressType")
        },
        Rule("5.1", "loopback, link-local, unspecified and link-local multicast addresses are 422") { s in
            for (type, addresses) in [
                ("IPv4", ["127.0.0.1", "169.254.1.1", "0.0.0.0", "224.0.0.251"]),
                ("IPv6", ["::1", "fe80::1", "::", "ff02::1"]),
            ] {
                for address in addresses {
                    try await s.ask("POST", s.path(.slices), slice(s, [address], type: type)).expect(
                        422,
                        "Invalid",
                        field: "endpoints[0].addresses[0]"
                    )
                }
            }
        },
        Rule("5.1", "a patch cannot bring in a loopback address either") { s in
            _ = try await create(s)
            let patch: JSONValue = ["endpoints": [["addresses": ["127.0.0.1"]]]]
            let name = s.name("a")
            try await s.patch(s.path(.slices, "a"), patch).expect(
                422,
                "Invalid",
                message: "EndpointSlice.discovery.k8s.io \"\(name)\" is invalid: endpoints[0].addresses[0]: Invalid"
                    + " value: \"127.0.0.1\": may not be in the loopback range (127.0.0.0/8, ::1/128)"
            )
        },
        Rule("5.1", "addresses of another family, and endpoints without, are 422") { s in
            try await s.ask("POST", s.path(.slices), slice(s, ["fd00::1"])).expect(422, "Invalid")
            try await s.ask("POST", s.path(.slices), slice(s, ["10.1.2.3"], type: "IPv6")).expect(422, "Invalid")
            var none = slice(s, ["10.1.2.3"])
            none["endpoints"] = [["addresses": []]]
            try await s.ask("POST", s.path(.slices), none).expect(422, "Invalid", field: "endpoints[0].addresses")
        },
        Rule("5.1", "addresses of IPv6 are taken in a slice of theirs") { s in
            let stored = try await s.ask("POST", s.path(.slices), slice(s, ["fd00::1"], type: "IPv6")).expect(201).body
            try s.check(addresses(stored) == ["fd00::1"], "\(stored)")
        },
    ]

    private static let sliceBounds: [Rule] = [
        Rule("5.1", "more than a thousand endpoints are 422") { s in
            let addresses = (0...1000).map { "10.1.\($0 / 250).\($0 % 250 + 1)" }
            try await s.ask("POST", s.path(.slices), slice(s, addresses)).expect(422, "Invalid", field: "endpoints")
        },
        Rule("5.1", "more than a hundred addresses of an endpoint, or ports, are 422") { s in
            var many = slice(s, [])
            many["endpoints"] = [["addresses": .array((1...101).map { .string("10.1.2.\($0)") })]]
            try await s.ask("POST", s.path(.slices), many).expect(422, "Invalid", field: "endpoints[0].addresses")
            many = slice(s, ["10.1.2.3"])
            many["ports"] = .array((1...101).map { ["name": .string("p\($0)"), "port": .int($0)] })
            try await s.ask("POST", s.path(.slices), many).expect(422, "Invalid", field: "ports")
        },
        Rule("5.1", "a port's name is a label of DNS, and no other port's") { s in
            var bad = slice(s, ["10.1.2.3"])
            bad["ports"] = [["name": "a", "port": 80], ["name": "a", "port": 81]]
            let twice = try await s.ask("POST", s.path(.slices), bad).expect(422, "Invalid", field: "ports[1].name")
            let cause = twice.body["details"]["causes"].array?.first ?? .null
            try s.check(cause["reason"] == "FieldValueDuplicate", "\(cause)")
            bad["ports"] = [["name": "A.b", "port": 80]]
            try await s.ask("POST", s.path(.slices), bad).expect(422, "Invalid", field: "ports[0].name")
        },
        Rule("5.1", "a port has one of three protocols, and an appProtocol that is a qualified name") { s in
            var bad = slice(s, ["10.1.2.3"])
            bad["ports"] = [["port": 80, "protocol": "HTTP"]]
            try await s.ask("POST", s.path(.slices), bad).expect(422, "Invalid", field: "ports[0].protocol")
            bad["ports"] = [["port": 80, "appProtocol": "not a name"]]
            try await s.ask("POST", s.path(.slices), bad).expect(422, "Invalid", field: "ports[0].appProtocol")
        },
        Rule("5.1", "an endpoint's hostname is a label of DNS, its node's name a subdomain") { s in
            for (field, value) in [
                ("hostname", "db.0"), ("hostname", "DB"), ("hostname", String(repeating: "a", count: 64)),
                ("nodeName", "node_1"),
            ] {
                var bad = slice(s, [])
                bad["endpoints"] = [.object(["addresses": ["10.1.2.3"], field: .string(value)])]
                try await s.ask("POST", s.path(.slices), bad).expect(422, "Invalid", field: "endpoints[0].\(field)")
            }
        },
        Rule("5.1", "all that is wrong is told at once") { s in
            var bad = slice(s, ["127.0.0.1", "0.0.0.0"])
            bad["ports"] = [["port": 80, "protocol": "HTTP"]]
            let answer = try await s.ask("POST", s.path(.slices), bad).expect(422, "Invalid")
            let fields = (answer.body["details"]["causes"].array ?? []).compactMap { $0["field"].string }
            try s.check(
                fields == ["endpoints[0].addresses[0]", "endpoints[1].addresses[0]", "ports[0].protocol"],
                "\(fields)"
            )
        },
    ]

    private static let sliceWrites: [Rule] = [
        Rule("5.1", "a PUT of an absent slice is 404; one of a present slice needs no version") { s in
            try await s.ask("PUT", s.path(.slices, "a"), slice(s, ["10.1.2.3"])).expect(404, "NotFound")
            _ = try await create(s)
            let updated = try await s.ask("PUT", s.path(.slices, "a"), slice(s, ["10.1.2.4"])).expect(200).body
            try s.check(addresses(updated) == ["10.1.2.4"], "\(updated["endpoints"])")
        },
        Rule("5.1", "a PUT of a slice with an older version, or another uid, is 409") { s in
            let old = try await create(s)
            try await s.patch(s.path(.slices, "a"), ["endpoints": []]).expect(200)
            try await s.ask("PUT", s.path(.slices, "a"), old).expect(409, "Conflict")
            var other = slice(s, ["10.1.2.4"])
            other["metadata"]["uid"] = "00000000-0000-0000-0000-000000000000"
            try await s.ask("PUT", s.path(.slices, "a"), other).expect(409, "Conflict")
        },
        Rule(
            "5.1",
            "a merge patch with uid and version replaces endpoints as a whole, and leaves what it does not name"
        ) { s in
            let old = try await create(s)["metadata"]
            let patch: JSONValue = [
                "metadata": [
                    "uid": old["uid"], "resourceVersion": old["resourceVersion"],
                    "annotations": ["kube-standby.io/epoch": "2"],
                ], "endpoints": [["addresses": ["10.1.2.4"]], ["addresses": ["10.1.2.5"]]],
            ]
            let new = try await s.patch(s.path(.slices, "a"), patch).expect(200).body
            try s.check(addresses(new) == ["10.1.2.4", "10.1.2.5"], "\(new["endpoints"])")
            try s.check(new["ports"].array?.first?["port"] == 80, "\(new["ports"])")
            try s.check(new["metadata"]["labels"] == old["labels"], "\(new["metadata"])")
            try s.check(new["metadata"]["annotations"]["kube-standby.io/epoch"] == "2", "\(new["metadata"])")
        },
        Rule("5.1", "a merge patch with an older version is 409, with another uid 422, and absent 404") { s in
            let old = try await create(s)["metadata"]
            try await s.patch(s.path(.slices, "a"), ["endpoints": []]).expect(200)
            let version: JSONValue = ["metadata": ["resourceVersion": old["resourceVersion"]], "ports": []]
            try await s.patch(s.path(.slices, "a"), version).expect(409, "Conflict")
            let uid: JSONValue = ["metadata": ["uid": "00000000-0000-0000-0000-000000000000"], "ports": []]
            try await s.patch(s.path(.slices, "a"), uid).expect(422, "Invalid", field: "metadata.uid")
            try await s.patch(s.path(.slices, "b"), ["ports": []]).expect(404, "NotFound")
        },
        Rule("5.1", "of two switches with one version one is 200, the other 409") { s in
            let version = try await create(s)["metadata"]["resourceVersion"]
            func move(_ address: String) async throws -> Int {
                let patch: JSONValue = [
                    "metadata": ["resourceVersion": version], "endpoints": [["addresses": [.string(address)]]],
                ]
                return try await s.patch(s.path(.slices, "a"), patch).code
            }
            async let first = move("10.1.2.4")
            async let second = move("10.1.2.5")
            let codes = try await [first, second].sorted()
            try s.check(codes == [200, 409], "\(codes)")
        },
        Rule("5.1", "a JSON patch tests the version, and replaces the endpoints") { s in
            let version = try await create(s)["metadata"]["resourceVersion"]
            let patch: JSONValue = [
                ["op": "test", "path": "/metadata/resourceVersion", "value": version],
                ["op": "replace", "path": "/endpoints", "value": [["addresses": ["10.1.2.4"]]]],
            ]
            let moved = try await s.patch(s.path(.slices, "a"), patch, "json").expect(200).body
            try s.check(addresses(moved) == ["10.1.2.4"], "\(moved["endpoints"])")
            try await s.patch(s.path(.slices, "a"), patch, "json").expect(422, "Invalid")
        },
        Rule("5.1", "a strategic merge patch replaces the endpoints, too") { s in
            _ = try await create(s)
            let patch: JSONValue = ["endpoints": [["addresses": ["10.1.2.4"]]]]
            let moved = try await s.patch(s.path(.slices, "a"), patch, "strategic-merge").expect(200).body
            try s.check(addresses(moved) == ["10.1.2.4"], "\(moved["endpoints"])")
        },
        Rule("5.1", "a dry run says what would be, and stores nothing") { s in
            let path = s.path(.slices) + "?dryRun=All"
            try await s.ask("POST", path, slice(s, ["10.1.2.3"])).expect(201)
            try await s.ask("GET", s.path(.slices, "a")).expect(404, "NotFound")
            let version = try await create(s)["metadata"]["resourceVersion"]
            let move: JSONValue = ["endpoints": [["addresses": ["10.1.2.4"]]]]
            let shown = try await s.patch(s.path(.slices, "a") + "?dryRun=All", move).expect(200).body
            try s.check(addresses(shown) == ["10.1.2.4"], "\(shown)")
            let stored = try await s.ask("GET", s.path(.slices, "a")).expect(200).body
            try s.check(addresses(stored) == ["10.1.2.3"], "\(stored)")
            try s.check(stored["metadata"]["resourceVersion"] == version, "\(stored["metadata"])")
            let bad: JSONValue = ["endpoints": [["addresses": ["127.0.0.1"]]]]
            try await s.patch(s.path(.slices, "a") + "?dryRun=All", bad).expect(422, "Invalid")
        },
        Rule("5.1", "a slice is deleted at once, if uid and version are those that are asked for") { s in
            let old = try await create(s)["metadata"]
            let new = try await s.patch(s.path(.slices, "a"), ["endpoints": []]).expect(200).body["metadata"]
            for preconditions in [
                ["uid": "00000000-0000-0000-0000-000000000000"], ["resourceVersion": old["resourceVersion"]],
            ] as [JSONValue] {
                let options: JSONValue = ["preconditions": preconditions]
                try await s.ask("DELETE", s.path(.slices, "a"), options).expect(409, "Conflict")
            }
            let options: JSONValue = [
                "preconditions": ["uid": new["uid"], "resourceVersion": new["resourceVersion"]]
            ]
            let answer = try await s.ask("DELETE", s.path(.slices, "a"), options).expect(200).body
            try s.check(answer["kind"] == "Status" && answer["status"] == "Success", "\(answer)")
            try await s.ask("DELETE", s.path(.slices, "a")).expect(404, "NotFound")
        },
    ]
}
