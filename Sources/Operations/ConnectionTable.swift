import Glibc
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
    private var spares = SpareDescriptors()

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
        spares.refill()
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
        if !spares.releaseOne() { closeOldest() }
    }

    /// Closes all connections, busy ones included.
    func closeAll() {
        for entry in entries.values { entry.channel.close(promise: nil) }
    }

    /// The idle ones first.
    private func closeOldest() {
        let oldest = entries.min { ($0.value.isBusy ? 1 : 0, $0.value.age) < ($1.value.isBusy ? 1 : 0, $1.value.age) }
        guard let oldest else { return }
        entries[oldest.key] = nil
        oldest.value.channel.close(promise: nil)
    }
}

/// Descriptors that are held for the day on which there are none left.
private struct SpareDescriptors {
    private static let count = 16
    private var descriptors: [Int32] = []

    init() {
        refill()
    }

    /// Takes what is missing, as far as there are any.
    mutating func refill() {
        while descriptors.count < Self.count {
            let descriptor = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { return }
            descriptors.append(descriptor)
        }
    }

    /// False if there is none.
    mutating func releaseOne() -> Bool {
        guard let descriptor = descriptors.popLast() else { return false }
        return close(descriptor) == 0
    }
}
