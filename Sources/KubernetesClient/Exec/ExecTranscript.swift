import Foundation

/// What has come over the channels of a command in a pod.
///
/// Protocol v5.channel.k8s.io: the first byte of a message is its channel.
/// https://kubernetes.io/docs/reference/using-api/websockets/
package struct ExecTranscript {
    /// The subprotocol.
    static let version = "v5.channel.k8s.io"
    /// The most bytes that a status may have.
    private static let statusLimit = 64 * 1024

    /// A message's first byte.
    private enum Channel: UInt8 {
        case standardOutput = 1
        case standardError = 2
        case status = 3
    }

    private let outputLimit: Int
    private var output: [UInt8] = []
    private var status: [UInt8] = []

    package init(outputLimit: Int) {
        self.outputLimit = outputLimit
    }

    /// Takes in one message; those of channels that we do not know are passed over.
    ///
    /// - Returns: whether it is the last one that matters: the status.
    package mutating func take(_ message: some Collection<UInt8>) -> Bool {
        guard let channel = message.first.flatMap(Channel.init) else { return false }
        let content = message.dropFirst()
        switch channel {
        case .standardOutput, .standardError: output += content.prefix(outputLimit - output.count)
        // An empty message only tells that the channel is ready.
        case .status where !content.isEmpty:
            status = Array(content.prefix(Self.statusLimit))
            return true
        case .status: break
        }
        return false
    }

    /// Whether the status has come.
    var isComplete: Bool { !status.isEmpty }

    /// The outcome once the stream has ended.
    ///
    /// - Throws: `PodCommand.Failure` if the command could not be run.
    package func outcome() throws(PodCommand.Failure) -> PodCommand.Outcome {
        let text = String(decoding: output, as: UTF8.self)
        guard let status = try? JSONDecoder().decode(APIStatus.self, from: Data(status)) else {
            return PodCommand.Outcome(end: .withoutStatus, output: text)
        }
        if status.status == "Success" { return PodCommand.Outcome(end: .exited(0), output: text) }
        let code = status.details?.causes?.first { $0.reason == "ExitCode" }?.message.flatMap { Int($0) }
        guard status.reason == "NonZeroExitCode", let code else {
            throw PodCommand.Failure(description: status.message ?? status.reason ?? "the command could not be run")
        }
        return PodCommand.Outcome(end: .exited(code), output: text)
    }

    /// The outcome of a command that had not ended at its deadline.
    var timedOut: PodCommand.Outcome {
        PodCommand.Outcome(end: .timedOut, output: String(decoding: output, as: UTF8.self))
    }
}
