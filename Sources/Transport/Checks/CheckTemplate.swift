/// What a check asks, apart from whom: everything that libcurl has to be told once for many targets.
///
/// Confined to the loop's thread; so are the handles that it keeps, each with all options set but the URL.
package final class CheckTemplate {
    /// Bytes of headers that are taken; more is a failure of the peer.
    static let headerLimit = 64 * 1024
    /// Handles kept for later; under way there are as many as there are checks.
    private static let capacity = 256

    /// The request; its URL and pool are not used.
    let request: HTTPRequest
    /// Whether the body's beginning is wanted, or only that it ends.
    let keepsBody: Bool
    /// Whether headers and trailers of gRPC are wanted.
    let keepsHeaders: Bool
    /// Whether each target keeps a handle of its own, which knows the session of TLS that can be resumed.
    let ownsHandles: Bool
    /// Whether connections are kept.
    let keepsConnections: Bool
    @safe @exclusivity(unchecked) private var idle: [CheckHandle] = []

    /// What is asked; the parameters are the properties.
    package init(_ request: HTTPRequest, keepsBody: Bool, keepsHeaders: Bool = false) {
        self.request = request
        self.keepsBody = keepsBody
        self.keepsHeaders = keepsHeaders
        ownsHandles = request.url.hasPrefix("https:")
        keepsConnections = request.connection == .shared
    }

    /// A handle with all options set; the one used last first, whose memory is warm.
    ///
    /// `kept`: where its sockets are counted, and noted if they are kept.
    func take(_ kept: KeptSockets) throws(TransportError) -> CheckHandle {
        if let handle = idle.popLast() { return handle }
        guard let handle = EasyHandle() else { throw TransportError(.localResource, "no memory for a libcurl handle") }
        kept.watch(handle)
        return try CheckHandle(handle, template: self)
    }

    /// Takes back a handle that is in no multi any more.
    func giveBack(_ handle: CheckHandle) {
        if idle.count < Self.capacity { idle.append(handle) }
    }
}
