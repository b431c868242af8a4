/// Looks into JSON without building anything of what is not asked for.
///
/// It trusts the text to be JSON: of text that is not it finds nothing, or something wrong, and whoever uses what it found
/// decodes the text in full.
struct JSONSkimmer {
    private let bytes: [UInt8]
    private var position = 0

    /// `bytes`: JSON; what is none gives nothing.
    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Visits the members of an object, until `visit` has seen enough.
    ///
    /// `visit`: gets the name as it is written, and must take the value or pass over it; answers whether to go on.
    /// - Returns: whether there is an object here, as far as it was looked at.
    mutating func members(_ visit: (inout Self, ArraySlice<UInt8>) -> Bool) -> Bool {
        guard take(UInt8(ascii: "{")) else { return false }
        if take(UInt8(ascii: "}")) { return true }
        while let name = quoted(), take(UInt8(ascii: ":")) {
            if !visit(&self, name) { return true }
            if take(UInt8(ascii: "}")) { return true }
            guard take(UInt8(ascii: ",")) else { return false }
        }
        return false
    }

    /// Takes a string; nil if there is none here, or it is written with escapes.
    mutating func string() -> String? {
        guard let text = quoted(), !text.contains(UInt8(ascii: "\\")) else { return nil }
        return String(decoding: text, as: UTF8.self)
    }

    /// Passes over any value.
    mutating func skip() -> Bool {
        skipSpace()
        guard position < bytes.count else { return false }
        switch bytes[position] {
        case UInt8(ascii: "\""): return quoted() != nil
        case UInt8(ascii: "{"), UInt8(ascii: "["): return skipNested()
        default:
            let end = bytes[position...].firstIndex {
                $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "}") || $0 == UInt8(ascii: "]") || $0 <= 32
            }
            position = end ?? bytes.count
            return true
        }
    }

    private mutating func skipNested() -> Bool {
        var depth = 0
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                if quoted() == nil { return false }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
            position += 1
            if depth == 0 { return true }
        }
        return false
    }

    // MARK: Bytes

    private mutating func skipSpace() {
        while position < bytes.count, bytes[position] <= 32 { position += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    /// What stands between two quotation marks, as it is written.
    private mutating func quoted() -> ArraySlice<UInt8>? {
        guard take(UInt8(ascii: "\"")) else { return nil }
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return bytes[start..<(position - 1)]
            case UInt8(ascii: "\\"): position += 2
            default: position += 1
            }
        }
        return nil
    }
}
