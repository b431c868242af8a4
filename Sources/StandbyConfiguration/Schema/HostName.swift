/// What can be written where a host is asked for: an IP address, or the name of a host.
enum HostName {
    /// The form as a regular expression of ECMA-262, but for what numbers and lengths an address may have.
    static let pattern =
        "^([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(\\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*\\.?"
        + "|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)$"

    /// Whether `text` is an IP address or a DNS name, with underscores if need be.
    ///
    /// A name whose last label is a number is none, for every resolver takes it for an address.
    ///
    /// https://www.rfc-editor.org/rfc/rfc1123#section-2.1
    static func isValid(_ text: String) -> Bool {
        if text.utf8.contains(UInt8(ascii: ":")) { return isIPv6(text) }
        let labels = (text.hasSuffix(".") ? text.dropLast() : text[...]).split(
            separator: ".",
            omittingEmptySubsequences: false
        )
        guard let last = labels.last, text.utf8.count <= 253, labels.allSatisfy({ isLabel($0.utf8) }) else {
            return false
        }
        return last.utf8.allSatisfy(isDigit) ? isIPv4(text) : true
    }

    private static func isLabel(_ bytes: Substring.UTF8View) -> Bool {
        let hyphen = UInt8(ascii: "-")
        return !bytes.isEmpty && bytes.count <= 63 && bytes.first != hyphen && bytes.last != hyphen
            && bytes.allSatisfy { isDigit($0) || isLetter($0) || $0 == hyphen || $0 == UInt8(ascii: "_") }
    }

    /// Four numbers up to 255, without zeros before them, which some read as octal.
    private static func isIPv4(_ text: some StringProtocol) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                guard let number = Int(part), part.utf8.allSatisfy(isDigit) else { return false }
                return number <= 255 && String(number) == part
            }
    }

    /// Eight groups, or fewer around one "::"; the last two may be an IPv4 address.
    private static func isIPv6(_ text: String) -> Bool {
        let halves = text.split(separator: "::", omittingEmptySubsequences: false)
        guard (1...2).contains(halves.count) else { return false }
        var count = 0
        for (index, half) in halves.enumerated() where !half.isEmpty {
            let groups = half.split(separator: ":", omittingEmptySubsequences: false)
            for (place, group) in groups.enumerated() {
                let isLast = index == halves.count - 1 && place == groups.count - 1
                if isLast, group.contains(".") {
                    guard isIPv4(group) else { return false }
                    count += 2
                } else {
                    guard (1...4).contains(group.utf8.count), group.utf8.allSatisfy(isHexadecimal) else { return false }
                    count += 1
                }
            }
        }
        return halves.count == 1 ? count == 8 : count <= 7
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }
}
