/// What is said to a proxy until it lets everything through: no I/O, bytes in and bytes out.
struct ProxyDialogue {
    /// What is to be done after bytes came.
    enum Step: Equatable {
        /// More has to come.
        case wait
        /// These bytes go to the proxy.
        case send([UInt8])
        /// The way is open; what came after the proxy's last word is the server's.
        case open(rest: [UInt8])
    }

    /// Why the proxy does not let us through.
    struct Refusal: Error, Equatable, CustomStringConvertible {
        var description: String
    }

    private enum Stage {
        case connecting
        case greeting
        case authenticating
        case requesting
        case open
    }

    /// The most that a proxy may say before the way is open.
    private static let limit = 16 * 1024

    private let proxy: Proxy
    private let host: String
    private let port: Int
    private var stage: Stage
    private var bytes: [UInt8] = []
    /// Bytes that hold no end of a head.
    private var searched = 0

    /// `host`: without brackets; the proxy resolves it.
    init(_ proxy: Proxy, host: String, port: Int) {
        self.proxy = proxy
        self.host = host
        self.port = port
        stage = proxy.kind == .socks5 ? .greeting : .connecting
    }

    /// The first words.
    var opening: [UInt8] {
        if proxy.kind == .socks5 { return proxy.user == nil ? [5, 1, 0] : [5, 2, 0, 2] }
        let target = "\(host.contains(":") ? "[\(host)]" : host):\(port)"
        let authorization = proxy.authorization.map { "Proxy-Authorization: \($0)\r\n" } ?? ""
        return Array("CONNECT \(target) HTTP/1.1\r\nHost: \(target)\r\n\(authorization)\r\n".utf8)
    }

    /// Takes in what the proxy says.
    ///
    /// - Throws: if it refuses, or is no proxy of its kind.
    mutating func received(_ piece: [UInt8]) throws(Refusal) -> Step {
        bytes += piece
        if bytes.count > Self.limit, stage != .open { throw Refusal(description: "the proxy says too much") }
        switch stage {
        case .connecting: return try connected()
        case .greeting: return try greeted()
        case .authenticating: return try authenticated()
        case .requesting: return try granted()
        case .open: return .open(rest: take(bytes.count))
        }
    }

    private mutating func take(_ count: Int) -> [UInt8] {
        defer { bytes.removeFirst(count) }
        return Array(bytes.prefix(count))
    }

    // MARK: HTTP

    /// The answer to CONNECT.
    ///
    /// https://www.rfc-editor.org/rfc/rfc9110#name-connect
    private mutating func connected() throws(Refusal) -> Step {
        let end = Array("\r\n\r\n".utf8)
        let found = bytes.indices.dropFirst(searched).first { bytes[$0...].starts(with: end) }
        guard let start = found else {
            searched = max(0, bytes.count - end.count + 1)
            return .wait
        }
        let head = String(decoding: take(start + end.count), as: UTF8.self)
        let line = head.prefix { $0 != "\r\n" }
        let words = line.split(separator: " ", maxSplits: 2)
        guard words.count > 1, words[0].hasPrefix("HTTP/1"), let code = Int(words[1]) else {
            throw Refusal(description: "the proxy does not speak HTTP")
        }
        guard (200...299).contains(code) else {
            throw Refusal(description: "the proxy answered \(words.dropFirst().joined(separator: " ").prefix(200))")
        }
        return opened()
    }

    private mutating func opened() -> Step {
        stage = .open
        return .open(rest: take(bytes.count))
    }

    // MARK: SOCKS

    /// The way of authentication that the proxy chose.
    ///
    /// https://www.rfc-editor.org/rfc/rfc1928
    private mutating func greeted() throws(Refusal) -> Step {
        guard bytes.count >= 2 else { return .wait }
        let answer = take(2)
        switch (answer[0], answer[1]) {
        case (5, 0):
            stage = .requesting
            return .send(request)
        case (5, 2):
            stage = .authenticating
            let (user, password) = (Array((proxy.user ?? "").utf8), Array((proxy.password ?? "").utf8))
            return .send([1] + Self.counted(user) + Self.counted(password))
        case (5, _): throw Refusal(description: "the proxy wants another way of authentication")
        default: throw Refusal(description: "the proxy does not speak SOCKS 5")
        }
    }

    /// The answer to user name and password.
    ///
    /// https://www.rfc-editor.org/rfc/rfc1929
    private mutating func authenticated() throws(Refusal) -> Step {
        guard bytes.count >= 2 else { return .wait }
        guard take(2)[1] == 0 else { throw Refusal(description: "the proxy does not accept the user name or password") }
        stage = .requesting
        return .send(request)
    }

    private var request: [UInt8] {
        [5, 1, 0, 3] + Self.counted(Array(host.utf8)) + [UInt8(port >> 8 & 0xFF), UInt8(port & 0xFF)]
    }

    private static func counted(_ text: [UInt8]) -> [UInt8] {
        let text = text.prefix(255)
        return [UInt8(text.count)] + text
    }

    private mutating func granted() throws(Refusal) -> Step {
        guard bytes.count >= 5 else { return .wait }
        guard bytes[0] == 5 else { throw Refusal(description: "the proxy does not speak SOCKS 5") }
        if bytes[1] != 0 { throw Refusal(description: "the proxy refused with SOCKS code \(bytes[1])") }
        let addressLength =
            switch bytes[3] {
            case 1: 4
            case 4: 16
            default: 1 + Int(bytes[4])
            }
        guard bytes.count >= 4 + addressLength + 2 else { return .wait }
        _ = take(4 + addressLength + 2)
        return opened()
    }
}
