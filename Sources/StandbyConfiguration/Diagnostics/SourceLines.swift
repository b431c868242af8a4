/// Finds lines of a text by their number, without keeping the rest.
enum SourceLines {
    /// The characters of the lines whose numbers, from 1, are wanted.
    ///
    /// A line ends where libyaml lets it end: at LF, CR, CR LF, NEL, LS or PS.
    static func find(_ wanted: Set<Int>, in source: [UInt8]) -> [Int: [Unicode.Scalar]] {
        var found: [Int: [Unicode.Scalar]] = [:]
        guard let last = wanted.max() else { return found }
        var (line, start, index) = (1, source.starts(with: byteOrderMark) ? byteOrderMark.count : 0, 0)
        while line <= last {
            let length = index < source.count ? breakLength(source, index) : 0
            guard length > 0 || index >= source.count else {
                index += 1
                continue
            }
            if wanted.contains(line) {
                found[line] = Array(String(decoding: source[min(start, index)..<index], as: UTF8.self).unicodeScalars)
            }
            if index >= source.count { break }
            index += length
            start = index
            line += 1
        }
        return found
    }

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Bytes of the line break at `index`; 0 if there is none.
    private static func breakLength(_ source: [UInt8], _ index: Int) -> Int {
        func follows(_ bytes: UInt8...) -> Bool {
            source.count - index > bytes.count && bytes.indices.allSatisfy { source[index + 1 + $0] == bytes[$0] }
        }
        switch source[index] {
        case 0x0A: return 1
        case 0x0D: return follows(0x0A) ? 2 : 1
        case 0xC2: return follows(0x85) ? 2 : 0
        case 0xE2: return follows(0x80, 0xA8) || follows(0x80, 0xA9) ? 3 : 0
        default: return 0
        }
    }

    /// How deep the lines of a text are indented.
    struct Indents {
        private let source: [UInt8]

        /// `source`: the whole text.
        init(_ source: [UInt8]) {
            self.source = source
        }

        /// The spaces before the first line that is not empty, from `line` on; 0 if there is none.
        func indent(from line: Int) -> Int {
            var number = 1
            var index = 0
            while index < source.count, number < line {
                let length = breakLength(source, index)
                if length > 0 { number += 1 }
                index += max(1, length)
            }
            var start = index
            while index < source.count {
                if source[index] != UInt8(ascii: " ") {
                    let length = breakLength(source, index)
                    if length == 0 { return index - start }
                    index += length
                    start = index
                } else {
                    index += 1
                }
            }
            return 0
        }
    }
}
