/// What is told of a key in a message.
package enum KeyText {
    /// The key as far as it looks like one: where a space is missing after a colon, or something else stands in a key's place, what
    /// follows may be a secret.
    package static func shown(_ key: String) -> String {
        let name = key.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "_.-/<$".contains($0)) }
        return name.endIndex == key.endIndex ? key : name + "…"
    }
}
