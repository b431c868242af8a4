import Sandbox
import TestedCluster

extension Rule {
    private static let spec: JSONValue = [
        "holderIdentity": "a", "leaseDurationSeconds": 15, "leaseTransitions": 3,
        "acquireTime": "2026-01-02T03:04:05.000000Z", "renewTime": "2026-01-02T03:04:05.123456Z",
    ]

    static let leases: [Rule] = [
        Rule("4", "times come back with their six digits") { s in
            try await s.createLease("a", spec)
            let stored = try await s.ask("GET", s.path(.leases, "a")).expect(200).body["spec"]
            try s.check(stored == spec, "\(stored)")
        },
        Rule("4", "times of another precision are 400") { s in
            for time in ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05.123Z", "2026-01-02T03:04:05.123456789Z"] {
                let lease = s.lease("a", [:], ["holderIdentity": "a", "renewTime": .string(time)])
                try await s.ask("POST", s.path(.leases), lease).expect(400, "BadRequest")
            }
        },
        Rule("4", "a duration of nothing and a negative count are 422") { s in
            let duration = s.lease("a", [:], ["leaseDurationSeconds": 0])
            try await s.ask("POST", s.path(.leases), duration).expect(
                422,
                "Invalid",
                field: "spec.leaseDurationSeconds"
            )
            let count = s.lease("a", [:], ["leaseTransitions": -1])
            try await s.ask("POST", s.path(.leases), count).expect(422, "Invalid", field: "spec.leaseTransitions")
        },
        Rule("5.3", "a count or a duration that no int32 holds is 400") { s in
            var stored = try await s.createLease("a", ["leaseTransitions": 2_147_483_647])
            try s.check(stored["spec"]["leaseTransitions"] == 2_147_483_647, "\(stored["spec"])")
            stored["spec"]["leaseTransitions"] = 2_147_483_648
            try await s.ask("PUT", s.path(.leases, "a"), stored).expect(400, "BadRequest")
            for field in ["leaseTransitions", "leaseDurationSeconds"] {
                for number in [2_147_483_648, .max, .min] {
                    let lease = s.lease("b", [:], [field: .int(number)])
                    try await s.ask("POST", s.path(.leases), lease).expect(400, "BadRequest")
                }
                let lease = s.lease("b", [:], [field: .double(1e300)])
                try await s.ask("POST", s.path(.leases), lease).expect(400, "BadRequest")
            }
            let patch: JSONValue = ["spec": ["leaseTransitions": 2_147_483_648]]
            let code = try await s.patch(s.path(.leases, "a"), patch).code
            try s.check([400, 422].contains(code), "a patch is \(code)")
        },
        Rule("5.3", "every refusal of a Lease is a cause of its own") { s in
            let lease = s.lease("a", [:], ["leaseTransitions": -1, "leaseDurationSeconds": 0])
            let answer = try await s.ask("POST", s.path(.leases), lease).expect(422, "Invalid")
            let fields = (answer.body["details"]["causes"].array ?? []).map { $0["field"].string }
            try s.check(fields == ["spec.leaseDurationSeconds", "spec.leaseTransitions"], "\(fields)")
        },
        Rule("3.1", "a PUT without version is 422 on it") { s in
            try await s.createLease("a")
            try await s.ask("PUT", s.path(.leases, "a"), s.lease("a")).expect(
                422,
                "Invalid",
                field: "metadata.resourceVersion"
            )
        },
        Rule("3.1", "a PUT with the present version is 200 and raises it") { s in
            var lease = try await s.createLease("a")
            let before = lease["metadata"]["resourceVersion"].string.flatMap { Int($0) } ?? 0
            lease["spec"]["holderIdentity"] = "b"
            let after = try await s.ask("PUT", s.path(.leases, "a"), lease).expect(200).body
            try s.check(after["spec"]["holderIdentity"] == "b", "\(after)")
            try s.check(after["metadata"]["resourceVersion"].string.flatMap { Int($0) } ?? 0 > before, "\(after)")
        },
        Rule("3.1", "a PUT with an older version is 409") { s in
            var lease = try await s.createLease("a")
            lease["spec"]["holderIdentity"] = "b"
            try await s.ask("PUT", s.path(.leases, "a"), lease).expect(200)
            lease["spec"]["holderIdentity"] = "c"
            try await s.ask("PUT", s.path(.leases, "a"), lease).expect(409, "Conflict")
        },
        Rule("3.1", "a PUT that changes nothing keeps the version") { s in
            let lease = try await s.createLease("a")
            let same = try await s.ask("PUT", s.path(.leases, "a"), lease).expect(200).body
            try s.check(same["metadata"]["resourceVersion"] == lease["metadata"]["resourceVersion"], "\(same)")
        },
        Rule("3.1", "a PUT of an absent Lease creates it, even with an old version") { s in
            try await s.ask("PUT", s.path(.leases, "a"), s.lease("a")).expect(201)
            try await s.ask("PUT", s.path(.leases, "b"), s.lease("b", ["resourceVersion": "5"])).expect(201)
        },
        Rule("3.1", "a PUT of an absent Lease with a uid is 409") { s in
            let lease = s.lease("a", ["uid": "00000000-0000-0000-0000-000000000000"])
            try await s.ask("PUT", s.path(.leases, "a"), lease).expect(409, "Conflict")
            try await s.ask("GET", s.path(.leases, "a")).expect(404)
        },
        Rule("3.1", "a PUT with another uid is 409") { s in
            var lease = try await s.createLease("a")
            lease["metadata"]["uid"] = "00000000-0000-0000-0000-000000000000"
            try await s.ask("PUT", s.path(.leases, "a"), lease).expect(409, "Conflict")
        },
        Rule("4", "annotations and a spec without holder are kept") { s in
            var lease = s.lease("a", ["annotations": ["kube-standby.io/epoch": "7"]], ["leaseTransitions": 7])
            lease = try await s.ask("POST", s.path(.leases), lease).expect(201).body
            try s.check(lease["spec"] == ["leaseTransitions": 7], "\(lease["spec"])")
            try s.check(lease["metadata"]["annotations"]["kube-standby.io/epoch"] == "7", "\(lease["metadata"])")
        },
    ]

    static let deletions: [Rule] = [
        Rule("6", "a pod that no node has goes at once") { s in
            try await s.createPod("a")
            try await s.ask("DELETE", s.path(.pods, "a")).expect(200)
            try await s.ask("GET", s.path(.pods, "a")).expect(404)
        },
        Rule("6", "a pod on a node is marked and stays, until its grace is 0") { s in
            try await s.createPod("a", node: "kube-standby-conformance")
            let marked = try await s.ask("DELETE", s.path(.pods, "a")).expect(200).body["metadata"]
            try s.check(marked["deletionGracePeriodSeconds"] == 30, "\(marked)")
            try s.check(marked["deletionTimestamp"].string != nil, "\(marked)")
            try await s.ask("GET", s.path(.pods, "a")).expect(200)
            let again = try await s.ask("DELETE", s.path(.pods, "a")).expect(200).body["metadata"]
            try s.check(again["deletionTimestamp"] == marked["deletionTimestamp"], "\(again)")
            try await s.ask("DELETE", s.path(.pods, "a") + "?gracePeriodSeconds=0").expect(200)
            try await s.ask("GET", s.path(.pods, "a")).expect(404)
        },
        Rule("6", "a shorter grace shortens, a longer one does not lengthen") { s in
            try await s.createPod("a", node: "kube-standby-conformance")
            for (asked, left) in [(20, 20), (5, 5), (25, 5)] {
                let body: JSONValue = ["gracePeriodSeconds": .int(asked)]
                let metadata = try await s.ask("DELETE", s.path(.pods, "a"), body).expect(200).body["metadata"]
                try s.check(metadata["deletionGracePeriodSeconds"] == .int(left), "\(asked): \(metadata)")
            }
            try await s.ask("DELETE", s.path(.pods, "a"), ["gracePeriodSeconds": 0]).expect(200)
        },
        Rule("3.1", "a deletion of another uid or version is 409") { s in
            let lease = try await s.createLease("a")
            let wrong: [JSONValue] = [["uid": "00000000-0000-0000-0000-000000000000"], ["resourceVersion": "1"]]
            for preconditions in wrong {
                let body: JSONValue = ["preconditions": preconditions]
                try await s.ask("DELETE", s.path(.leases, "a"), body).expect(409, "Conflict")
            }
            let right: JSONValue = ["preconditions": ["uid": lease["metadata"]["uid"]]]
            try await s.ask("DELETE", s.path(.leases, "a"), right).expect(200)
        },
        Rule("1.6", "a deletion of what is not there is 404") { s in
            try await s.ask("DELETE", s.path(.leases, "a")).expect(404, "NotFound")
        },
        Rule("1.6", "a deletion at once is answered with a Status that names the object") { s in
            let lease = try await s.createLease("a")
            let status = try await s.ask("DELETE", s.path(.leases, "a")).expect(200).body
            try s.check(status["kind"] == "Status" && status["status"] == "Success", "\(status)")
            let details = status["details"]
            try s.check(details["uid"] == lease["metadata"]["uid"] && details["kind"] == "leases", "\(details)")
            try s.check(
                details["name"] == .string(s.name("a")) && details["group"] == "coordination.k8s.io",
                "\(details)"
            )
        },
        Rule("6", "a finalizer holds an object until it is taken away") { s in
            let lease = s.lease("a", ["finalizers": ["kube-standby.io/conformance"]])
            try await s.ask("POST", s.path(.leases), lease).expect(201)
            let held = try await s.ask("DELETE", s.path(.leases, "a")).expect(200).body["metadata"]
            try s.check(held["deletionTimestamp"].string != nil, "\(held)")
            try await s.ask("GET", s.path(.leases, "a")).expect(200)
            let none: JSONValue = .object(["metadata": .object(["finalizers": .null])])
            try await s.patch(s.path(.leases, "a"), none).expect(200)
            try await s.ask("GET", s.path(.leases, "a")).expect(404)
        },
        Rule("6", "a name that was deleted comes back with another uid") { s in
            let first = try await s.createPod("a")["metadata"]["uid"]
            try await s.ask("DELETE", s.path(.pods, "a")).expect(200)
            let second = try await s.createPod("a")["metadata"]["uid"]
            try s.check(first != second, "the same uid")
        },
        Rule("1.6", "a selection is deleted at once") { s in
            for name in ["a", "b"] { try await s.createLease(name) }
            try await s.ask("DELETE", s.path(.leases) + "?labelSelector=\(s.selector)").expect(200)
            try await s.ask("GET", s.path(.leases, "a")).expect(404)
        },
    ]
}
