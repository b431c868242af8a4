import HostSystem
import StandbyConfiguration
import Transport

/// Makes the request of an `httpPost` and sends it; what of it may be secret never leaves it but on the wire.
struct PostRequest: Sendable {
    /// How a try ended.
    enum Outcome: Sendable, Hashable {
        /// The receiver took it: 200...299.
        case taken
        /// The same request would be refused again.
        case refused(String)
        /// It may be taken later.
        case failed(String)
    }

    /// Why no request can be made.
    struct Failure: Error, CustomStringConvertible {
        /// In words, without any value.
        let description: String
    }

    /// The body's media type where no header says another.
    static let usualType = "application/json"
    /// Bytes of a file that has the value of a header.
    private static let fileLimit = 64 * 1024
    /// Bytes of an answer that are read.
    private static let answerLimit = 1024

    private let configuration: PostConfiguration
    private let timeout: Duration

    /// `timeout`: of one try.
    init(_ configuration: PostConfiguration, timeout: Duration) {
        self.configuration = configuration
        self.timeout = timeout
    }

    /// The receiver, for people: its host, for a path may hold a secret, too.
    var host: String { URLAuthority(configuration.url)?.bareHost ?? "?" }

    /// The media type that a literal header names; nil: none does.
    ///
    /// The type of a file is not known before it is read.
    var contentType: String? {
        let header = configuration.headers.first { $0.name.lowercased() == "content-type" }
        return if case .literal(let text) = header?.value { text } else { nil }
    }

    /// Sends a body, once, and waits for the answer within the timeout.
    func send(_ body: String, on loop: EventLoop) async -> Outcome {
        do {
            return Self.outcome(of: try await loop.response(to: try request(body)).head.status)
        } catch let error as TransportError {
            // The details of a bad URL are the URL.
            return error.kind == .badRequest ? .refused("the request cannot be made") : .failed("\(error)")
        } catch {
            return .failed("\(error)")
        }
    }

    /// What an answer says.
    static func outcome(of status: Int) -> Outcome {
        switch status {
        case 200..<300: .taken
        case 408, 429, 500...: .failed("HTTP \(status)")
        default: .refused("HTTP \(status)")
        }
    }

    /// The request with this body.
    func request(_ body: String) throws(Failure) -> HTTPRequest {
        var request = HTTPRequest("POST", configuration.url)
        for header in configuration.headers {
            request.headers.append(.init(header.name, try Self.value(of: header)))
        }
        add("Content-Type", Self.usualType, to: &request)
        add("User-Agent", "kube-standby/1", to: &request)
        request.body = Array(body.utf8)
        request.connection = .single
        request.timeout = timeout
        request.bodyLimit = Self.answerLimit
        request.overflow = .truncate
        request.tls.verifiesServer = configuration.tls.isVerified
        request.tls.serverName = configuration.tls.serverName
        if let file = configuration.tls.caFile { request.tls.authority = .file(file) }
        return request
    }

    /// Adds a header unless the configuration has one of that name.
    private func add(_ name: String, _ value: String, to request: inout HTTPRequest) {
        let isGiven = configuration.headers.contains { $0.name.lowercased() == name.lowercased() }
        if !isGiven { request.headers.append(.init(name, value)) }
    }

    private static func value(of header: PostConfiguration.Header) throws(Failure) -> String {
        let path: String
        switch header.value {
        case .literal(let text): return text
        case .file(let file): path = file
        }
        let bytes: [UInt8]
        do throws(RegularFile.Failure) {
            bytes = try RegularFile.bytes(of: path, limit: fileLimit)
        } catch {
            throw Failure(description: "the file of the header \(header.name): \(error)")
        }
        let text = String(decoding: bytes, as: UTF8.self)
        let value = text.hasSuffix("\r\n") || text.hasSuffix("\n") ? String(text.dropLast()) : text
        guard HTTPRequest.Header.canHold(value) else {
            throw Failure(description: "the file of the header \(header.name) has more than one line")
        }
        return value
    }
}
