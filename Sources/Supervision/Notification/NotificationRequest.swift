import HostSystem
import StandbyConfiguration
import Transport

/// Makes the request that tells a receiver something; what of it may be secret never leaves it but on the wire.
struct NotificationRequest: Sendable {
    /// Why no request can be made.
    struct Failure: Error, CustomStringConvertible {
        /// In words, without any value.
        let description: String
    }

    /// Bytes of a file that has the value of a header.
    private static let fileLimit = 64 * 1024
    /// Bytes of an answer that are read.
    private static let answerLimit = 1024

    private let configuration: NotificationConfiguration
    private let text: NotificationText

    /// For one receiver.
    init(_ configuration: NotificationConfiguration) {
        self.configuration = configuration
        let type = configuration.post.headers.first { $0.name.lowercased() == "content-type" }
        // The type of a file is not known before it is read: what is not said to be another is JSON.
        let contentType: String? = if case .literal(let text) = type?.value { text } else { nil }
        text = NotificationText(configuration.template, contentType: contentType)
    }

    /// The receiver, for people: its host, for a path may hold a secret, too.
    var host: String { URLAuthority(configuration.post.url)?.bareHost ?? "?" }

    /// The request that tells this.
    func request(telling notification: GroupNotification) throws(Failure) -> HTTPRequest {
        let post = configuration.post
        var request = HTTPRequest("POST", post.url)
        for header in post.headers { request.headers.append(.init(header.name, try Self.value(of: header))) }
        if !post.headers.contains(where: { $0.name.lowercased() == "content-type" }) {
            request.headers.append(.init("Content-Type", NotificationText.usualType))
        }
        if !post.headers.contains(where: { $0.name.lowercased() == "user-agent" }) {
            request.headers.append(.init("User-Agent", "kube-standby/1"))
        }
        request.body = Array(text.body(of: notification).utf8)
        request.connection = .single
        request.timeout = configuration.timeout
        request.bodyLimit = Self.answerLimit
        request.overflow = .truncate
        request.tls.verifiesServer = post.tls.isVerified
        request.tls.serverName = post.tls.serverName
        if let file = post.tls.caFile { request.tls.authority = .file(file) }
        return request
    }

    private static func value(of header: NotificationConfiguration.Header) throws(Failure) -> String {
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
