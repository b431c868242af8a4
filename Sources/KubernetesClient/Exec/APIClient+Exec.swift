import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import Transport

extension APIClient {
    /// Bytes of a refusal that are read.
    private static let refusalLimit = 64 * 1024

    /// Runs a command in a pod and waits for its end, at most until its deadline.
    ///
    /// A command that outlives its deadline is left to the container: no API ends it.
    /// - Throws: `KubernetesError` if the server cannot be reached, or refuses; `PodCommand.Failure` if the command could not be
    ///   run. Neither says anything of the application.
    package func run(_ command: PodCommand) async throws -> PodCommand.Outcome {
        let deadline = NIODeadline.now() + TimeAmount(command.timeout)
        let call = command.call
        let request = try await request(for: call)
        do {
            switch try await sockets.open(request, version: ExecTranscript.version, deadline: deadline) {
            case .accepted(let channel, ExecTranscript.version):
                return try await Self.outcome(from: channel, command, deadline: deadline)
            case .accepted: throw PodCommand.Failure(description: "the server does not speak \(ExecTranscript.version)")
            case .refused(let channel):
                let response = try await Self.refusal(from: channel)
                if response.head.status == 401 { await credentials.rejected() }
                throw KubernetesError(call.description, refusal(response))
            }
        } catch let error where !(error is PodCommand.Failure || error is KubernetesError) {
            let isLate = NIODeadline.now() >= deadline
            let kind = Task.isCancelled ? .cancelled : isLate ? Self.kind(atDeadline: error) : .connectionLost
            throw KubernetesError(call.description, .transport(TransportError(kind, "\(error)")))
        }
    }

    /// Whether there was a connection that said nothing, or none.
    private static func kind(atDeadline error: any Error) -> TransportError.Kind {
        if error is NIOConnectionError { return .unreachable }
        if case .connectTimeout = error as? ChannelError { return .unreachable }
        return .timedOut
    }

    /// Reads until the status, the stream's end or the deadline.
    private static func outcome(
        from channel: NIOAsyncChannel<WebSocketFrame, WebSocketFrame>,
        _ command: PodCommand,
        deadline: NIODeadline
    ) async throws -> PodCommand.Outcome {
        var transcript = ExecTranscript(outputLimit: command.outputLimit)
        do {
            try await channel.executeThenClose { inbound, outbound in
                for try await frame in inbound {
                    switch frame.opcode {
                    case .binary: if transcript.take(Array(buffer: frame.unmaskedData)) { return }
                    case .ping:
                        let pong = WebSocketFrame(
                            fin: true,
                            opcode: .pong,
                            maskKey: .random(),
                            data: frame.unmaskedData
                        )
                        try await outbound.write(pong)
                    case .connectionClose: return
                    default: break
                    }
                }
            }
        } catch {
            // Once the status is in, a server that goes without a farewell takes nothing of it back.
            if transcript.isComplete { return try transcript.outcome() }
            if NIODeadline.now() >= deadline, !Task.isCancelled { return transcript.timedOut }
            throw error
        }
        let outcome = try transcript.outcome()
        return outcome.end == .withoutStatus && NIODeadline.now() >= deadline ? transcript.timedOut : outcome
    }

    /// The answer of a server that does not upgrade.
    private static func refusal(
        from channel: NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>
    ) async throws -> HTTPResponse {
        try await channel.executeThenClose { inbound, _ in
            var response = HTTPResponse(head: HTTPHead(status: 0), body: [])
            for try await part in inbound {
                switch part {
                case .head(let head):
                    response.head.status = Int(head.status.code)
                    response.head.headers = head.headers.map { .init($0.name, $0.value) }
                case .body(let buffer):
                    response.body += Array(buffer: buffer).prefix(refusalLimit - response.body.count)
                case .end: return response
                }
            }
            return response
        }
    }
}
