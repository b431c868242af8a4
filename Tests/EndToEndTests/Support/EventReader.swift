import Coordination
import Foundation
import Supervision
import Testing
import Transport

/// A reader of `/api/v1/events` of a process.
final class EventReader: Sendable {
    /// An event as it came.
    struct Event: Sendable {
        var id: String?
        var name = ""
        var data = ""

        /// The group that it tells of.
        var group: GroupStatus? { try? JSONDecoder().decode(GroupStatus.self, from: Data(data.utf8)) }
    }

    private let events: AsyncThrowingStream<Event, any Error>
    private let reading: Task<Void, Never>
    private let last = Locked<String?>(nil)
    /// The id of the last event that had one.
    var lastID: String? { last.withLock { $0 } }

    /// Begins to read; `query`: with its question mark.
    init(port: Int, loop: EventLoop, query: String = "", lastEventID: String? = nil) async throws {
        var request = HTTPRequest("GET", "http://127.0.0.1:\(port)/api/v1/events\(query)")
        request.timeout = .seconds(240)
        request.connection = .single
        if let lastEventID { request.headers = [.init("Last-Event-ID", lastEventID)] }
        let stream = try await loop.stream(request)
        try #require(stream.head.status == 200)
        let (events, input) = AsyncThrowingStream.makeStream(of: Event.self)
        self.events = events
        reading = Task {
            do {
                try await Self.read(stream.body) { input.yield($0) }
                input.finish()
            } catch { input.finish(throwing: error) }
        }
    }

    deinit { reading.cancel() }

    private static func read(_ body: HTTPBody, _ take: (Event) -> Void) async throws {
        var rest: [UInt8] = []
        for try await chunk in body {
            rest += chunk
            while let end = rest.firstRange(of: Array("\n\n".utf8)) {
                let text = String(decoding: rest[..<end.lowerBound], as: UTF8.self)
                rest.removeSubrange(..<end.upperBound)
                if let event = event(text) { take(event) }
            }
        }
    }

    /// The next event; nil at the end of the stream.
    func next() async throws -> Event? {
        for try await event in events {
            if let id = event.id { last.withLock { $0 = id } }
            return event
        }
        return nil
    }

    /// The next event that is wanted; fails at the end of the stream.
    func next(_ isWanted: (Event) -> Bool) async throws -> Event {
        while true {
            let event = try #require(try await next(), "the stream ended")
            if isWanted(event) { return event }
        }
    }

    /// All events until the reader has been told everything.
    func untilReady() async throws -> [Event] {
        var events: [Event] = []
        while true {
            let event = try #require(try await next(), "the stream ended")
            if event.name == "ready" { return events }
            events.append(event)
        }
    }

    private static func event(_ text: String) -> Event? {
        var event = Event()
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let value = String(parts.last?.drop { $0 == " " } ?? "")
            switch parts.first {
            case "id": event.id = value
            case "event": event.name = value
            case "data": event.data = value
            default: break
            }
        }
        return event.name.isEmpty ? nil : event
    }
}
