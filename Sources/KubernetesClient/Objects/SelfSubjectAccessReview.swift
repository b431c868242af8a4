/// The question whether we may do something, and its answer.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/self-subject-access-review-v1/
package struct SelfSubjectAccessReview: Codable, Sendable, Hashable {
    package static let resource = ResourceType(
        group: "authorization.k8s.io",
        version: "v1",
        plural: "selfsubjectaccessreviews",
        kind: "SelfSubjectAccessReview"
    )

    package struct ResourceAttributes: Codable, Sendable, Hashable {
        /// Empty: all namespaces.
        package var namespace: String
        package var verb: String
        package var group: String
        package var resource: String
        package var subresource: String = ""
        package var name: String = ""

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

    package struct Spec: Codable, Sendable, Hashable {
        /// Nil: the answer is not about a resource.
        package var resourceAttributes: ResourceAttributes?
    }

    package struct Status: Codable, Sendable, Hashable {
        package var allowed: Bool
        package var reason: String?
    }

    package var apiVersion: String? = Self.resource.apiVersion
    package var kind: String? = Self.resource.kind
    package var spec: Spec?
    package var status: Status?

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
