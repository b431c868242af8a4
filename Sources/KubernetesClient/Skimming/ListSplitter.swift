/// Cuts the items out of a list's bytes, which come in any pieces, so that the list is never in memory as a whole.
struct ListSplitter {
    /// The largest item that is taken, as in client-go.
    static let itemLimit = 16 * 1024 * 1024
    /// The most bytes that a list may have beside its items.
    static let frameLimit = 1024 * 1024

    /// The list without its items: `{"metadata":{…},"items":[]}`.
    private(set) var frame: [UInt8] = []
    private var item: [UInt8] = []
    private var depth = 0
    private var isInString = false
    private var isEscaped = false
    private var isInItems = false
    /// Where the last string directly in the list begins in `frame`, and the string once it has ended.
    private var stringStart = 0
    private var key: [UInt8] = []

    /// Takes in a piece; the items that it completes.
    ///
    /// - Returns: nil if an item, or what is beside the items, grew beyond its limit.
    mutating func items(adding piece: [UInt8]) -> [[UInt8]]? {
        var items: [[UInt8]] = []
        var position = 0
        while position < piece.count {
            if isInItems, depth > 2 || piece[position] == UInt8(ascii: "{") {
                position = takeItem(piece, from: position)
                if depth == 2 {
                    items.append(item)
                    item.removeAll(keepingCapacity: true)
                }
            } else {
                takeFrame(piece[position])
                position += 1
            }
        }
        return item.count > Self.itemLimit || frame.count > Self.frameLimit ? nil : items
    }

    /// Takes the bytes of the item at `start`, up to its end or the piece's.
    ///
    /// - Returns: the position behind them.
    private mutating func takeItem(_ piece: [UInt8], from start: Int) -> Int {
        var position = start
        while position < piece.count {
            let byte = piece[position]
            position += 1
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: continue
            }
            if depth == 2, !isInString { break }
        }
        item += piece[start..<position]
        return position
    }

    /// Takes a byte that is in no item.
    private mutating func takeFrame(_ byte: UInt8) {
        // Between two items there is nothing to keep.
        if isInItems, byte != UInt8(ascii: "]") { return }
        frame.append(byte)
        if isInString {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInString = false
                if depth == 1 { key = Array(frame[stringStart..<(frame.count - 1)].prefix(8)) }
            }
            return
        }
        switch byte {
        case UInt8(ascii: "\""):
            isInString = true
            stringStart = frame.count
        case UInt8(ascii: "{"): depth += 1
        case UInt8(ascii: "["):
            depth += 1
            isInItems = depth == 2 && key.elementsEqual("items".utf8)
        case UInt8(ascii: "}"): depth -= 1
        case UInt8(ascii: "]"):
            depth -= 1
            isInItems = false
        default: break
        }
    }
}
