import Foundation
import NIOConcurrencyHelpers
import NIOCore

/// What is told of the groups, and those who read it: each at its own pace, and nobody holds up another or whoever tells.
final class EventHub: Sendable {
    /// One who reads; its place is free once nobody refers to it any more.
    final class Reader: Sendable {
        fileprivate let id: Int
        private let hub: EventHub

        fileprivate init(_ id: Int, of hub: EventHub) {
            self.id = id
            self.hub = hub
        }

        deinit { hub.close(id) }

        /// Calls `wake`, from any thread, whenever there may be something to read.
        func begin(_ wake: @escaping @Sendable () -> Void) { hub.begin(id, wake) }

        /// What is said every few seconds, whether or not there is news.
        var pulse: ByteBuffer { hub.pulse }

        /// What comes next; nil: nothing for now.
        func next() -> ByteBuffer? { hub.next(of: id) }
    }

    private struct Place: Sendable {
        var number: Int
        var only: EventLog.Key?
        /// What is said first; nil: it was said.
        var greeting: String?
        /// Whether it was told that it has everything.
        var isUpToDate = false
        var wake: (@Sendable () -> Void)?
    }

    private struct State: Sendable {
        var log = EventLog()
        var instance = State.newInstance
        /// Whether every group that there is was told once.
        var isWhole = false
        var places: [Int: Place] = [:]
        var count = 0
        /// Whether what was told is what there is now.
        var isCurrent = true

        static var newInstance: String { String(UInt64.random(in: 0 ... .max), radix: 36) }
    }

    /// How much is read at once, in bytes, not counting the last event.
    static let portion = 32 * 1024
    /// How long a reader waits before it connects again, in milliseconds.
    private static let retry = 2000

    private let state = NIOLockedValueBox(State())
    /// Readers at once.
    private let limit: Int
    /// Called, from any thread, when a reader comes or goes.
    private let onAudience: @Sendable () -> Void

    /// Nobody reads yet.
    ///
    /// `limit`: readers at once. `onAudience`: called, from any thread, when a reader comes or goes.
    init(limit: Int, onAudience: @escaping @Sendable () -> Void) {
        self.limit = limit
        self.onAudience = onAudience
    }

    // MARK: Reading

    /// Takes a new reader; nil: there are too many, or what is known is not current.
    ///
    /// `only`: the group that it wants to hear of; nil: of all. `lastEventID`: the id of what it heard last, from an earlier
    /// connection: if that is still known it misses nothing and is told nothing twice, else it is told everything anew.
    func open(only: EventLog.Key?, lastEventID: String?) -> Reader? {
        let id: Int? = state.withLockedValue { state in
            guard state.places.count < limit, state.isCurrent else { return nil }
            state.count += 1
            let known = lastEventID.flatMap { Self.number(in: $0, state) }
            let reset = "event: reset\n\(Self.time)"
            state.places[state.count] = Place(
                number: known ?? 0,
                only: only,
                greeting: "retry: \(Self.retry)\n\n" + (known == nil ? reset : "")
            )
            return state.count
        }
        onAudience()
        return id.map { Reader($0, of: self) }
    }

    private static func number(in id: String, _ state: State) -> Int? {
        let parts = id.split(separator: "-")
        guard parts.count == 2, parts[0] == state.instance, let number = Int(parts[1]) else { return nil }
        return (state.log.floor...state.log.last).contains(number) ? number : nil
    }

    private func begin(_ id: Int, _ wake: @escaping @Sendable () -> Void) {
        state.withLockedValue { $0.places[id]?.wake = wake }
        wake()
    }

    private func close(_ id: Int) {
        state.withLockedValue { $0.places[id] = nil }
        onAudience()
    }

    private func next(of id: Int) -> ByteBuffer? {
        state.withLockedValue { state in
            guard var place = state.places[id] else { return nil }
            var buffer = ByteBuffer()
            if let greeting = place.greeting { buffer.writeString(greeting) }
            place.greeting = nil
            place.number = state.log.append(
                after: place.number,
                only: place.only,
                instance: state.instance,
                to: &buffer,
                limit: Self.portion
            )
            if state.isWhole, !place.isUpToDate, place.number == state.log.last {
                place.isUpToDate = true
                buffer.writeString("event: ready\ndata: {}\n\n")
            }
            state.places[id] = place
            return buffer.readableBytes == 0 ? nil : buffer
        }
    }

    /// What a stream says every few seconds: a comment and, while what was told is current, an event for pages, which see no comments.
    fileprivate var pulse: ByteBuffer {
        let isCurrent = state.withLockedValue { $0.isCurrent }
        return ByteBuffer(string: ": alive\n" + (isCurrent ? "event: heartbeat\n\(Self.time)" : "\n"))
    }

    /// The end of an event that tells a page by how much its clock is wrong: milliseconds since 1970.
    private static var time: String { "data: {\"time\":\(Int64(Date().timeIntervalSince1970 * 1000))}\n\n" }

    // MARK: Telling

    /// How many read.
    var readers: Int { state.withLockedValue { $0.places.count } }
    /// Whether anybody does.
    var hasReaders: Bool { readers > 0 }

    /// Tells what has become of a group; `text`: its JSON, nil: it is gone.
    func tell(_ key: EventLog.Key, _ text: String?) {
        let wakes: [@Sendable () -> Void] = state.withLockedValue { state in
            let isNews = text.map { state.log.tell(key, $0) } ?? state.log.tellGone(key)
            guard isNews else { return [] }
            state.log.forget(before: state.places.values.map(\.number).min() ?? state.log.last)
            return state.places.values.compactMap(\.wake)
        }
        for wake in wakes { wake() }
    }

    /// Every group that there is was told; who has heard it all is told that.
    func tellWhole() {
        let wakes = state.withLockedValue { state in
            state.isWhole = true
            return state.places.values.compactMap(\.wake)
        }
        for wake in wakes { wake() }
    }

    /// What was told is current from now on, or nobody knows; pages see the second by the silence.
    func tellCurrent(_ isCurrent: Bool) {
        state.withLockedValue { $0.isCurrent = isCurrent }
    }

    /// What was told of the groups that are there, by namespace and name.
    var texts: [String] { state.withLockedValue { $0.log.texts } }

    /// The groups that were told and did not go.
    var keys: [EventLog.Key] { state.withLockedValue { Array($0.log.keys) } }

    /// Forgets everything if nobody reads; whether that is so.
    func clearUnlessRead() -> Bool {
        state.withLockedValue { state in
            guard state.places.isEmpty else { return false }
            state = State(count: state.count, isCurrent: state.isCurrent)
            return true
        }
    }
}
