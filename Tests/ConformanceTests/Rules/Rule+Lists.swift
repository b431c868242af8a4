import Sandbox
import TestedCluster

extension Rule {
    static let around: [Rule] = [
        Rule("0", "health and version are told to everybody") { s in
            for path in ["/livez", "/readyz"] {
                try s.check(try await s.ask("GET", path).expect(200).text == "ok", "\(path) is not ok")
            }
            let version = try await s.ask("GET", "/version").expect(200).body
            try s.check(version["major"] == "1" && version["gitVersion"].string?.hasPrefix("v1.") == true, "\(version)")
        },
        Rule("0", "discovery names pods with their verbs, and their status") { s in
            let list = try await s.ask("GET", "/api/v1").expect(200).body
            let resources = list["resources"].array ?? []
            let pods = resources.first { $0["name"] == "pods" } ?? .null
            let verbs = Set((pods["verbs"].array ?? []).compactMap(\.string))
            try s.check(list["kind"] == "APIResourceList" && list["groupVersion"] == "v1", "no APIResourceList")
            try s.check(verbs.isSuperset(of: ["get", "list", "watch", "patch", "delete"]), "verbs of pods: \(verbs)")
            try s.check(pods["namespaced"] == true && pods["kind"] == "Pod", "\(pods)")
            try s.check(resources.contains { $0["name"] == "pods/status" }, "no pods/status")
        },
        Rule("0", "discovery names the groups") { s in
            let groups = try await s.ask("GET", "/apis").expect(200).body["groups"].array ?? []
            let names = Set(groups.compactMap { $0["name"].string })
            let wanted: Set = [
                "coordination.k8s.io", "discovery.k8s.io", "events.k8s.io", "authorization.k8s.io", "apps",
            ]
            try s.check(names.isSuperset(of: wanted), "lacks \(wanted.subtracting(names))")
        },
        Rule("0", "a path that is none is 404") { s in
            try await s.ask("GET", "/api/v1/namespaces/\(s.namespace)/nothings").expect(404)
            try await s.ask("GET", "/apis/nothing.example.com/v1/things").expect(404)
        },
        Rule("0", "a method that an object does not know is 405") { s in
            try await s.ask("POST", s.path(.pods, "a"), s.pod("a")).expect(405)
        },
        Rule("0", "a table has kubectl's columns and rows with the metadata") { s in
            try await s.createPod("a")
            let accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
            let target = s.path(.pods) + "?labelSelector=\(s.selector)"
            let table = try await s.speaker.ask("GET", target, accept: accept).expect(200).body
            let columns = (table["columnDefinitions"].array ?? []).compactMap { $0["name"].string }
            try s.check(table["kind"] == "Table" && table["apiVersion"] == "meta.k8s.io/v1", "no Table")
            try s.check(Array(columns.prefix(5)) == ["Name", "Ready", "Status", "Restarts", "Age"], "\(columns)")
            let row = table["rows"].array?.first ?? .null
            try s.check(row["cells"].array?.first == .string(s.name("a")), "\(row)")
            try s.check(row["object"]["kind"] == "PartialObjectMetadata", "\(row)")
        },
    ]

    static let lists: [Rule] = [
        Rule("2.1", "a list has kind, apiVersion and version; its items have neither kind nor apiVersion") { s in
            try await s.createPod("a")
            let list = try await s.ask("GET", s.path(.pods) + "?labelSelector=\(s.selector)").expect(200).body
            try s.check(list["kind"] == "PodList" && list["apiVersion"] == "v1", "\(list["kind"])")
            try s.check(list["metadata"]["resourceVersion"].string.flatMap { Int($0) } != nil, "no decimal version")
            let items = list["items"].array ?? []
            try s.check(items.count == 1 && items[0]["kind"] == .null && items[0]["apiVersion"] == .null, "\(items)")
        },
        Rule("2.1", "an empty list has items, and so has one of a namespace that is not there") { s in
            let list = try await s.ask("GET", s.path(.pods) + "?labelSelector=\(s.selector)").expect(200).body
            try s.check(list["items"] == [], "\(list["items"])")
            let absent = try await s.ask("GET", Resource.leases.root("kube-standby-absent")).expect(200).body
            try s.check(absent["items"] == [] && absent["kind"] == "LeaseList", "\(absent)")
        },
        Rule("2.1", "an object has kind, apiVersion, uid, version and a creation time in seconds") { s in
            try await s.createPod("a")
            let pod = try await s.ask("GET", s.path(.pods, "a")).expect(200).body
            try s.check(pod["kind"] == "Pod" && pod["apiVersion"] == "v1", "\(pod["kind"])")
            try s.check(pod["metadata"]["uid"].string?.count == 36, "\(pod["metadata"]["uid"])")
            let time = pod["metadata"]["creationTimestamp"].string ?? ""
            try s.check(time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/) != nil, time)
        },
        Rule("3.3", "an absent pod is 404 with the whole Status") { s in
            let name = s.name("a")
            let answer = try await s.ask("GET", s.path(.pods, "a")).expect(
                404,
                "NotFound",
                message: "pods \"\(name)\" not found"
            )
            try s.check(
                answer.body["details"]["name"] == .string(name) && answer.body["details"]["kind"] == "pods",
                "\(answer.body)"
            )
        },
        Rule("3.3", "an absent Lease is named with its group") { s in
            let message = "leases.coordination.k8s.io \"\(s.name("a"))\" not found"
            let answer = try await s.ask("GET", s.path(.leases, "a")).expect(404, "NotFound", message: message)
            try s.check(answer.body["details"]["group"] == "coordination.k8s.io", "\(answer.body)")
        },
        Rule("2.1", "label selectors compare, list and ask for presence") { s in
            try await s.createPod("a", ["labels": ["x": "1"]])
            try await s.createPod("b", ["labels": ["x": "2"]])
            try await s.createPod("c")
            let expected = [
                "x%3D1": ["a"], "x%3D%3D2": ["b"], "x!%3D1": ["b", "c"], "x+in+(1,2)": ["a", "b"],
                "x+notin+(1)": ["b", "c"], "x": ["a", "b"], "!x": ["c"], "x,x!%3D2": ["a"],
            ]
            for (selector, names) in expected {
                let target = s.path(.pods) + "?labelSelector=\(s.selector),\(selector)"
                let items = try await s.ask("GET", target).expect(200).body["items"].array ?? []
                let found = items.compactMap { $0["metadata"]["name"].string }.sorted()
                try s.check(found == names.map(s.name), "\(selector) selects \(found)")
            }
        },
        Rule("2.1", "a label selector that cannot be read is 400") { s in
            try await s.ask("GET", s.path(.pods) + "?labelSelector=a+in+b").expect(400, "BadRequest")
        },
        Rule("2.1", "pods are selected by name, node and phase") { s in
            try await s.createPod("a")
            for (query, count) in [
                ("metadata.name%3D\(s.name("a"))", 1), ("metadata.name%3Dother", 0), ("spec.nodeName%3Dnone", 0),
                ("status.phase%3DPending", 1), ("status.phase!%3DPending", 0),
                ("metadata.namespace%3D\(s.namespace)", 1),
            ] {
                let target = s.path(.pods) + "?labelSelector=\(s.selector)&fieldSelector=\(query)"
                let items = try await s.ask("GET", target).expect(200).body["items"].array ?? []
                try s.check(items.count == count, "\(query) selects \(items.count)")
            }
        },
        Rule("2.1", "a field by which nothing is selected is 400") { s in
            try await s.ask("GET", s.path(.pods) + "?fieldSelector=spec.nothing%3Da").expect(400, "BadRequest")
            try await s.ask("GET", s.path(.leases) + "?fieldSelector=spec.holderIdentity%3Da").expect(400, "BadRequest")
        },
    ]

    static let paging: [Rule] = [
        Rule("2.1", "pages show one version, leave nothing out and end without a token") { s in
            for name in ["a", "b", "c", "d", "e"] { try await s.createLease(name) }
            let target = s.path(.leases) + "?labelSelector=\(s.selector)&limit=2"
            var page = try await s.ask("GET", target).expect(200).body
            let version = page["metadata"]["resourceVersion"]
            try s.check(page["metadata"]["remainingItemCount"] == .null, "counted the rest of a selection")
            try await s.createLease("bb")
            var names = (page["items"].array ?? []).map { $0["metadata"]["name"] }
            while let token = page["metadata"]["continue"].string, !token.isEmpty {
                page = try await s.ask("GET", target + "&continue=\(token)").expect(200).body
                try s.check(page["metadata"]["resourceVersion"] == version, "another version on a later page")
                names += (page["items"].array ?? []).map { $0["metadata"]["name"] }
            }
            try s.check(names == ["a", "b", "c", "d", "e"].map { .string(s.name($0)) }, "\(names)")
        },
        Rule("2.1", "a page without selector counts the rest") { s in
            for name in ["a", "b"] { try await s.createLease(name) }
            let metadata = try await s.ask("GET", s.path(.leases) + "?limit=1").expect(200).body["metadata"]
            try s.check((metadata["remainingItemCount"].int ?? 0) >= 1, "\(metadata)")
        },
        Rule("2.1", "a token that is none is 400") { s in
            try await s.ask("GET", s.path(.leases) + "?limit=1&continue=nonsense").expect(400, "BadRequest")
        },
        Rule("2.1", "version 0 ignores the limit") { s in
            for name in ["a", "b"] { try await s.createLease(name) }
            let list = try await s.ask("GET", s.path(.leases) + "?limit=1&resourceVersion=0").expect(200).body
            try s.check(list["metadata"]["continue"] == .null, "\(list["metadata"])")
        },
        Rule("2.1", "an exact version shows what was there then") { s in
            let lease = try await s.createLease("a")
            let version = lease["metadata"]["resourceVersion"].string ?? ""
            try await s.ask("DELETE", s.path(.leases, "a")).expect(200)
            let query = "?labelSelector=\(s.selector)&resourceVersion=\(version)&resourceVersionMatch=Exact"
            let list = try await s.ask("GET", s.path(.leases) + query).expect(200).body
            try s.check(list["metadata"]["resourceVersion"] == .string(version), "\(list["metadata"])")
            try s.check(list["items"].array?.first?["metadata"]["uid"] == lease["metadata"]["uid"], "\(list["items"])")
        },
        Rule("2.1", "a version that is not older shows at least that") { s in
            let lease = try await s.createLease("a")
            let version = lease["metadata"]["resourceVersion"].string ?? ""
            let query = "?labelSelector=\(s.selector)&resourceVersion=\(version)&resourceVersionMatch=NotOlderThan"
            let list = try await s.ask("GET", s.path(.leases) + query).expect(200).body
            try s.check(list["items"].array?.count == 1, "\(list)")
        },
        Rule("2.1", "a version of the future is 504 with its cause") { s in
            let version = (Int(try await s.version(.leases)) ?? 0) + 10_000_000
            let answer = try await s.ask("GET", s.path(.leases) + "?resourceVersion=\(version)").expect(504, "Timeout")
            let causes = (answer.body["details"]["causes"].array ?? []).map { $0["reason"] }
            try s.check(causes.contains("ResourceVersionTooLarge"), "\(answer.body)")
            try s.check(answer.body["details"]["retryAfterSeconds"] == 1, "\(answer.body)")
            try s.check(answer.headers["retry-after"] == "1", "\(answer.headers)")
        },
        Rule("2.1", "options that do not go together are 422 on their field") { s in
            let field = "resourceVersionMatch"
            let list = s.path(.leases)
            try await s.ask("GET", list + "?\(field)=NotOlderThan").expect(422, "Invalid", field: field)
            try await s.ask("GET", list + "?resourceVersion=0&\(field)=Exact").expect(422, "Invalid", field: field)
            try await s.ask("GET", list + "?resourceVersion=1&\(field)=Sometimes").expect(422, "Invalid", field: field)
            try await s.ask("GET", list + "?sendInitialEvents=true").expect(422, "Invalid", field: "sendInitialEvents")
        },
        Rule("2.1", "a version beside a token is 400, a match beside it 422") { s in
            for name in ["a", "b"] { try await s.createLease(name) }
            let first = try await s.ask("GET", s.path(.leases) + "?labelSelector=\(s.selector)&limit=1").expect(200)
                .body
            let token = first["metadata"]["continue"].string ?? ""
            let next = s.path(.leases) + "?labelSelector=\(s.selector)&limit=1&continue=\(token)"
            try await s.ask("GET", next + "&resourceVersion=1").expect(400, "BadRequest")
            try await s.ask("GET", next + "&resourceVersion=1&resourceVersionMatch=Exact").expect(
                422,
                "Invalid",
                field: "resourceVersionMatch"
            )
        },
    ]
}
