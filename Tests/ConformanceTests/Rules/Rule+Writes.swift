import Sandbox
import TestedCluster

extension Rule {
    static let creations: [Rule] = [
        Rule("1.6", "a creation is 201 with the object") { s in
            let pod = try await s.createPod("a")
            try s.check(pod["kind"] == "Pod" && pod["status"]["phase"] == "Pending", "\(pod["status"])")
        },
        Rule("3.3", "a second creation is 409 AlreadyExists") { s in
            try await s.createPod("a")
            try await s.ask("POST", s.path(.pods), s.pod("a")).expect(
                409,
                "AlreadyExists",
                message: "pods \"\(s.name("a"))\" already exists"
            )
        },
        Rule("3.3", "a name is made from generateName") { s in
            var lease = s.lease("a")
            lease["metadata"]["name"] = .null
            lease["metadata"]["generateName"] = .string(s.name("gen-"))
            let name = try await s.ask("POST", s.path(.leases), lease).expect(201).body["metadata"]["name"].string ?? ""
            try s.check(name.hasPrefix(s.name("gen-")) && name.count == s.name("gen-").count + 5, name)
        },
        Rule("3.1", "a creation in a namespace that is not there is 404") { s in
            var lease = s.lease("a")
            lease["metadata"]["namespace"] = .null
            try await s.ask("POST", Resource.leases.root("kube-standby-absent"), lease).expect(
                404,
                "NotFound",
                message: "namespaces \"kube-standby-absent\" not found"
            )
        },
        Rule("3.1", "another namespace in the body is 400") { s in
            let lease = s.lease("a", ["namespace": "kube-standby-other"])
            try await s.ask("POST", s.path(.leases), lease).expect(400, "BadRequest")
        },
        Rule("3.1", "a name that is none is 422 on metadata.name") { s in
            var lease = s.lease("a")
            lease["metadata"]["name"] = "Not_A_Name"
            try await s.ask("POST", s.path(.leases), lease).expect(422, "Invalid", field: "metadata.name")
        },
        Rule("3.1", "a label that is none is 422 on metadata.labels") { s in
            for value in ["not a label", String(repeating: "x", count: 64)] {
                let lease = s.lease("a", ["labels": ["x": .string(value)]])
                try await s.ask("POST", s.path(.leases), lease).expect(422, "Invalid", field: "metadata.labels")
            }
        },
        Rule("3.1", "another kind in the body is 400") { s in
            let body: JSONValue = ["apiVersion": "v1", "kind": "ConfigMap", "metadata": s.metadata("a")]
            try await s.ask("POST", s.path(.leases), body).expect(400, "BadRequest")
        },
        Rule("3.1", "a body that is no JSON is 400, one of another type 415, one that is too large 413") { s in
            let bytes = Array("{\"metadata\"".utf8)
            let target = s.path(.leases)
            try await s.speaker.send("POST", target, bytes).expect(400, "BadRequest")
            try await s.speaker.send("POST", target, bytes, type: "text/plain").expect(415, "UnsupportedMediaType")
            let large = [UInt8](repeating: UInt8(ascii: " "), count: 3 * 1024 * 1024 + 1)
            try await s.speaker.send("POST", target, large).expect(413)
        },
        Rule("3.1", "a dry run answers and stores nothing; another value is 422") { s in
            try await s.ask("POST", s.path(.leases) + "?dryRun=All", s.lease("a")).expect(201)
            try await s.ask("GET", s.path(.leases, "a")).expect(404)
            try await s.ask("POST", s.path(.leases) + "?dryRun=Some", s.lease("a")).expect(
                422,
                "Invalid",
                field: "dryRun"
            )
        },
        Rule("3.1", "a status in a creation is not taken") { s in
            var pod = s.pod("a")
            pod["status"] = ["phase": "Running", "podIP": "10.0.0.1"]
            let created = try await s.ask("POST", s.path(.pods), pod).expect(201).body
            try s.check(created["status"]["phase"] == "Pending" && created["status"]["podIP"] == .null, "\(created)")
        },
    ]

    static let patches: [Rule] = [
        Rule("3.1", "a merge patch sets, and takes away with null, also what is not there") { s in
            try await s.createPod("a", ["labels": ["x": "1"]])
            let patch: JSONValue = .object([
                "metadata": .object(["labels": .object(["x": .null, "y": "2", "z": .null])])
            ])
            let labels = try await s.patch(s.path(.pods, "a"), patch).expect(200).body["metadata"]["labels"]
            try s.check(labels["x"] == .null && labels["y"] == "2", "\(labels)")
        },
        Rule("3.1", "a patch that changes nothing is 200 with the same version and no event") { s in
            try await s.createPod("a")
            let patch: JSONValue = ["metadata": ["labels": ["x": "1"]]]
            let first = try await s.patch(s.path(.pods, "a"), patch).expect(200).body["metadata"]["resourceVersion"]
            let second = try await s.patch(s.path(.pods, "a"), patch).expect(200).body["metadata"]["resourceVersion"]
            try s.check(first == second, "\(first) became \(second)")
            let events = try await s.watch(
                .pods,
                "labelSelector=\(s.selector)&resourceVersion=\(first.string ?? "")&timeoutSeconds=2"
            )
            try s.check(try await events.next() == nil, "an event")
        },
        Rule("3.1", "a patch with the present uid and version is 200") { s in
            let metadata = try await s.createPod("a")["metadata"]
            let patch: JSONValue = [
                "metadata": [
                    "uid": metadata["uid"], "resourceVersion": metadata["resourceVersion"], "labels": ["x": "1"],
                ]
            ]
            try await s.patch(s.path(.pods, "a"), patch).expect(200)
        },
        Rule("3.1", "a patch with an older version is 409 Conflict") { s in
            let version = try await s.createPod("a")["metadata"]["resourceVersion"]
            try await s.patch(s.path(.pods, "a"), ["metadata": ["labels": ["x": "1"]]]).expect(200)
            let patch: JSONValue = ["metadata": ["resourceVersion": version, "labels": ["x": "2"]]]
            let name = s.name("a")
            let why = "the object has been modified; please apply your changes to the latest version and try again"
            try await s.patch(s.path(.pods, "a"), patch).expect(
                409,
                "Conflict",
                message: "Operation cannot be fulfilled on pods \"\(name)\": \(why)"
            )
        },
        Rule("3.1", "a patch with another uid is 422 on metadata.uid") { s in
            try await s.createPod("a")
            let patch: JSONValue = ["metadata": ["uid": "00000000-0000-0000-0000-000000000000", "labels": ["x": "1"]]]
            let answer = try await s.patch(s.path(.pods, "a"), patch).expect(422, "Invalid", field: "metadata.uid")
            let cause = answer.body["details"]["causes"].array?.first { $0["field"] == "metadata.uid" } ?? .null
            try s.check(cause["reason"] == "FieldValueInvalid", "\(cause)")
        },
        Rule("3.1", "with another uid and an older version it is 409") { s in
            let version = try await s.createPod("a")["metadata"]["resourceVersion"]
            try await s.patch(s.path(.pods, "a"), ["metadata": ["labels": ["x": "1"]]]).expect(200)
            let patch: JSONValue = [
                "metadata": ["uid": "00000000-0000-0000-0000-000000000000", "resourceVersion": version]
            ]
            try await s.patch(s.path(.pods, "a"), patch).expect(409, "Conflict")
        },
        Rule("3.1", "no kind of patch but apply creates") { s in
            for kind in ["merge", "strategic-merge"] {
                try await s.patch(s.path(.pods, "a"), ["metadata": ["labels": ["x": "1"]]], kind).expect(
                    404,
                    "NotFound"
                )
            }
            try await s.patch(s.path(.pods, "a"), [], "json").expect(404, "NotFound")
        },
        Rule("3.1", "a JSON patch tests, adds, replaces and removes, in order") { s in
            try await s.createPod("a", ["labels": ["x": "1", "y": "1"]])
            let patch: JSONValue = [
                ["op": "test", "path": "/metadata/labels/x", "value": "1"],
                ["op": "replace", "path": "/metadata/labels/x", "value": "2"],
                ["op": "remove", "path": "/metadata/labels/y"],
                ["op": "add", "path": "/metadata/labels/example.com~1z", "value": "3"],
            ]
            let labels = try await s.patch(s.path(.pods, "a"), patch, "json").expect(200).body["metadata"]["labels"]
            try s.check(labels["x"] == "2" && labels["y"] == .null && labels["example.com/z"] == "3", "\(labels)")
        },
        Rule("3.1", "a JSON patch that fails is 422, in words that do not say where") { s in
            try await s.createPod("a", ["labels": ["x": "1"]])
            for operation in [
                ["op": "test", "path": "/metadata/labels/x", "value": "2"],
                ["op": "remove", "path": "/metadata/labels/nothing"],
                ["op": "add", "path": "/metadata/nothing/x", "value": "2"],
            ] as [JSONValue] {
                let answer = try await s.patch(s.path(.pods, "a"), [operation], "json").expect(422, "Invalid")
                let message = answer.body["message"].string ?? ""
                try s.check(message.contains("the server rejected our request"), message)
            }
        },
        Rule("5.3", "a JSON patch that replaces what is not there adds it") { s in
            try await s.createPod("a", ["labels": ["x": "1"]])
            let patch: JSONValue = [["op": "replace", "path": "/metadata/labels/nothing", "value": "2"]]
            let labels = try await s.patch(s.path(.pods, "a"), patch, "json").expect(200).body["metadata"]["labels"]
            try s.check(labels["nothing"] == "2" && labels["x"] == "1", "\(labels)")
        },
        Rule("3.1", "a JSON patch that is none is 400") { s in
            try await s.createPod("a")
            try await s.patch(s.path(.pods, "a"), ["op": "add"], "json").expect(400, "BadRequest")
        },
        Rule("3.1", "a strategic merge patch merges containers by name") { s in
            try await s.createPod("a")
            let patch: JSONValue = ["spec": ["containers": [["name": "app", "image": "registry.k8s.io/pause:3.9"]]]]
            let pod = try await s.patch(s.path(.pods, "a"), patch, "strategic-merge").expect(200).body
            let container = pod["spec"]["containers"].array?.first ?? .null
            try s.check(container["image"] == "registry.k8s.io/pause:3.9", "\(container)")
            try s.check(container["securityContext"]["allowPrivilegeEscalation"] == false, "\(container)")
        },
        Rule("3.1", "a patch of another type is 415") { s in
            try await s.createPod("a")
            try await s.ask("PATCH", s.path(.pods, "a"), [:], type: "application/json").expect(415)
        },
        Rule("3.1", "the spec of a pod does not change") { s in
            try await s.createPod("a")
            try await s.patch(s.path(.pods, "a"), ["spec": ["hostname": "other"]]).expect(422, "Invalid", field: "spec")
        },
        Rule("3.1", "a patch of the pod leaves its status, one of its status leaves its spec") { s in
            try await s.createPod("a")
            let running: JSONValue = [
                "spec": ["hostname": "other"],
                "status": ["phase": "Running", "podIP": "10.0.0.1", "podIPs": [["ip": "10.0.0.1"]]],
            ]
            let ignored = try await s.patch(s.path(.pods, "a"), ["status": ["phase": "Running"]]).expect(200).body
            try s.check(ignored["status"]["phase"] == "Pending", "\(ignored["status"])")
            let written = try await s.patch(s.path(.pods, "a", "status"), running).expect(200).body
            try s.check(
                written["status"]["podIP"] == "10.0.0.1" && written["status"]["phase"] == "Running",
                "\(written)"
            )
            try s.check(written["spec"]["hostname"] == .null, "\(written["spec"])")
        },
        Rule("3.2", "two writers with one version: one is 200, the other 409") { s in
            let version = try await s.createPod("a")["metadata"]["resourceVersion"]
            func write(_ value: String) async throws -> Int {
                let patch: JSONValue = ["metadata": ["resourceVersion": version, "labels": ["x": .string(value)]]]
                return try await s.patch(s.path(.pods, "a"), patch).code
            }
            async let first = write("1")
            async let second = write("2")
            let codes = try await [first, second].sorted()
            try s.check(codes == [200, 409], "\(codes)")
        },
    ]

    static let updates: [Rule] = [
        Rule("3.1", "a PUT of a pod needs no version") { s in
            var pod = try await s.createPod("a")
            pod["metadata"]["resourceVersion"] = .null
            pod["metadata"]["labels"]["x"] = "1"
            let updated = try await s.ask("PUT", s.path(.pods, "a"), pod).expect(200).body
            try s.check(updated["metadata"]["labels"]["x"] == "1", "\(updated["metadata"])")
        },
        Rule("3.1", "a PUT with an older version, or another uid, is 409") { s in
            let old = try await s.createPod("a")
            try await s.patch(s.path(.pods, "a"), ["metadata": ["labels": ["x": "1"]]]).expect(200)
            try await s.ask("PUT", s.path(.pods, "a"), old).expect(409, "Conflict")
            var other = old
            other["metadata"]["resourceVersion"] = .null
            other["metadata"]["uid"] = "00000000-0000-0000-0000-000000000000"
            try await s.ask("PUT", s.path(.pods, "a"), other).expect(409, "Conflict")
        },
        Rule("3.1", "a PUT under another name is 400, of an absent pod 404") { s in
            let pod = try await s.createPod("a")
            try await s.ask("PUT", s.path(.pods, "b"), pod).expect(400, "BadRequest")
            try await s.ask("PUT", s.path(.pods, "b"), s.pod("b")).expect(404, "NotFound")
        },
        Rule("3.1", "a PUT keeps uid and creation time, whatever is sent") { s in
            let old = try await s.createLease("a")
            var new = old
            new["metadata"]["creationTimestamp"] = "2001-01-01T00:00:00Z"
            new["spec"]["holderIdentity"] = "b"
            let metadata = try await s.ask("PUT", s.path(.leases, "a"), new).expect(200).body["metadata"]
            try s.check(metadata["creationTimestamp"] == old["metadata"]["creationTimestamp"], "\(metadata)")
            try s.check(metadata["uid"] == old["metadata"]["uid"], "\(metadata)")
        },
    ]
}
