/// How a member is probed: one handler and its timings.
package struct ProbeConfiguration: Sendable, Hashable {
    /// What a probe does; indirect, so that all targets of a group share one.
    package indirect enum Handler: Sendable, Hashable {
        case httpGet(HTTPProbe)
        case tcpSocket(TCPProbe)
        case grpc(GRPCProbe)
        case exec(ExecProbe)
    }

    package var handler: Handler
    package var timing: ProbeTiming

    package init(handler: Handler, timing: ProbeTiming = ProbeTiming()) {
        self.handler = handler
        self.timing = timing
    }
}
