import NIOCore
import NIOPosix

/// Asks a DNS server in packets, and reads what comes back without the server's own code.
struct DNSClient: Sendable {
    /// An answer, read to its last octet.
    struct Answer: Sendable {
        var id: Int
        var code: Int
        var isAuthoritative: Bool
        var isTruncated: Bool
        var wantedRecursion: Bool
        /// The name that was asked for, as the server repeats it.
        var question: String
        /// What was found, what holds of what was not, and what comes next, each as `NAME TTL TYPE CONTENT`.
        var records: [[String]] = [[], [], []]
        var size: Int

        /// The contents of what was found, sorted.
        var contents: [String] {
            records[0].map { $0.split(separator: " ").dropFirst(3).joined(separator: " ") }.sorted()
        }
    }

    let port: Int

    static let types = ["A": 1, "CNAME": 5, "SOA": 6, "TXT": 16, "AAAA": 28, "SRV": 33]

    /// A packet with one question.
    static func query(_ name: String, _ type: String, id: UInt16 = 7, flags: UInt16 = 0x0100) -> [UInt8] {
        let labels = name.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
        let header = [id, flags, 1, 0, 0, 0].flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        return header + labels + [0, 0, UInt8(types[type] ?? 0), 0, 1]
    }

    /// Asks for a name.
    func ask(_ name: String, _ type: String = "A") async throws -> Answer {
        try Self.read(try await send([Self.query(name, type)]))
    }

    /// Sends packets, and waits for the first that comes back.
    func send(_ packets: [[UInt8]]) async throws -> [UInt8] {
        let server = try SocketAddress(ipAddress: "127.0.0.1", port: port)
        let socket = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<AddressedEnvelope<ByteBuffer>, AddressedEnvelope<ByteBuffer>>(
                        wrappingChannelSynchronously: channel
                    )
                }
            }
        return try await socket.executeThenClose { inbound, outbound in
            for packet in packets {
                try await outbound.write(.init(remoteAddress: server, data: ByteBuffer(bytes: packet)))
            }
            for try await answer in inbound { return Array(buffer: answer.data) }
            return []
        }
    }

    // MARK: Reading

    /// The answer cannot be read.
    struct Unreadable: Error {}

    static func read(_ bytes: [UInt8]) throws -> Answer {
        var reader = Reader(bytes: bytes)
        let words = try (0..<6).map { _ in try reader.word() }
        guard words[1] & 0x8000 != 0 else { throw Unreadable() }
        var answer = Answer(
            id: words[0],
            code: words[1] & 0xF,
            isAuthoritative: words[1] & 0x0400 != 0,
            isTruncated: words[1] & 0x0200 != 0,
            wantedRecursion: words[1] & 0x0100 != 0,
            question: "",
            size: bytes.count
        )
        if words[2] == 1 {
            answer.question = try reader.name()
            _ = (try reader.word(), try reader.word())
        }
        for section in 0..<3 {
            for _ in 0..<words[3 + section] { answer.records[section].append(try reader.record()) }
        }
        guard reader.index == bytes.count else { throw Unreadable() }
        return answer
    }

    private struct Reader {
        var bytes: [UInt8]
        var index = 0

        mutating func byte() throws -> Int {
            guard index < bytes.count else { throw Unreadable() }
            defer { index += 1 }
            return Int(bytes[index])
        }

        mutating func word() throws -> Int { try byte() << 8 | byte() }

        mutating func name() throws -> String {
            var labels: [String] = []
            while true {
                let length = try byte()
                if length == 0 { return labels.joined(separator: ".") }
                if length >= 0xC0 {
                    let target = (length & 0x3F) << 8 | (try byte())
                    // Pointers point back only.
                    guard target < index - 2 else { throw Unreadable() }
                    var other = Reader(bytes: bytes, index: target)
                    return (labels + [try other.name()]).joined(separator: ".")
                }
                labels.append(String(decoding: try (0..<length).map { _ in UInt8(try byte()) }, as: UTF8.self))
            }
        }

        mutating func record() throws -> String {
            let owner = try name()
            let (type, group) = (try word(), try word())
            let lifetime = try word() << 16 | word()
            let end = try word() + index
            guard group == 1, end <= bytes.count else { throw Unreadable() }
            let content: String
            switch type {
            case 1: content = try (0..<4).map { _ in "\(try byte())" }.joined(separator: ".")
            case 28: content = try (0..<8).map { _ in String(try word(), radix: 16) }.joined(separator: ":")
            case 5: content = try name()
            case 16: content = String(decoding: try (0..<(try byte())).map { _ in UInt8(try byte()) }, as: UTF8.self)
            case 33: content = "\(try word()) \(try word()) \(try word()) \(try name())"
            case 6:
                let names = "\(try name()) \(try name())"
                content = names + (try (0..<5).map { _ in " \(try word() << 16 | word())" }.dropFirst().joined())
            default: throw Unreadable()
            }
            guard index == end, let word = types.first(where: { $0.value == type })?.key else { throw Unreadable() }
            return "\(owner) \(lifetime) \(word) \(content)"
        }
    }
}
