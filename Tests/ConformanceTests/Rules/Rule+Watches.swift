import Sandbox
import TestedCluster

extension Rule {
    static let watches: [Rule] = [
        Rule("2.2", "a watch shows what is added, modified and deleted, with kind, apiVersion and growing versions") {
            s in
            let events = try await s.watch(
                .leases,
                "labelSelector=\(s.selector)&resourceVersion=\(try await s.version(.leases))"
            )
            try await s.createLease("a")
            try await s.patch(s.path(.leases, "a"), ["spec": ["holderIdentity": "b"]]).expect(200)
            try await s.ask("DELETE", s.path(.leases, "a")).expect(200)
            var versions: [Int] = []
            for type in ["ADDED", "MODIFIED", "DELETED"] {
                let event = try await events.next() ?? .null
                try s.check(event["type"] == .string(type), "expected \(type), got \(event)")
                try s.check(event["object"]["kind"] == "Lease", "\(event)")
                try s.check(event["object"]["apiVersion"] == "coordination.k8s.io/v1", "\(event)")
                versions.append(event["object"]["metadata"]["resourceVersion"].string.flatMap { Int($0) } ?? 0)
            }
            try s.check(versions == versions.sorted() && Set(versions).count == 3, "\(versions)")
        },
        Rule("2.2", "an object that stops matching is DELETED as it was, with the new version") { s in
            let pod = try await s.createPod("a", ["labels": ["x": "1"]])
            let version = pod["metadata"]["resourceVersion"].string ?? ""
            let events = try await s.watch(.pods, "labelSelector=\(s.selector),x%3D1&resourceVersion=\(version)")
            let patched = try await s.patch(s.path(.pods, "a"), ["metadata": ["labels": ["x": "2"]]]).expect(200).body
            let event = try await events.next() ?? .null
            try s.check(event["type"] == "DELETED", "\(event["type"])")
            try s.check(event["object"]["metadata"]["labels"]["x"] == "1", "not as it was")
            let shown = event["object"]["metadata"]["resourceVersion"]
            try s.check(shown == patched["metadata"]["resourceVersion"], "not the new version: \(shown)")
        },
        Rule("2.2", "an object that starts matching is ADDED") { s in
            let pod = try await s.createPod("a")
            let version = pod["metadata"]["resourceVersion"].string ?? ""
            let events = try await s.watch(.pods, "labelSelector=\(s.selector),x%3D1&resourceVersion=\(version)")
            try await s.patch(s.path(.pods, "a"), ["metadata": ["labels": ["x": "1"]]]).expect(200)
            let event = try await events.next() ?? .null
            try s.check(event["type"] == "ADDED", "\(event["type"])")
        },
        Rule("2.2", "each event is one line") { s in
            let events = try await s.watch(.leases, "labelSelector=\(s.selector)&resourceVersion=0")
            try await s.createLease("a")
            let frame = try await events.nextFrame() ?? []
            try s.check(JSONValue(json: frame)?["type"] == "ADDED", String(decoding: frame, as: UTF8.self))
        },
        Rule("2.2", "a watch goes on exactly after its version") { s in
            let lease = try await s.createLease("a")
            let version = lease["metadata"]["resourceVersion"].string ?? ""
            try await s.patch(s.path(.leases, "a"), ["spec": ["holderIdentity": "b"]]).expect(200)
            let events = try await s.watch(.leases, "labelSelector=\(s.selector)&resourceVersion=\(version)")
            let event = try await events.next() ?? .null
            try s.check(event["type"] == "MODIFIED", "\(event["type"])")
            try s.check(event["object"]["spec"]["holderIdentity"] == "b", "\(event)")
        },
        Rule("2.2", "without version the present state comes first, as ADDED") { s in
            try await s.createLease("a")
            try await s.createLease("b")
            let events = try await s.watch(.leases, "labelSelector=\(s.selector)")
            var names: Set<String> = []
            for _ in 0..<2 {
                let event = try await events.next() ?? .null
                try s.check(event["type"] == "ADDED", "\(event["type"])")
                names.insert(event["object"]["metadata"]["name"].string ?? "")
            }
            try s.check(names == [s.name("a"), s.name("b")], "\(names)")
        },
        Rule("2.2", "a version that is too old is 200 and one ERROR of code 410, then the end") { s in
            for resource in [Resource.pods, .leases] {
                try await s.createLease("a-\(resource)")
                try await s.createPod("a-\(resource)")
                let events = try await s.watch(resource, "resourceVersion=1")
                let event = try await events.next() ?? .null
                if event["type"] == "ADDED" {
                    throw Untried(description: "the server is so young that it still knows its first version")
                }
                try s.check(events.code == 200, "\(events.code)")
                try s.check(event["type"] == "ERROR" && event["object"]["kind"] == "Status", "\(event)")
                try s.check(event["object"]["code"] == 410 && event["object"]["reason"] == "Expired", "\(event)")
                try s.check(try await events.next() == nil, "goes on after the error")
            }
        },
        Rule("2.2", "a version of the future is silent, and no error") { s in
            let version = (Int(try await s.version(.leases)) ?? 0) + 10_000_000
            let events = try await s.watch(
                .leases,
                "labelSelector=\(s.selector)&resourceVersion=\(version)&timeoutSeconds=2"
            )
            try await s.createLease("a")
            let event = try await events.next()
            try s.check(events.code == 200 && event == nil, "\(events.code) \(event ?? .null)")
        },
        Rule("2.2", "a watch ends cleanly after its time") { s in
            let start = ContinuousClock.now
            let version = try await s.version(.leases)
            let events = try await s.watch(
                .leases,
                "labelSelector=\(s.selector)&resourceVersion=\(version)&timeoutSeconds=2"
            )
            try s.check(try await events.next() == nil, "an event of nothing")
            let time = ContinuousClock.now - start
            try s.check(time >= .milliseconds(1500) && time < .seconds(30), "ended after \(time)")
        },
        Rule("2.2", "a bookmark comes before the end, and names a version only") { s in
            let version = try await s.version(.leases)
            let events = try await s.watch(
                .leases,
                "labelSelector=\(s.selector)&resourceVersion=\(version)&allowWatchBookmarks=true&timeoutSeconds=5"
            )
            let bookmark = try await events.next("BOOKMARK") ?? .null
            try s.check(bookmark["kind"] == "Lease" && bookmark["metadata"]["name"] == .null, "\(bookmark)")
            let shown = bookmark["metadata"]["resourceVersion"].string.flatMap { Int($0) } ?? 0
            try s.check(shown >= Int(version) ?? 0, "\(bookmark)")
        },
        Rule("2.2", "initial events end with a bookmark that says so, then changes come") { s in
            try await s.createLease("a")
            let query = "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
            let events = try await s.watch(.leases, "labelSelector=\(s.selector)&\(query)")
            let first = try await events.next() ?? .null
            try s.check(first["type"] == "ADDED", "\(first)")
            let mark = try await events.next() ?? .null
            let annotation = mark["object"]["metadata"]["annotations"]["k8s.io/initial-events-end"]
            try s.check(mark["type"] == "BOOKMARK" && annotation == "true", "\(mark)")
            try await s.createLease("b")
            let later = try await events.next("ADDED") ?? .null
            try s.check(later["metadata"]["name"] == .string(s.name("b")), "\(later)")
        },
        Rule("2.2", "initial events without their match, and a match without them, are 422") { s in
            let watch = s.path(.leases) + "?watch=true"
            let field = "resourceVersionMatch"
            try await s.ask("GET", watch + "&sendInitialEvents=true").expect(422, "Invalid", field: field)
            try await s.ask("GET", watch + "&resourceVersion=0&\(field)=NotOlderThan").expect(
                422,
                "Invalid",
                field: field
            )
        },
        Rule("2.2", "one object is watched by its name") { s in
            let version = try await s.createLease("a")["metadata"]["resourceVersion"].string ?? ""
            let selector = "fieldSelector=metadata.name%3D\(s.name("b"))"
            let events = try await s.watch(.leases, "\(selector)&resourceVersion=\(version)")
            try await s.patch(s.path(.leases, "a"), ["spec": ["holderIdentity": "b"]]).expect(200)
            try await s.createLease("b")
            let event = try await events.next() ?? .null
            try s.check(event["object"]["metadata"]["name"] == .string(s.name("b")), "\(event)")
        },
        Rule("2.2", "a pod's deletion is a modification first, when it has a grace period") { s in
            let pod = try await s.createPod("a", node: "kube-standby-conformance")
            let version = pod["metadata"]["resourceVersion"].string ?? ""
            let events = try await s.watch(.pods, "labelSelector=\(s.selector)&resourceVersion=\(version)")
            try await s.ask("DELETE", s.path(.pods, "a")).expect(200)
            let marked = try await events.next("MODIFIED") ?? .null
            try s.check(marked["metadata"]["deletionTimestamp"].string != nil, "\(marked["metadata"])")
            try await s.ask("DELETE", s.path(.pods, "a") + "?gracePeriodSeconds=0").expect(200)
            let gone = try await events.next("DELETED")
            try s.check(gone?["metadata"]["uid"] == pod["metadata"]["uid"], "no DELETED")
        },
    ]
}
