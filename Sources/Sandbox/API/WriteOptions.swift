/// The parameters that every write has.
enum WriteOptions {
    private static let allowed = ["dryRun": ["All"], "fieldValidation": ["Ignore", "Warn", "Strict"]]

    /// - Throws: 422 for a value that there is not.
    static func check(_ request: APIRequest) throws(APIFailure) {
        let kinds = ["create": "CreateOptions", "patch": "PatchOptions", "update": "UpdateOptions"]
        for (field, values) in allowed {
            guard let value = request.query[field], !value.isEmpty, !values.contains(value) else { continue }
            let supported = values.map { "\"\($0)\"" }.joined(separator: ", ")
            let why = "Unsupported value: \"\(value)\": supported values: \(supported)"
            throw invalid(kinds[request.verb] ?? "DeleteOptions", field, "FieldValueNotSupported", why)
        }
    }

    /// The refusal of a parameter.
    ///
    /// `kind`: `CreateOptions` and so on.
    static func invalid(_ kind: String, _ field: String, _ reason: String, _ why: String) -> APIFailure {
        APIFailure(
            code: 422,
            reason: "Invalid",
            message: "\(kind).meta.k8s.io \"\" is invalid: \(field): \(why)",
            causes: [.init(reason: reason, field: field, message: why)],
            kind: Kind(group: "meta.k8s.io", plural: kind.lowercased(), kind: kind)
        )
    }
}
