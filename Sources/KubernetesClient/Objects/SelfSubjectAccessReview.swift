/// The question whether we may do something, and its answer.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/self-subject-access-review-v1/
package struct SelfSubjectAccessReview: Codable, Sendable, Hashable {
    /// Its place in the API.
    package static let resource = ResourceType(
        group: "authorization.k8s.io",
        version: "v1",
        plural: "selfsubjectaccessreviews",
        kind: "SelfSubjectAccessReview"
    )

    /// What is to be allowed.
    package struct ResourceAttributes: Codable, Sendable, Hashable {
        /// Empty: all namespaces.
        package var namespace: String
        /// Like `patch`.
        package var verb: String
        /// The API group; empty for the core group.
        package var group: String
        /// In the plural, as in URLs.
        package var resource: String
        /// Like `exec`; empty: the object itself.
        package var subresource: String = ""
        /// Empty: all objects.
        package var name: String = ""

        /// What is to be allowed; the parameters are the properties.
        package init(
            namespace: String,
            verb: String,
            group: String,
            resource: String,
            subresource: String = "",
            name: String = ""
        ) {
            self.namespace = namespace
            self.verb = verb
            self.group = group
            self.resource = resource
            self.subresource = subresource
            self.name = name
        }
    }

    /// What is asked.
    package struct Spec: Codable, Sendable, Hashable {
        /// Nil: the answer is not about a resource.
        package var resourceAttributes: ResourceAttributes?
    }

    /// What is answered.
    package struct Status: Codable, Sendable, Hashable {
        /// Whether it is allowed.
        package var allowed: Bool
        /// Why, or why not; nil: that is not told.
        package var reason: String?
    }

    /// As every object has it.
    package var apiVersion: String? = Self.resource.apiVersion
    /// As every object has it.
    package var kind: String? = Self.resource.kind
    /// What is asked; nil in some answers.
    package var spec: Spec?
    /// What is answered; nil in a question.
    package var status: Status?

    /// A question.
    package init(_ attributes: ResourceAttributes) {
        spec = Spec(resourceAttributes: attributes)
    }
}

// MARK: Decoding

extension SelfSubjectAccessReview.ResourceAttributes {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        namespace = try container.omissible(.namespace)
        verb = try container.omissible(.verb)
        group = try container.omissible(.group)
        resource = try container.omissible(.resource)
        subresource = try container.omissible(.subresource)
        name = try container.omissible(.name)
    }
}

extension SelfSubjectAccessReview.Status {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        allowed = try container.omissible(.allowed)
        reason = try container.decodeIfPresent(String.self, forKey: .reason)
    }
}
