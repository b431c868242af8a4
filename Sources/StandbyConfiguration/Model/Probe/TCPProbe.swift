/// A TCP connection whose establishment tells the health.
package struct TCPProbe: Sendable, Hashable {
    package var port: PortReference
    /// The container that has the port; nil: the only one that has it.
    package var container: String?
    /// Nil: the pod's IP.
    package var host: String?

    package init(port: PortReference, container: String? = nil, host: String? = nil) {
        self.port = port
        self.container = container
        self.host = host
    }
}
