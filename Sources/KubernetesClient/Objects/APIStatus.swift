/// An answer that says how a request failed.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
package struct APIStatus: Codable, Sendable, Hashable {
    package struct Cause: Codable, Sendable, Hashable {
        package var reason: String?
        package var message: String?
        package var field: String?
    }

    package struct Details: Codable, Sendable, Hashable {
        package var name: String?
        package var kind: String?
        package var causes: [Cause]?
        package var retryAfterSeconds: Int?
    }

    /// `Success` or `Failure`.
    package var status: String?
    package var message: String?
    package var reason: String?
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
