/// What the API checks of every object's metadata.
///
/// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
enum MetadataRules {
    /// Checks names, label keys and values, annotation keys, and that the identity stays; `old`: nil for a creation.
    ///
    /// - Throws: 422 for the first field that is wrong.
    static func check(_ object: JSONValue, of kind: Kind, replacing old: JSONValue?) throws(APIFailure) {
        let metadata = object["metadata"]
        if let old {
            for field in ["uid", "name", "namespace"] where metadata[field] != old["metadata"][field] {
                throw .invalid(kind, object, "metadata.\(field)", metadata[field], "field is immutable")
            }
        } else if !isName(metadata["name"].string ?? "", of: kind) {
            throw .invalid(kind, object, "metadata.name", metadata["name"], nameRule)
        }
        for (key, value) in metadata["labels"].object ?? [:] {
            try checkKey(key, "metadata.labels", object, kind)
            let text = value.string ?? ""
            if !text.isEmpty, !isQualifiedName(text[...]) {
                throw .invalid(kind, object, "metadata.labels", value, labelRule)
            }
        }
        for key in (metadata["annotations"].object ?? [:]).keys {
            try checkKey(key, "metadata.annotations", object, kind)
        }
    }

    private static func checkKey(_ key: String, _ field: String, _ object: JSONValue, _ kind: Kind) throws(APIFailure) {
        if !isKey(key) { throw .invalid(kind, object, field, .string(key), keyRule) }
    }

    /// Whether a text can be the key of a label: a name, perhaps behind a domain.
    static func isKey(_ key: String) -> Bool {
        let parts = key.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let isPrefixFine = parts.count == 1 || isDNSName(parts[0], limit: 253, allows: ".")
        return isPrefixFine && isQualifiedName(parts[parts.count - 1])
    }

    /// The names of roles are any segment of a path.
    private static func isName(_ name: String, of kind: Kind) -> Bool {
        if kind.group == "rbac.authorization.k8s.io" {
            return !name.isEmpty && !name.contains("/") && !name.contains("%")
        }
        switch kind {
        case .services, .namespaces: return isDNSName(name[...], limit: 63, allows: "")
        default: return isDNSName(name[...], limit: 253, allows: ".")
        }
    }

    /// Lower case letters, digits, `-` and what else is allowed, a letter or digit at both ends.
    static func isDNSName(_ text: Substring, limit: Int, allows more: String) -> Bool {
        let bytes = text.utf8
        func isAlphanumeric(_ byte: UInt8?) -> Bool {
            byte.map { (97...122).contains($0) || (48...57).contains($0) } ?? false
        }
        return bytes.count <= limit && isAlphanumeric(bytes.first) && isAlphanumeric(bytes.last)
            && bytes.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") || more.utf8.contains($0) }
    }

    /// At most 63 letters, digits, `-`, `_` and `.`, a letter or digit at both ends.
    private static func isQualifiedName(_ text: Substring) -> Bool {
        let bytes = text.utf8
        func isAlphanumeric(_ byte: UInt8?) -> Bool {
            byte.map { (97...122).contains($0) || (65...90).contains($0) || (48...57).contains($0) } ?? false
        }
        return bytes.count <= 63 && isAlphanumeric(bytes.first) && isAlphanumeric(bytes.last)
            && bytes.allSatisfy { isAlphanumeric($0) || "-_.".utf8.contains($0) }
    }

    /// What a name of DNS is.
    static let nameRule =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start"
        + " and end with an alphanumeric character"
    private static let labelRule =
        "a valid label must be an empty string or consist of at most 63 alphanumeric characters, '-', '_' or '.', and"
        + " must start and end with an alphanumeric character"
    /// What the key of a label is.
    static let keyRule =
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an"
        + " alphanumeric character"
}
