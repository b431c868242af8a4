import CPCRE2

/// What the items of a pattern cost, by their place in it.
///
/// A callout shows how far a repetition came, but not how far it looked before it failed, which is at most its least count;
/// nor how long it takes to hold one character against a class.
struct PatternCosts: Sendable {
    /// Of one item.
    struct Cost: Sendable {
        /// Units for trying it.
        var entry = 1
        /// Units for each byte that it passes.
        var weight = 1
    }

    /// Bytes of an item that count as one more unit for each character that it is held against.
    private static let bytesPerUnit = 16
    /// Groups that capture, and with them what is copied in each step, that count as one more unit.
    private static let capturesPerUnit = 4

    private var costs: [Cost]

    /// `code`: the compiled `pattern`.
    ///
    /// - Throws: if a class of characters in it is too long.
    init(of code: OpaquePointer, _ pattern: [UInt8]) throws(PatternError) {
        var captures: UInt32 = 0
        _ = unsafe pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_CAPTURECOUNT), &captures)
        let entry = 1 + Int(captures) / Self.capturesPerUnit
        costs = Array(repeating: Cost(entry: entry), count: pattern.count + 1)
        for item in unsafe Self.items(of: code) where item.upperBound <= pattern.count && item.count > 1 {
            let text = pattern[item]
            let (isClass, length) = (text.first == UInt8(ascii: "["), Self.lengthWithoutCount(text))
            if isClass, length > Pattern.longestClass {
                throw PatternError(.longClass, at: item.lowerBound, in: pattern)
            }
            let weight = isClass ? 1 + length / Self.bytesPerUnit : 1
            costs[item.lowerBound] = Cost(entry: entry + Self.leastCount(text) * weight, weight: weight)
        }
    }

    /// The cost of the item at a place, in bytes from 0; the least where there is none.
    subscript(place: Int) -> Cost { place < costs.count ? costs[place] : Cost() }

    /// The places of the items that a callout stands before.
    private static func items(of code: OpaquePointer) -> [Range<Int>] {
        var items: [Range<Int>] = []
        unsafe withUnsafeMutablePointer(to: &items) { items in
            _ = unsafe pcre2_callout_enumerate_8(
                code,
                { block, context in
                    guard let block = unsafe block?.pointee else { return 0 }
                    let start = unsafe block.pattern_position
                    let end = unsafe start + block.next_item_length
                    unsafe context?.assumingMemoryBound(to: [Range<Int>].self).pointee.append(start..<end)
                    return 0
                },
                items
            )
        }
        return items
    }

    /// The least count of an item that ends in `{4}`, `{4,}` or `{4,8}`, possessive or lazy; 1 if it does not.
    private static func leastCount(_ item: ArraySlice<UInt8>) -> Int {
        guard let brace = countStart(item) else { return 1 }
        let digits = item[(brace + 1)...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return Int(String(decoding: digits, as: UTF8.self)) ?? 1
    }

    private static func lengthWithoutCount(_ item: ArraySlice<UInt8>) -> Int {
        (countStart(item) ?? item.endIndex) - item.startIndex
    }

    /// Where the braces of a count begin; nil if there is none.
    private static func countStart(_ item: ArraySlice<UInt8>) -> Int? {
        let isSign = { (byte: UInt8?) in byte == UInt8(ascii: "+") || byte == UInt8(ascii: "?") }
        let body = isSign(item.last) ? item.dropLast() : item
        guard body.last == UInt8(ascii: "}") else { return nil }
        return body.lastIndex(of: UInt8(ascii: "{"))
    }
}
