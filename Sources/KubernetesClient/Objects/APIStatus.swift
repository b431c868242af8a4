/// An answer that says how a request failed.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
package struct APIStatus: Codable, Sendable, Hashable {
    /// One of several causes.
    package struct Cause: Codable, Sendable, Hashable {
        /// In one word, like `FieldValueInvalid`.
        package var reason: String?
        /// In a sentence.
        package var message: String?
        /// The path of the field; nil if it is about none.
        package var field: String?
    }

    /// What the reason is about.
    package struct Details: Codable, Sendable, Hashable {
        /// The object's name.
        package var name: String?
        /// The object's kind.
        package var kind: String?
        /// Nil: there is one cause only.
        package var causes: [Cause]?
        /// When to ask again; nil: whenever one likes.
        package var retryAfterSeconds: Int?
    }

    /// `Success` or `Failure`.
    package var status: String?
    /// In a sentence.
    package var message: String?
    /// In one word, like `Conflict`.
    package var reason: String?
    /// Nil if there are none.
    package var details: Details?
    /// The HTTP status code.
    package var code: Int?

    /// Whether a cause names this field.
    package func hasCause(field: String) -> Bool {
        details?.causes?.contains { $0.field == field } ?? false
    }
}

// MARK: Decoding

extension APIStatus {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        status = try container.decodeIfPresent(String.self, forKey: .status)
        message = try container.decodeIfPresent(String.self, forKey: .message)
        reason = try container.decodeIfPresent(String.self, forKey: .reason)
        details = try container.decodeIfPresent(Details.self, forKey: .details)
        code = container.int32(.code)
    }
}

extension APIStatus.Details {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decodeIfPresent(String.self, forKey: .name)
        kind = try container.decodeIfPresent(String.self, forKey: .kind)
        causes = try container.decodeIfPresent([APIStatus.Cause].self, forKey: .causes)
        retryAfterSeconds = container.int32(.retryAfterSeconds)
    }
}
