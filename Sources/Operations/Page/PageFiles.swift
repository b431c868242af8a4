import NIOHTTP1

/// The dashboard: one page and its two files, which are part of the binary.
///
/// All that they ask for has a path relative to the page's own, so that it can be served below any other.
enum PageFiles {
    private struct File: Sendable {
        var bytes: [UInt8]
        var type: String
    }

    private static let files = [
        "/": File(bytes: PackageResources.index_html, type: "text/html; charset=utf-8"),
        "/page.css": File(bytes: PackageResources.page_css, type: "text/css; charset=utf-8"),
        "/page.js": File(bytes: PackageResources.page_js, type: "text/javascript; charset=utf-8"),
    ]

    /// Nothing but these files and this port's own answers, no script or style within the page, in nobody's frame; and what comes
    /// from the cluster can be nothing but text.
    ///
    /// https://www.w3.org/TR/CSP3/, https://www.w3.org/TR/trusted-types/
    private static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; "
        + "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

    private static let answers = files.mapValues { file in
        var answer = OperationsAnswer(.ok, bytes: file.bytes, type: file.type)
        answer.headers.add(name: "content-security-policy", value: policy)
        answer.headers.add(name: "referrer-policy", value: "no-referrer")
        answer.headers.add(name: "cross-origin-resource-policy", value: "same-origin")
        answer.headers.add(name: "cross-origin-opener-policy", value: "same-origin")
        return answer
    }

    /// Whether a path is one of them.
    static func includes(_ path: String) -> Bool { files[path] != nil }

    /// The file of such a path.
    static func answer(to path: String) -> OperationsAnswer {
        answers[path] ?? OperationsAnswer(.notFound, "there is no such file\n")
    }
}
