/// The events of one stream, line by line as they come.
///
/// https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
struct EventLines: Sendable {
    /// An event with a name.
    struct Event: Sendable, Hashable {
        /// As `event:` says it.
        var name: String
        /// The line of data.
        var data: String
    }

    /// Bytes of a line at most.
    static let longestLine = 256 << 10

    /// Whether a line was longer, which is none of ours; nothing more is read then.
    private(set) var isTooLong = false
    private var rest: [UInt8] = []
    private var name = ""
    private var data = ""

    /// The events that are whole once `bytes` have come.
    mutating func events(adding bytes: [UInt8]) -> [Event] {
        var found: [Event] = []
        var start = bytes.startIndex
        while !isTooLong, let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            isTooLong = rest.count + end - start > Self.longestLine
            if isTooLong { break }
            rest += bytes[start..<end]
            start = end + 1
            if let event = took(String(decoding: rest, as: UTF8.self)) { found.append(event) }
            rest.removeAll(keepingCapacity: true)
        }
        isTooLong = isTooLong || rest.count + bytes.endIndex - start > Self.longestLine
        if isTooLong { rest = [] } else { rest += bytes[start...] }
        return found
    }

    private mutating func took(_ line: String) -> Event? {
        if line.isEmpty {
            defer { (name, data) = ("", "") }
            return name.isEmpty ? nil : Event(name: name, data: data)
        }
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let value = parts.count == 2 ? String(parts[1].drop { $0 == " " }) : ""
        if parts[0] == "event" { name = value }
        if parts[0] == "data" { data = value }
        return nil
    }
}
