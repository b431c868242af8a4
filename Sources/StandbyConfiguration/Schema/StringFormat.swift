import Patterns

/// What a text must look like.
enum StringFormat: Sendable, Hashable {
    /// Every text that can be an argument of a command: the system ends one at its first NUL.
    case argument
    /// Every text but the empty one.
    case nonEmpty
    /// RFC 1123 label.
    ///
    /// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names
    case dnsLabel
    /// RFC 1123 subdomain, the form of a pod's name.
    case dnsSubdomain
    /// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
    case labelKey
    /// Empty, or 63 characters of a label's name at most.
    case labelValue
    /// An HTTP path; the slash that begins it may be left out, as the kubelet allows.
    case path
    /// An IP address, or the name of a host.
    case host
    /// An HTTP field name.
    ///
    /// https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2
    case headerName
    /// A text that can stand in a header or a URL, maybe empty: no control characters.
    case printable
    /// The same, of a header that may say who asks.
    case headerValue
    /// What a `Pattern` can be made of.
    case regularExpression
    /// An `http://` or `https://` URL.
    case url
    /// What a `PreemptWindow` can be made of, of a time zone that the system knows.
    case window
    /// A text with placeholders that are known.
    case template
    /// A way into a JSON document.
    ///
    /// https://www.rfc-editor.org/rfc/rfc6901
    case jsonPointer
}

extension StringFormat {
    /// Whether `text` has this form.
    func accepts(_ text: String) -> Bool {
        switch self {
        case .argument: !text.utf8.contains(0)
        case .nonEmpty: !text.isEmpty
        case .dnsLabel: Self.isDNSLabel(text)
        case .dnsSubdomain:
            text.utf8.count <= 253
                && text.split(separator: ".", omittingEmptySubsequences: false)
                    .allSatisfy { Self.isDNSLabel(String($0)) }
        case .labelKey: Self.isLabelKey(text)
        case .labelValue: text.isEmpty || Self.isLabelName(text)
        case .path: Self.isSingleLine(text) && !text.contains(" ")
        case .host: HostName.isValid(text)
        case .headerName: !text.isEmpty && text.utf8.allSatisfy(Self.isTokenCharacter)
        case .printable, .headerValue: Self.isSingleLine(text)
        case .regularExpression: (try? Pattern.shared(text)) != nil
        case .url: Self.isURL(text)
        case .window: PreemptWindow.problem(of: text, isHelpful: false) == nil
        case .jsonPointer: Self.isJSONPointer(text)
        case .template: Self.unknownPlaceholder(in: text) == nil
        }
    }

    /// The form in words, after "allowed is".
    var words: String {
        switch self {
        case .argument: "a string without NUL"
        case .nonEmpty: "a string that is not empty"
        case .dnsLabel: "a DNS label: a-z, 0-9 and \"-\", at most 63, a letter or digit at both ends"
        case .dnsSubdomain: "a pod name: DNS labels joined by \".\", at most 253 characters"
        case .labelKey: "a label key: an optional DNS prefix and \"/\", then a name of at most 63 characters"
        case .labelValue:
            "a label value: at most 63 of a-z, A-Z, 0-9, \"-\", \"_\", \".\", a letter or digit at both ends"
        case .path: "a path without spaces and control characters"
        case .host: "an IP address or a DNS name, without scheme, port and brackets"
        case .headerName: "an HTTP header name"
        case .printable, .headerValue: "one line of text"
        case .regularExpression: PatternError.allowed
        case .template:
            "a text whose placeholders are "
                + NotificationConfiguration.placeholders.map { "$(\($0))" }.joined(separator: ", ")
                + "; $$(…) stands for what it says"
        case .jsonPointer: "a JSON pointer like /lag/bytes, in which ~0 stands for ~ and ~1 for /"
        case .url:
            "a URL that begins with http:// or https:// and names a host, without spaces, with %40 for an @ in a password"
        case .window:
            "\"DAYS HH:MM-HH:MM ZONE\" like \"Sat,Sun 02:00-04:00 Europe/Berlin\", \"Mon-Fri 22:00-05:00 UTC\" or "
                + "\"Daily 03:00-04:00 America/New_York\""
        }
    }

    private static func isDNSLabel(_ text: String) -> Bool {
        let bytes = text.utf8
        guard let first = bytes.first, let last = bytes.last, bytes.count <= 63 else { return false }
        return first != hyphen && last != hyphen && bytes.allSatisfy { isLowercase($0) || isDigit($0) || $0 == hyphen }
    }

    private static func isLabelKey(_ text: String) -> Bool {
        guard text.utf8.contains(UInt8(ascii: "/")) else { return isLabelName(text) }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        return parts.count == 2 && StringFormat.dnsSubdomain.accepts(parts[0]) && isLabelName(parts[1])
    }

    private static func isLabelName(_ text: String) -> Bool {
        let bytes = text.utf8
        guard let first = bytes.first, let last = bytes.last, bytes.count <= 63 else { return false }
        return isAlphanumeric(first) && isAlphanumeric(last)
            && bytes.allSatisfy { isAlphanumeric($0) || "-_.".utf8.contains($0) }
    }

    private static func isURL(_ text: String) -> Bool {
        let rest = text.hasPrefix("http://") ? text.dropFirst(7) : text.hasPrefix("https://") ? text.dropFirst(8) : ""
        guard !rest.isEmpty, isSingleLine(text), !text.contains(" ") else { return false }
        return isAuthority(rest.prefix { !"/?#".contains($0) })
    }

    /// A host, in brackets if it is an IPv6 address, with a port if need be; a name and a password may come before it.
    private static func isAuthority(_ text: Substring) -> Bool {
        let credentials = text.firstIndex(of: "@")
        // libcurl takes no second one.
        if credentials != text.lastIndex(of: "@") { return false }
        let place = credentials.map { text[text.index(after: $0)...] } ?? text
        let isBracketed = place.hasPrefix("[")
        let end = isBracketed ? place.firstIndex(of: "]") : place.firstIndex(of: ":") ?? place.endIndex
        guard let end else { return false }
        let host = isBracketed ? place[..<end].dropFirst() : place[..<end]
        let rest = isBracketed ? place[place.index(after: end)...] : place[end...]
        guard host.utf8.contains(UInt8(ascii: ":")) == isBracketed, HostName.isValid(String(host)) else { return false }
        if rest.isEmpty { return true }
        guard rest.first == ":", let port = Int(rest.dropFirst()) else { return false }
        return (1...65_535).contains(port)
    }

    private static func unknownPlaceholder(in text: String) -> String? {
        text.replacing("$$", with: "").matches(of: /\$\(([^)]*)\)/).map { String($0.output.1) }
            .first { !NotificationConfiguration.placeholders.contains($0) }
    }

    private static func isJSONPointer(_ text: String) -> Bool {
        (text.isEmpty || text.hasPrefix("/"))
            && text.split(separator: "~", omittingEmptySubsequences: false).dropFirst().allSatisfy {
                $0.first == "0" || $0.first == "1"
            }
    }

    private static func isSingleLine(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    }

    private static func isTokenCharacter(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }

    private static let hyphen = UInt8(ascii: "-")

    private static func isLowercase(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool { isLowercase(byte | 0x20) || isDigit(byte) }
}

// MARK: In messages

extension StringFormat {
    /// What may be told of a text in the place of one of this form; nil: nothing.
    ///
    /// Headers' values, URLs, arguments and bodies carry tokens and passwords, and who reads a log may not be who reads the file.
    func shown(_ text: String) -> String? {
        switch self {
        case .argument, .headerValue: nil
        case .path: text.contains("://") ? Self.placeOfURL(text) : text.cut { "?;@#".contains($0) }
        case .headerName: text.cut { !$0.utf8.allSatisfy(Self.isTokenCharacter) }
        case .url: Self.placeOfURL(text)
        case .template:
            Self.unknownPlaceholder(in: text).flatMap { $0.wholeMatch(of: /\w{1,30}/) == nil ? nil : "$(\($0))" }
        case .host where HostName.isValid(text): text
        case .host: text.contains("://") ? Self.placeOfURL(text) : text.cut { "/?#@:".contains($0) }
        case .printable, .nonEmpty, .dnsLabel, .dnsSubdomain, .labelKey, .labelValue, .regularExpression, .window,
            .jsonPointer:
            text
        }
    }

    /// The scheme and the host of what was meant as a URL; nil if that cannot be told from the rest.
    private static func placeOfURL(_ text: String) -> String? {
        guard let start = text.firstRange(of: "://")?.upperBound else { return nil }
        let authority = text[start...].prefix { !"/?#\\".contains($0) }
        let credentials = text.lastIndex(of: "@")
        if let credentials, credentials > authority.endIndex, !authority.contains("@") { return nil }
        let host = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
        let tail = authority.endIndex == text.endIndex ? "" : "/…"
        return text[..<start] + (host.startIndex == start ? "" : "…@") + host + tail
    }
}

// MARK: JSON Schema

extension StringFormat {
    private static let label = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
    private static let name = "[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?"
    private static let days = "(Mon|Tue|Wed|Thu|Fri|Sat|Sun)(-(Mon|Tue|Wed|Thu|Fri|Sat|Sun))?"
    private static let character = "[^\\u0000-\\u001f\\u007f]"

    /// The form as a regular expression of ECMA-262; nil if every text has it.
    var pattern: String? {
        switch self {
        case .argument: "^[^\\u0000]*$"
        case .nonEmpty, .regularExpression, .template: nil
        case .dnsLabel: "^\(Self.label)$"
        case .dnsSubdomain: "^\(Self.label)(\\.\(Self.label))*$"
        case .labelKey: "^(?=[^/]{1,253}(/|$))(\(Self.label)(\\.\(Self.label))*/)?\(Self.name)$"
        case .labelValue: "^(\(Self.name))?$"
        case .path: "^[^\\u0000-\\u0020\\u007f]*$"
        case .host: HostName.pattern
        case .headerName: "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"
        case .printable, .headerValue: "^\(Self.character)*$"
        case .jsonPointer: "^(/([^~/]|~[01])*)*$"
        case .url: "^https?://[^\\u0000-\\u0020\\u007f]+$"
        case .window:
            "^ *(Daily|\(Self.days)(,\(Self.days))*) +([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00) +[^ ]+ *$"
        }
    }

    /// Characters at least and, unless nil, at most.
    var lengths: (Int, Int?) {
        switch self {
        case .argument, .labelKey, .labelValue, .path, .headerName, .headerValue, .url, .dnsLabel, .printable, .host,
            .window, .jsonPointer, .template:
            (0, nil)
        case .nonEmpty: (1, nil)
        case .dnsSubdomain: (0, 253)
        case .regularExpression: (0, Pattern.longest)
        }
    }
}

extension String {
    /// What comes before the first of such characters, and a sign that there was more.
    fileprivate func cut(before isEnd: (Character) -> Bool) -> String {
        firstIndex(where: isEnd).map { self[..<$0] + "…" } ?? self
    }
}
