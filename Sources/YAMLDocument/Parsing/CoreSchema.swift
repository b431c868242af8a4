/// The tag resolution of YAML 1.2's core schema.
///
/// https://yaml.org/spec/1.2.2/#1032-tag-resolution
enum CoreSchema {
    /// The value of a plain scalar.
    static func resolve(_ text: String) -> YAMLScalar.Value {
        // The first byte tells most scalars from all that is no string.
        guard let first = text.utf8.first else { return .null }
        return switch first {
        case UInt8(ascii: "~"), UInt8(ascii: "n"), UInt8(ascii: "N"), UInt8(ascii: "t"), UInt8(ascii: "T"),
            UInt8(ascii: "f"), UInt8(ascii: "F"):
            word(text) ?? .string(text)
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
            integer(text).map(YAMLScalar.Value.int) ?? float(text).map(YAMLScalar.Value.float) ?? .string(text)
        default: .string(text)
        }
    }

    private static func word(_ text: String) -> YAMLScalar.Value? {
        switch text {
        case "~", "null", "Null", "NULL": .null
        case "true", "True", "TRUE": .bool(true)
        case "false", "False", "FALSE": .bool(false)
        default: nil
        }
    }

    /// `[-+]?[0-9]+`, `0o[0-7]+` or `0x[0-9a-fA-F]+`; nil for anything else or outside 64 bits.
    static func integer(_ text: String) -> Int? {
        if text.hasPrefix("0o") { return unsigned(text.dropFirst(2), radix: 8) }
        if text.hasPrefix("0x") { return unsigned(text.dropFirst(2), radix: 16) }
        return Int(text)
    }

    private static func unsigned(_ digits: Substring, radix: Int) -> Int? {
        guard let first = digits.first, first != "-", first != "+" else { return nil }
        return Int(digits, radix: radix)
    }

    /// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, or an infinity or NaN; nil for anything else.
    static func float(_ text: String) -> Double? {
        switch text {
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .infinity
        case "-.inf", "-.Inf", "-.INF": return -.infinity
        case ".nan", ".NaN", ".NAN": return .nan
        default: break
        }
        guard isDecimal(Array(text.utf8)) else { return nil }
        return Double(text)
    }

    private static func isDecimal(_ bytes: [UInt8]) -> Bool {
        var index = 0
        func skip(_ characters: String) {
            if index < bytes.count, characters.utf8.contains(bytes[index]) { index += 1 }
        }
        func digits() -> Int {
            let start = index
            while index < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index]) { index += 1 }
            return index - start
        }
        skip("+-")
        let whole = digits()
        let hasPoint = index < bytes.count && bytes[index] == UInt8(ascii: ".")
        skip(".")
        let fraction = hasPoint ? digits() : 0
        guard whole + fraction > 0 else { return false }
        if index < bytes.count, "eE".utf8.contains(bytes[index]) {
            index += 1
            skip("+-")
            guard digits() > 0 else { return false }
        }
        return index == bytes.count
    }
}
