/// A call of grpc.health.v1.Health/Check whose answer tells the health.
package struct GRPCProbe: Sendable, Hashable {
    /// 1...65535.
    package var port: Int
    package var service: String

    package init(port: Int, service: String = "") {
        self.port = port
        self.service = service
    }
}
