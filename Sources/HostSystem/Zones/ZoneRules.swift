/// How far a time zone's clocks are from UTC, and when that changes: a file of the system's zoneinfo.
///
/// https://www.rfc-editor.org/rfc/rfc9636
package struct ZoneRules: Sendable, Hashable {
    /// When clocks change, in seconds since 1970, ascending.
    private var transitions: [Int64] = []
    /// Seconds east of UTC from each transition on; one more than there are transitions, the first of the time before.
    private var offsets: [Int]
    /// What holds after the last transition; nil: its offset.
    private var tail: ZoneTail?

    /// Without any change.
    package static let utc = ZoneRules(offsets: [0])

    private init(offsets: [Int]) {
        self.offsets = offsets
    }

    /// The rules that a file holds; nil if it is none of zoneinfo, damaged, or counts leap seconds.
    package init?(_ bytes: [UInt8]) {
        guard let first = Header(bytes, at: 0) else { return nil }
        // Of the first version times are of 32 bits; what follows it says the same with 64.
        let isShort = first.version == 0
        let start = isShort ? 0 : Header.length + first.size(ofTime: 4)
        guard let header = isShort ? first : Header(bytes, at: start), header.leaps == 0, header.types > 0 else {
            return nil
        }
        let width = isShort ? 4 : 8
        let end = start + Header.length + header.size(ofTime: width)
        guard end <= bytes.count else { return nil }
        var cursor = start + Header.length
        transitions = (0..<header.times).map { bytes.number(at: cursor + $0 * width, width) }
        cursor += header.times * width
        let kinds = bytes[cursor..<cursor + header.times].map(Int.init)
        cursor += header.times
        let known = (0..<header.types).map { Int(bytes.number(at: cursor + $0 * 6, 4)) }
        guard kinds.allSatisfy({ $0 < known.count }), transitions == transitions.sorted(),
            known.allSatisfy({ abs($0) <= 26 * 3600 })
        else { return nil }
        offsets = [known[0]] + kinds.map { known[$0] }
        guard !isShort else { return }
        let footer = bytes[end...].split(separator: UInt8(ascii: "\n"), maxSplits: 1).first ?? []
        if footer.isEmpty { return }
        guard let tail = ZoneTail(String(decoding: footer, as: UTF8.self)) else { return nil }
        self.tail = tail
    }

    /// Seconds east of UTC at a time, which is in seconds since 1970.
    package func offset(at time: Int64) -> Int {
        if let tail, transitions.last.map({ $0 <= time }) ?? true { return tail.offset(at: time) }
        var (low, high) = (0, transitions.count)
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle] <= time { low = middle + 1 } else { high = middle }
        }
        return offsets[low]
    }

    /// What a file begins with.
    private struct Header {
        static let length = 44

        var version: UInt8
        var leaps: Int
        var times: Int
        var types: Int
        /// Indicators of standard and of universal time, and characters of names.
        private var others: Int

        init?(_ bytes: [UInt8], at start: Int) {
            guard start >= 0, start + Self.length <= bytes.count, bytes[start..<start + 4].elementsEqual("TZif".utf8)
            else { return nil }
            let counts = (0..<6).map { Int(bytes.number(at: start + 20 + $0 * 4, 4)) }
            // No zone has had so many changes.
            guard counts.allSatisfy({ (0...100_000).contains($0) }) else { return nil }
            version = bytes[start + 4]
            (leaps, times, types) = (counts[2], counts[3], counts[4])
            others = counts[0] + counts[1] + counts[5]
        }

        /// Bytes of what follows.
        func size(ofTime width: Int) -> Int { times * (width + 1) + types * 6 + others + leaps * (width + 4) }
    }
}

extension [UInt8] {
    /// A big-endian number with a sign.
    fileprivate func number(at start: Int, _ width: Int) -> Int64 {
        let bits = self[start..<start + width].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return width == 4 ? Int64(Int32(truncatingIfNeeded: bits)) : Int64(bitPattern: bits)
    }
}
