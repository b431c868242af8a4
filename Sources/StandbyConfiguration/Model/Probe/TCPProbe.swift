/// A TCP connection whose establishment tells the health.
package struct TCPProbe: Sendable, Hashable {
    package var port: PortReference
    /// Nil: the pod's IP.
    package var host: String?

    package init(port: PortReference, host: String? = nil) {
        self.port = port
        self.host = host
    }
}
