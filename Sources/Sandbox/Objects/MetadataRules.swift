/// What the API checks of every object's metadata.
///
/// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
enum MetadataRules {
    static func check(_ object: JSONValue, of kind: Kind, replacing old: JSONValue?) throws(APIFailure) {
        let metadata = object["metadata"]
        if let old {
            for field in ["uid", "name", "namespace"] where metadata[field] != old["metadata"][field] {
                throw .invalid(kind, object, "metadata.\(field)", metadata[field], "field is immutable")
            }
        } else if metadata["name"].string?.wholeMatch(of: kind.namePattern) == nil {
            throw .invalid(kind, object, "metadata.name", metadata["name"], nameRule)
        }
        for (key, value) in metadata["labels"].object ?? [:] {
            try checkKey(key, "metadata.labels", object, kind)
            let text = value.string ?? ""
            if text.utf8.count > 63 || text.wholeMatch(of: /([A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?)?/) == nil {
                throw .invalid(kind, object, "metadata.labels", value, labelRule)
            }
        }
        for key in (metadata["annotations"].object ?? [:]).keys {
            try checkKey(key, "metadata.annotations", object, kind)
        }
    }

    private static func checkKey(_ key: String, _ field: String, _ object: JSONValue, _ kind: Kind) throws(APIFailure) {
        let parts = key.split(separator: "/", omittingEmptySubsequences: false)
        let name = parts.last ?? ""
        let isName = name.utf8.count <= 63 && name.wholeMatch(of: /[A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?/) != nil
        let isPrefix =
            parts.count == 1 || parts.count == 2 && parts[0].wholeMatch(of: /[a-z0-9]([-.a-z0-9]*[a-z0-9])?/) != nil
        if !isName || !isPrefix { throw .invalid(kind, object, field, .string(key), keyRule) }
    }

    private static let nameRule =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start"
        + " and end with an alphanumeric character"
    private static let labelRule =
        "a valid label must be an empty string or consist of at most 63 alphanumeric characters, '-', '_' or '.', and"
        + " must start and end with an alphanumeric character"
    private static let keyRule =
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an"
        + " alphanumeric character"
}

extension Kind {
    /// What names its objects may have; those of roles are any segment of a path.
    fileprivate var namePattern: Regex<Substring> {
        if group == "rbac.authorization.k8s.io" { return /[^\/%]{1,253}/ }
        switch self {
        case .services, .namespaces: return /[a-z0-9][-a-z0-9]{0,62}/
        default: return /[a-z0-9][-.a-z0-9]{0,252}/
        }
    }
}
