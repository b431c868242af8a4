import HostSystem
import NIOCore

/// The connections of the server, never more than a few: when one too many comes, the one that has been idle for longest goes.
///
/// Confined to the server's event loop.
final class ConnectionTable {
    private struct Entry {
        let channel: any Channel
        /// Whether a request of it is being answered.
        var isBusy = false
        /// Larger: changed later.
        var age: Int
    }

    /// How many connections there are at most.
    let limit: Int
    private var entries: [ObjectIdentifier: Entry] = [:]
    private var clock = 0
    private let spares = DescriptorReserve(size: 16)

    /// `limit`: connections at once, at least 1.
    init(limit: Int) {
        self.limit = limit
    }

    /// How many connections there are.
    var count: Int { entries.count }

    /// Notes a connection, and closes another one for it if there are too many.
    func add(_ channel: any Channel) {
        if entries.count >= limit { closeOldest() }
        clock += 1
        entries[ObjectIdentifier(channel)] = Entry(channel: channel, age: clock)
        if Self.isAmongTheLast(channel) { makeRoom() } else { spares.refill() }
    }

    /// A connection begins to be answered, or waits for its next request.
    func set(_ channel: any Channel, isBusy: Bool) {
        clock += 1
        entries[ObjectIdentifier(channel)]?.isBusy = isBusy
        entries[ObjectIdentifier(channel)]?.age = clock
    }

    /// Forgets a connection that is closed; nothing happens if it is not known.
    func remove(_ channel: any Channel) {
        entries[ObjectIdentifier(channel)] = nil
        spares.refill()
    }

    /// Makes room when the process has no descriptor left for the next connection.
    func makeRoom() {
        if !spares.giveUpOne() { closeOldest() }
    }

    /// Closes all connections, busy ones included.
    func closeAll() {
        for entry in entries.values { entry.channel.close(promise: nil) }
    }

    private static func isAmongTheLast(_ channel: any Channel) -> Bool {
        let descriptor = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self
        ) { $0 }
        return descriptor.map(DescriptorLimit.isAmongTheLast) ?? false
    }

    /// The idle ones first.
    private func closeOldest() {
        guard entries.count > 1 else { return }
        let oldest = entries.min { ($0.value.isBusy ? 1 : 0, $0.value.age) < ($1.value.isBusy ? 1 : 0, $1.value.age) }
        guard let oldest else { return }
        entries[oldest.key] = nil
        oldest.value.channel.close(promise: nil)
    }
}
