/// Answers the questions that callers ask about their own rights.
struct AccessReviews: Sendable {
    /// Decides by the same roles as for any request.
    let authorizer: Authorizer

    /// The review with its `status`; `kind`: one whose objects are only answered, never stored.
    ///
    /// - Throws: 422 unless the question is about exactly one of a resource and a path.
    func answer(_ kind: Kind, _ question: JSONValue, from caller: Caller) async throws(APIFailure) -> JSONValue {
        var answer = question
        answer["kind"] = .string(kind.kind)
        answer["apiVersion"] = .string(kind.apiVersion)
        if answer["metadata"] == .null { answer["metadata"] = [:] }
        answer["spec"] = Self.withoutEmpty(question["spec"])
        switch kind {
        case .selfSubjectAccessReviews:
            let attributes = try Self.attributes(question)
            answer["status"] = ["allowed": .bool(await authorizer.allows(caller, attributes))]
        case .subjectAccessReviews:
            let attributes = try Self.attributes(question)
            let groups = (question["spec"]["groups"].array ?? []).compactMap(\.string)
            let subject = Caller(user: question["spec"]["user"].string ?? "", groups: groups)
            answer["status"] = ["allowed": .bool(await authorizer.allows(subject, attributes))]
        case .selfSubjectRulesReviews:
            let namespace = question["spec"]["namespace"].string ?? "default"
            answer["status"] = Self.status(await authorizer.rules(for: caller, namespace: namespace), caller)
        default:
            answer["metadata"]["creationTimestamp"] = Timestamp.seconds()
            answer["status"] = [
                "userInfo": [
                    "username": .string(caller.user), "groups": .array(caller.groups.map(JSONValue.string)),
                ]
            ]
        }
        return answer
    }

    /// What is asked, without the fields that are empty: a real server leaves them out.
    private static func withoutEmpty(_ value: JSONValue) -> JSONValue {
        guard let members = value.object else { return value }
        return .object(members.filter { $0.value != "" && $0.value != .null }.mapValues(withoutEmpty))
    }

    private static func attributes(_ question: JSONValue) throws(APIFailure) -> AccessAttributes {
        let spec = question["spec"]
        let asked = spec["resourceAttributes"]
        let path = spec["nonResourceAttributes"]
        if (asked == .null) == (path == .null) {
            throw .invalid(
                .selfSubjectAccessReviews,
                question,
                "spec.resourceAttributes",
                asked,
                "exactly one of nonResourceAttributes or resourceAttributes must be specified"
            )
        }
        if let path = path["path"].string {
            return AccessAttributes(verb: spec["nonResourceAttributes"]["verb"].string ?? "", path: path)
        }
        func text(_ key: String) -> String? { asked[key].string.flatMap { $0.isEmpty ? nil : $0 } }
        return AccessAttributes(
            verb: text("verb") ?? "",
            group: text("group") ?? "",
            resource: [text("resource"), text("subresource")].compactMap(\.self).joined(separator: "/"),
            namespace: text("namespace"),
            name: text("name")
        )
    }

    private static func status(_ rules: [PolicyRule], _ caller: Caller) -> JSONValue {
        var rules = rules
        if caller.groups.contains(Caller.masters) {
            rules.append(PolicyRule(groups: ["*"], resources: ["*"], verbs: ["*"]))
        }
        return [
            "resourceRules": .array(rules.filter(\.paths.isEmpty).map(\.json)),
            "nonResourceRules": .array(rules.filter { !$0.paths.isEmpty }.map(\.json)), "incomplete": false,
        ]
    }
}
