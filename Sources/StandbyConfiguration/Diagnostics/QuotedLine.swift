/// A line of a file as it is shown beside a diagnostic: what is likely a secret is hidden, character by character, so that a caret
/// below points where it did.
///
/// Hidden are the values of headers, all of a URL but its scheme and host, and what follows a word like `password` or `Authorization:`. The output of `validate` is
/// kept by build systems, and who reads it there may not be who reads the file.
struct QuotedLine {
    /// As many characters as the line has.
    let shown: String

    /// `line`: one line without its end.
    init(_ line: String) {
        shown = Self.secrets.reduce(line) { text, secret in
            text.replacing(secret) { match in
                match.output.1 + String(repeating: "*", count: match.output.2.unicodeScalars.count)
            }
        }
    }

    /// What stays, and what is hidden.
    private typealias Secret = Regex<(Substring, Substring, Substring)>

    private static var secrets: [Secret] {
        [value, credentials, address, query, named].map { $0.matchingSemantics(.unicodeScalar) }
    }

    /// What a key `value` has: in quotes, in brackets, or as far as the next key, the end of the mapping or of the line.
    private static var value: Secret {
        /((?:^|[\s{,\-])["']?value["']?\s*:\s*)("(?:\\.|[^"\\])*"?|'(?:''|[^'])*'?|[\[{][^\]}]*|[^\s"'\[{].*?(?=\s*,\s*["']?\w+["']?\s*:|\s*\}[\s\]},]*(?:$|["'\w])|\s*$))/
    }

    /// A name and a password before the host of a URL.
    private static var credentials: Secret { /(:\/\/)([^\s"'@]+)(?=@)/ }

    /// What follows the host of a key `url`.
    private static var address: Secret {
        /((?:^|[\s{,\-])["']?url["']?\s*:\s*["']?(?:[\w+.\-]*:\/\/)?[^\s\/"'},]*\/(?!\/))([^\s"'},]+)/
    }

    /// The query of a URL or path.
    private static var query: Secret { /([\w\/.:\-]\?)([^\s"'\]},=]*=[^\s"'\]},]+)/ }

    /// What follows a word that says that it is secret, as far as the end of the text or the next word of the command.
    private static var named: Secret {
        /((?i:authorization|cookie|token|secret|passw(?:or)?d|api-?key|credentials?)["']?\s*[:=]\s*["']?(?i:(?:bearer|basic)\s+)?)([^\s"'\]},]+)/
    }
}
