/// Who may do what: bearer tokens name users, and each user has rules.
package actor Access {
    /// What is allowed: every entry of a list counts, `*` for all.
    package struct Rule: Sendable {
        package var groups: [String]
        package var resources: [String]
        package var verbs: [String]
        /// Nil: everywhere.
        package var namespace: String?
        /// Names of single objects; nil: all.
        package var names: [String]?

        package init(
            groups: [String],
            resources: [String],
            verbs: [String],
            namespace: String? = nil,
            names: [String]? = nil
        ) {
            self.groups = groups
            self.resources = resources
            self.verbs = verbs
            self.namespace = namespace
            self.names = names
        }

        /// Everything.
        package static let all = Rule(groups: ["*"], resources: ["*"], verbs: ["*"])

        func allows(_ attributes: Attributes) -> Bool {
            func contains(_ list: [String], _ value: String) -> Bool { list.contains("*") || list.contains(value) }
            return contains(groups, attributes.group) && contains(resources, attributes.resource)
                && contains(verbs, attributes.verb) && (namespace == nil || namespace == attributes.namespace)
                && (names?.contains(attributes.name ?? "") ?? true)
        }
    }

    /// What is asked for.
    struct Attributes: Sendable {
        var verb: String
        var group: String
        var resource: String
        var namespace: String?
        var name: String?
    }

    private var users: [String: String] = [:]
    private var rules: [String: [Rule]] = [:]

    /// Lets a token in as a user with these rules; an earlier token of the same name stays.
    package func admit(token: String, user: String, rules: [Rule]) {
        users[token] = user
        self.rules[user] = rules
    }

    /// The token is answered with 401 from now on.
    package func expire(token: String) {
        users[token] = nil
    }

    /// The user behind an Authorization header.
    func user(authorization: String?) throws(APIFailure) -> String {
        guard let authorization, authorization.hasPrefix("Bearer "),
            let user = users[String(authorization.dropFirst(7))]
        else { throw .unauthorized }
        return user
    }

    func allows(_ user: String, _ attributes: Attributes) -> Bool {
        rules[user]?.contains { $0.allows(attributes) } ?? false
    }

    func check(_ user: String, _ request: APIRequest) throws(APIFailure) {
        let resource = request.subresource.map { "\(request.kind.plural)/\($0)" } ?? request.kind.plural
        let attributes = Attributes(
            verb: request.verb,
            group: request.kind.group,
            resource: resource,
            namespace: request.namespace,
            name: request.name
        )
        if allows(user, attributes) { return }
        let place = request.namespace.map { "in the namespace \"\($0)\"" } ?? "at the cluster scope"
        let object = request.name.map { " \"\($0)\"" } ?? ""
        throw APIFailure(
            code: 403,
            reason: "Forbidden",
            message: "\(request.kind.qualified)\(object) is forbidden: User \"\(user)\" cannot \(request.verb) resource"
                + " \"\(resource)\" in API group \"\(request.kind.group)\" \(place)",
            name: request.name,
            kind: request.kind
        )
    }

    /// Answers a SelfSubjectAccessReview.
    func review(_ body: JSONValue, user: String) -> JSONValue {
        let asked = body["spec"]["resourceAttributes"]
        let subresource = asked["subresource"].string ?? ""
        let plural = asked["resource"].string ?? ""
        let namespace = asked["namespace"].string ?? ""
        let attributes = Attributes(
            verb: asked["verb"].string ?? "",
            group: asked["group"].string ?? "",
            resource: subresource.isEmpty ? plural : "\(plural)/\(subresource)",
            namespace: namespace.isEmpty ? nil : namespace,
            name: asked["name"].string
        )
        var answer = body
        answer["status"] = ["allowed": .bool(allows(user, attributes))]
        return answer
    }
}
