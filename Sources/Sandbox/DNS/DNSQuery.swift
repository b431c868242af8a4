/// A question to a DNS server, as it came.
///
/// https://www.rfc-editor.org/rfc/rfc1035#section-4
struct DNSQuery: Sendable {
    /// What came in a packet.
    enum Packet: Sendable {
        /// A question that can be answered.
        case query(DNSQuery)
        /// One that cannot: the answer that says so.
        case refused([UInt8])
        /// Nothing that deserves an answer: no whole header, or an answer itself.
        case ignored
    }

    /// The number by which the client knows the answer.
    let id: UInt16
    /// The header's second word; of it the answer repeats the wish for recursion.
    let flags: UInt16
    /// The labels of the name, as they were written.
    let labels: [[UInt8]]
    /// The type that is asked for.
    let type: UInt16
    /// The class that is asked for; 1: the internet's.
    let `class`: UInt16
    /// The bytes of the question, to repeat it.
    let question: [UInt8]

    /// The labels in lower case.
    var name: [String] { labels.map { String(decoding: $0, as: UTF8.self).lowercased() } }

    /// Reads a packet.
    static func read(_ bytes: [UInt8]) -> Packet {
        guard bytes.count >= headerSize else { return .ignored }
        let words = stride(from: 0, to: headerSize, by: 2).map { word(bytes, at: $0) }
        let (id, flags) = (words[0], words[1])
        if flags & DNSFlags.isAnswer != 0 { return .ignored }
        if flags & DNSFlags.operation != 0 { return .refused(refusal(id, flags, .notImplemented)) }
        guard words[2] == 1, let (labels, end) = labels(bytes, from: headerSize), end + 4 <= bytes.count else {
            return .refused(refusal(id, flags, .formatError))
        }
        return .query(
            DNSQuery(
                id: id,
                flags: flags,
                labels: labels,
                type: word(bytes, at: end),
                class: word(bytes, at: end + 2),
                question: Array(bytes[headerSize..<end + 4])
            )
        )
    }

    /// Octets of the header.
    static let headerSize = 12

    private static func word(_ bytes: [UInt8], at index: Int) -> UInt16 {
        UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1])
    }

    private static func refusal(_ id: UInt16, _ flags: UInt16, _ code: DNSAnswer.Code) -> [UInt8] {
        let answer = DNSFlags.isAnswer | flags & (DNSFlags.operation | DNSFlags.wantsRecursion) | code.rawValue
        return [id, answer, 0, 0, 0, 0].flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    }

    /// The labels of a name, and where it ends; nil for one that is too long, cut off or compressed, as no question is.
    private static func labels(_ bytes: [UInt8], from start: Int) -> (labels: [[UInt8]], end: Int)? {
        var labels: [[UInt8]] = []
        var index = start
        while index < bytes.count {
            let length = Int(bytes[index])
            index += 1
            if length == 0 { return (labels, index) }
            guard length <= 63, index + length <= bytes.count, index + length - start < 255 else { return nil }
            labels.append(Array(bytes[index..<index + length]))
            index += length
        }
        return nil
    }
}

/// The bits of a header's second word.
enum DNSFlags {
    /// It is an answer.
    static let isAnswer: UInt16 = 0x8000
    /// What is asked for; 0: a name.
    static let operation: UInt16 = 0x7800
    /// It comes from who has the say about the name.
    static let isAuthoritative: UInt16 = 0x0400
    /// There is more than fits.
    static let isTruncated: UInt16 = 0x0200
    /// The client would have others asked.
    static let wantsRecursion: UInt16 = 0x0100
}
