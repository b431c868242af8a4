import Sandbox
import TestedCluster

extension Rule {
    private static let reviews = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"

    private static func review(_ s: Subject, _ verb: String, _ resource: String, user: String?) async throws -> Bool {
        let attributes: JSONValue = [
            "namespace": .string(s.namespace), "verb": .string(verb), "group": "", "resource": .string(resource),
        ]
        let body: JSONValue = [
            "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
            "spec": ["resourceAttributes": attributes],
        ]
        let answer = try await s.ask("POST", reviews, body, user: user).expect(201).body
        return answer["status"]["allowed"] == true
    }

    /// Gives a user of this rule's own some rights, and waits until the authoriser has seen them.
    private static func grant(
        _ s: Subject,
        _ rules: JSONValue,
        until isSeen: @Sendable (String) async throws -> Bool
    )
        async throws -> String
    {
        let user = s.name("user")
        let group = "rbac.authorization.k8s.io"
        let role: JSONValue = ["metadata": s.metadata("role"), "rules": rules]
        let binding: JSONValue = [
            "metadata": s.metadata("binding"),
            "roleRef": ["apiGroup": .string(group), "kind": "Role", "name": .string(s.name("role"))],
            "subjects": [["apiGroup": .string(group), "kind": "User", "name": .string(user)]],
        ]
        try await s.ask("POST", s.path(.roles), role).expect(201)
        try await s.ask("POST", s.path(.rolebindings), binding).expect(201)
        // The authoriser reads roles through a cache and tells nobody when it has them.
        for attempt in 0..<50 {
            if try await isSeen(user) { return user }
            try await Task.sleep(for: .milliseconds(10 * (attempt + 1)))
        }
        throw Rule.Broken(description: "a Role and its RoleBinding have no effect")
    }

    static let access: [Rule] = [
        Rule("9", "a review is 201 and says what is allowed") { s in
            try s.check(try await review(s, "patch", "pods", user: nil), "whoever runs this suite may not patch pods")
            let isAllowed = try await review(s, "patch", "pods", user: s.name("nobody"))
            try s.check(!isAllowed, "nobody may patch pods")
        },
        Rule("5.3", "an answer leaves out what is empty") { s in
            let attributes: JSONValue = [
                "namespace": .string(s.namespace), "verb": "list", "group": "", "resource": "pods", "subresource": "",
                "name": "",
            ]
            let answer = try await s.ask("POST", reviews, ["spec": ["resourceAttributes": attributes]]).expect(201)
            let fields = (answer.body["spec"]["resourceAttributes"].object ?? [:]).keys.sorted()
            try s.check(fields == ["namespace", "resource", "verb"], "\(fields)")
            try s.check(answer.body["metadata"]["creationTimestamp"] == .null, "\(answer.body["metadata"])")
            let metadata = answer.body["metadata"].object ?? [:]
            try s.check(!metadata.keys.contains("creationTimestamp"), "\(metadata)")
        },
        Rule("9", "a review of nothing is 422") { s in
            try await s.ask("POST", reviews, ["spec": [:]]).expect(422, "Invalid")
        },
        Rule("9", "who may not is 403, in words that name user, verb, resource, group and namespace") { s in
            let user = s.name("nobody")
            let list = try await s.ask("GET", s.path(.pods), user: user).expect(
                403,
                "Forbidden",
                message: "pods is forbidden: User \"\(user)\" cannot list resource \"pods\" in API group \"\" in the"
                    + " namespace \"\(s.namespace)\""
            )
            try s.check(list.body["details"]["kind"] == "pods", "\(list.body)")
            let lease = s.name("a")
            try await s.patch(s.path(.leases, "a"), [:], user: user).expect(
                403,
                "Forbidden",
                message: "leases.coordination.k8s.io \"\(lease)\" is forbidden: User \"\(user)\" cannot patch resource"
                    + " \"leases\" in API group \"coordination.k8s.io\" in the namespace \"\(s.namespace)\""
            )
        },
        Rule("9", "a Role and its binding allow, and only what they say") { s in
            let rules: JSONValue = [["apiGroups": [""], "resources": ["pods"], "verbs": ["list"]]]
            let user = try await grant(s, rules) { try await review(s, "list", "pods", user: $0) }
            try await s.ask("GET", s.path(.pods), user: user).expect(200)
            try await s.ask("GET", s.path(.pods) + "?watch=true&timeoutSeconds=1", user: user).expect(403, "Forbidden")
            try await s.ask("POST", s.path(.pods), s.pod("a"), user: user).expect(403, "Forbidden")
            try await s.ask("GET", s.path(.services), user: user).expect(403, "Forbidden")
        },
        Rule("9", "names of objects restrict get, and list by that name") { s in
            for name in ["a", "b"] { try await s.createLease(name) }
            let rules: JSONValue = [
                [
                    "apiGroups": ["coordination.k8s.io"], "resources": ["leases"],
                    "resourceNames": [.string(s.name("a"))],
                    "verbs": ["get", "list"],
                ]
            ]
            let user = try await grant(s, rules) { try await s.ask("GET", s.path(.leases, "a"), user: $0).code == 200 }
            try await s.ask("GET", s.path(.leases, "b"), user: user).expect(403, "Forbidden")
            try await s.ask("GET", s.path(.leases), user: user).expect(403, "Forbidden")
            let query = "?fieldSelector=metadata.name%3D\(s.name("a"))"
            try await s.ask("GET", s.path(.leases) + query, user: user).expect(200)
        },
        Rule("9", "names of objects allow no creation") { s in
            let rules: JSONValue = [
                [
                    "apiGroups": ["coordination.k8s.io"], "resources": ["leases"],
                    "resourceNames": [.string(s.name("a"))],
                    "verbs": ["get", "create"],
                ]
            ]
            try await s.createLease("a")
            let user = try await grant(s, rules) { try await s.ask("GET", s.path(.leases, "a"), user: $0).code == 200 }
            try await s.ask("DELETE", s.path(.leases, "a")).expect(200)
            try await s.ask("POST", s.path(.leases), s.lease("a"), user: user).expect(403, "Forbidden")
        },
        Rule("9", "a PUT that creates needs the right to create") { s in
            let rules: JSONValue = [
                ["apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["get", "update"]]
            ]
            try await s.createLease("b")
            let user = try await grant(s, rules) { try await s.ask("GET", s.path(.leases, "b"), user: $0).code == 200 }
            try await s.ask("PUT", s.path(.leases, "a"), s.lease("a"), user: user).expect(403, "Forbidden")
            try await s.ask("GET", s.path(.leases, "a")).expect(404)
        },
        Rule("9", "a subresource has a right of its own") { s in
            try await s.createPod("a")
            let rules: JSONValue = [["apiGroups": [""], "resources": ["pods"], "verbs": ["get", "patch"]]]
            let user = try await grant(s, rules) { try await s.ask("GET", s.path(.pods, "a"), user: $0).code == 200 }
            try await s.patch(s.path(.pods, "a"), ["metadata": ["labels": ["x": "1"]]], user: user).expect(200)
            try await s.patch(s.path(.pods, "a", "status"), ["status": ["message": "x"]], user: user).expect(
                403,
                "Forbidden"
            )
        },
        Rule("9", "the rules of a user are listed") { s in
            let rules: JSONValue = [["apiGroups": [""], "resources": ["pods"], "verbs": ["deletecollection"]]]
            let user = try await grant(s, rules) { try await review(s, "deletecollection", "pods", user: $0) }
            let body: JSONValue = ["spec": ["namespace": .string(s.namespace)]]
            let target = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
            let status = try await s.ask("POST", target, body, user: user).expect(201).body["status"]
            let found = status["resourceRules"].array?.contains {
                $0["verbs"] == ["deletecollection"] && $0["resources"] == ["pods"]
            }
            try s.check(found == true && status["incomplete"].bool != nil, "\(status)")
        },
        Rule("3.3", "a token that is unknown is 401") { s in
            try await s.speaker.ask("GET", s.path(.pods), token: "unknown").expect(
                401,
                "Unauthorized",
                message: "Unauthorized"
            )
        },
        Rule("1.1", "a token of a ServiceAccount names it, and ends") { s in
            let account: JSONValue = ["metadata": s.metadata("account")]
            try await s.ask("POST", s.path(.serviceaccounts), account).expect(201)
            let target = s.path(.serviceaccounts, "account", "token")
            let short: JSONValue = ["spec": ["expirationSeconds": 60]]
            try await s.ask("POST", target, short).expect(422, "Invalid", field: "spec.expirationSeconds")
            let status = try await s.ask("POST", target, ["spec": ["expirationSeconds": 600]]).expect(201).body[
                "status"
            ]
            try s.check(status["expirationTimestamp"].string != nil, "\(status["expirationTimestamp"])")
            let token = status["token"].string ?? ""
            let answer = try await s.speaker.ask("GET", s.path(.pods), token: token).expect(403, "Forbidden")
            let user = "system:serviceaccount:\(s.namespace):\(s.name("account"))"
            try s.check(answer.text.contains(user), answer.text)
        },
        Rule("9", "a pod is asked through the API server only by whoever may, and only if it is there") { s in
            let user = s.name("nobody")
            let missing = s.path(.pods, "missing", "proxy") + "/x"
            try await s.ask("GET", missing).expect(404, "NotFound")
            try await s.ask("GET", missing, user: user).expect(403, "Forbidden")
            try await s.ask("GET", s.path(.pods, "ftp:missing:80", "proxy") + "/").expect(400, "BadRequest")
        },
        Rule("9", "a caller is told who it is") { s in
            let target = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
            let user = s.name("nobody")
            let body: JSONValue = ["apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"]
            let info = try await s.ask("POST", target, body, user: user).expect(201).body["status"]["userInfo"]
            try s.check(info["username"] == .string(user), "\(info)")
            try s.check(info["groups"].array?.contains("system:authenticated") == true, "\(info)")
        },
    ]
}
