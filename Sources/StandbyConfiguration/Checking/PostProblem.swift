/// Something that does not go together in an `httpPost`, wherever one stands.
struct PostProblem {
    /// What it is.
    let message: DiagnosticMessage
    /// Where, from the `httpPost`.
    let place: [NodePath.Step]
    /// The value that it is about.
    let value: NodeReader
    /// Whether the file can be used all the same.
    let severity: Diagnostic.Severity

    /// All that an `httpPost` has.
    static func all(of post: NodeReader) -> [PostProblem] {
        let headers = post["headers"].items.enumerated().compactMap { header(number: $0, $1) }
        let tls = post["tls"]
        guard tls["verify"].bool == false else { return headers }
        let unused = ["caFile", "serverName"].filter { tls[$0].isPresent }
        return headers
            + unused.map {
                PostProblem(message: .unverifiedTLS, place: ["tls", .key($0)], value: tls[$0], severity: .warning)
            }
    }

    private static func header(number: Int, _ header: NodeReader) -> PostProblem? {
        guard header.isMapping else { return nil }
        let allowed = PostConfiguration.Header.fields.schema.choice
        let given = allowed.filter { header[$0].isPresent }
        if given.count == 1 { return nil }
        return PostProblem(
            message: .valueCount(given, allowed: allowed),
            place: ["headers", .index(number)],
            value: header,
            severity: .error
        )
    }
}
