import Coordination
import NIOCore
import NIOPosix

/// Pods at every loopback address that answer each request with 200 and note when their group was probed.
final class ProbedPods: Sendable {
    private struct Group {
        var last: ContinuousClock.Instant?
        var longest: Duration = .zero
    }

    private let groups: Locked<[Group]>

    private init(count: Int) {
        groups = Locked([Group](repeating: Group(), count: count))
    }

    /// Listens for as long as `body` takes; `count`: groups, whose pods are at `EngineRun.address`.
    static func run(count: Int, port: Int, _ body: (ProbedPods) async throws -> Void) async throws {
        let pods = ProbedPods(count: count)
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 4096)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let group = group(at: channel.localAddress?.ipAddress) { pods.note(group) }
                    try channel.pipeline.syncOperations.addHandler(Answer())
                }
            }
            .bind(host: "0.0.0.0", port: port).get()
        let result: Swift.Result<Void, any Error>
        do { result = .success(try await body(pods)) } catch { result = .failure(error) }
        try await listener.close()
        try result.get()
    }

    /// The group of a pod at an address of `EngineRun.address`.
    private static func group(at address: String?) -> Int? {
        let parts = (address ?? "").split(separator: ".").compactMap { Int($0) }
        return parts.count == 4 ? (parts[2] * 250 + parts[3] - 1) / SampleGroups.size : nil
    }

    private func note(_ group: Int) {
        let now = ContinuousClock.now
        groups.withLock { groups in
            guard groups.indices.contains(group) else { return }
            if let last = groups[group].last { groups[group].longest = max(groups[group].longest, now - last) }
            groups[group].last = now
        }
    }

    /// What was before does not count.
    func mark() {
        let now = ContinuousClock.now
        groups.withLock { groups in
            for index in groups.indices {
                groups[index].longest = .zero
                if groups[index].last != nil { groups[index].last = now }
            }
        }
    }

    /// Groups that were probed at least once.
    var probed: Int { groups.withLock { $0.count { $0.last != nil } } }

    /// The longest time since the mark between two probes of any pods of a group, also if the second is still to come; of the
    /// group for which that is longest.
    var longestSilence: Duration {
        let now = ContinuousClock.now
        return groups.withLock { $0.map { group in max(group.longest, group.last.map { now - $0 } ?? .zero) }.max() }
            ?? .zero
    }

    /// Answers whatever is asked, and closes.
    private final class Answer: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private static let text = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let answer = context.channel.allocator.buffer(string: Self.text)
            context.writeAndFlush(NIOAny(answer)).assumeIsolated().whenComplete { _ in context.close(promise: nil) }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
