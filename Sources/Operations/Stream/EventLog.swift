import NIOCore

/// What was told of each group last, in the order in which it was told: a reader goes through it at its own pace, and of a group
/// that has changed twice meanwhile it finds the last.
///
/// It holds one text a group, however much happens and however slow the readers are.
struct EventLog: Sendable {
    /// A group.
    struct Key: Sendable, Hashable {
        /// Where it is.
        var namespace: String
        /// Of the configuration.
        var name: String
    }

    private struct Entry: Sendable {
        var number: Int
        /// The JSON; nil: the group is gone.
        var text: String?
    }

    private var entries: [Key: Entry] = [:]
    /// By number; those that are no entry's any more are outdated.
    private var order: [(number: Int, key: Key)] = []
    /// Of what was told last; 0: nothing was.
    private(set) var last = 0
    /// Who has heard everything up to this number, and less, has missed groups that went and are forgotten.
    private(set) var floor = 0
    /// How long the order may become before what is outdated is forgotten.
    private var longest = 64

    /// The groups that are there.
    var keys: some Sequence<Key> { entries.lazy.filter { $0.value.text != nil }.map(\.key) }

    /// What was told of them, by namespace and name.
    var texts: [String] {
        let sorted = entries.sorted { ($0.key.namespace, $0.key.name) < ($1.key.namespace, $1.key.name) }
        return sorted.compactMap(\.value.text)
    }

    /// A group is as the text says; whether that is news.
    mutating func tell(_ key: Key, _ text: String) -> Bool {
        guard entries[key]?.text != text else { return false }
        set(key, text)
        return true
    }

    /// A group is there no more; whether that is news.
    mutating func tellGone(_ key: Key) -> Bool {
        guard entries[key]?.text != nil else { return false }
        set(key, nil)
        return true
    }

    /// Forgets what is outdated, and groups that went before `number`, which all readers have heard.
    mutating func forget(before number: Int) {
        guard order.count > longest else { return }
        for (key, entry) in entries where entry.text == nil && entry.number <= number {
            floor = max(floor, entry.number)
            entries[key] = nil
        }
        order.removeAll { entries[$0.key]?.number != $0.number }
        longest = 2 * order.count + 64
    }

    /// Appends what was told after `number`, as events, until `limit` bytes are there.
    ///
    /// `only`: nothing of other groups. `instance`: of this log, for the events' ids.
    /// - Returns: the number up to which everything is there now.
    func append(after number: Int, only: Key?, instance: String, to buffer: inout ByteBuffer, limit: Int) -> Int {
        var reached = number
        for (number, key) in order[index(after: number)...] {
            if buffer.readableBytes >= limit { return reached }
            reached = number
            guard only == nil || only == key, let entry = entries[key], entry.number == number else { continue }
            buffer.writeString("id: \(instance)-\(number)\n")
            let text = entry.text.map { "event: group\ndata: \($0)\n\n" } ?? "event: removed\ndata: \(key.json)\n\n"
            buffer.writeString(text)
        }
        return last
    }

    private mutating func set(_ key: Key, _ text: String?) {
        last += 1
        entries[key] = Entry(number: last, text: text)
        order.append((last, key))
    }

    /// Where in the order what was told after `number` begins.
    private func index(after number: Int) -> Int {
        var (low, high) = (0, order.count)
        while low < high {
            let middle = (low + high) / 2
            if order[middle].number <= number { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension EventLog.Key {
    /// As `removed` says it.
    fileprivate var json: String { JSONText.of(["namespace": namespace, "name": name]) ?? "{}" }
}
