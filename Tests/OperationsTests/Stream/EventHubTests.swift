import Coordination
import NIOCore
import Testing

@testable import Operations

/// Who reads events, and what each of them is told.
@Suite struct EventHubTests {
    private static let key = EventLog.Key(namespace: "shop", name: "web")

    private static func read(_ reader: EventHub.Reader) -> String {
        var text = ""
        while let portion = reader.next() { text += String(buffer: portion) }
        return text
    }

    private static func lastID(in text: String) -> String? {
        text.matches(of: /id: (\S+)/).last.map { String($0.output.1) }
    }

    @Test func aNewReaderIsToldEverythingAndThatItIsAll() throws {
        let hub = EventHub(limit: 4) {}
        hub.tell(Self.key, "{1}")
        let reader = try #require(hub.open(only: nil, lastEventID: nil))
        let first = Self.read(reader)
        #expect(first.hasPrefix("retry: 2000\n\nevent: reset\ndata: {\"time\":1"))
        #expect(first.hasSuffix("event: group\ndata: {1}\n\n"))
        hub.tellWhole()
        #expect(Self.read(reader) == "event: ready\ndata: {}\n\n")
        hub.tell(Self.key, "{2}")
        #expect(Self.read(reader).hasSuffix("data: {2}\n\n"))
    }

    /// Whoever comes again with the id of what it heard last hears the rest, and nothing twice.
    @Test func aReconnectMissesNothing() throws {
        let hub = EventHub(limit: 4) {}
        let other = EventLog.Key(namespace: "shop", name: "db")
        let stays = try #require(hub.open(only: nil, lastEventID: nil))
        hub.tell(Self.key, "{1}")
        hub.tell(other, "{1}")
        hub.tellWhole()
        let id = Self.lastID(in: Self.read(stays))
        hub.tell(Self.key, "{2}")
        hub.tell(other, nil)
        let text = Self.read(try #require(hub.open(only: nil, lastEventID: id)))
        #expect(!text.contains("event: reset") && text.contains("data: {2}") && text.contains("event: removed"))
        #expect(!text.contains("data: {1}") && text.hasSuffix("event: ready\ndata: {}\n\n"))
    }

    @Test(arguments: ["", "x", "x-1", "-", "1-2-3", "\u{0}", "other-99999999999999999999"])
    func anIDOfAnotherTimeBeginsAnew(id: String) throws {
        let hub = EventHub(limit: 4) {}
        hub.tell(Self.key, "{1}")
        let reader = try #require(hub.open(only: nil, lastEventID: id))
        #expect(Self.read(reader).contains("event: reset"))
    }

    @Test func readersAreFewAndAPlaceIsFreeAgainAfterwards() {
        let hub = EventHub(limit: 2) {}
        var readers = (0..<3).map { _ in hub.open(only: nil, lastEventID: nil) }
        #expect(readers.map { $0 != nil } == [true, true, false])
        readers[0] = nil
        #expect(hub.open(only: nil, lastEventID: nil) != nil)
    }

    @Test func forgetsEverythingWhenNobodyReads() throws {
        let audience = Locked(0)
        let hub = EventHub(limit: 2) { audience.withLock { $0 += 1 } }
        var reader = hub.open(only: nil, lastEventID: nil)
        hub.tell(Self.key, "{1}")
        #expect(!hub.clearUnlessRead() && hub.keys == [Self.key])
        let id = Self.lastID(in: Self.read(try #require(reader)))
        reader = nil
        #expect(audience.withLock { $0 } == 2)
        #expect(hub.clearUnlessRead() && hub.keys.isEmpty && !hub.hasReaders)
        let next = try #require(hub.open(only: nil, lastEventID: id))
        #expect(Self.read(next).contains("event: reset"))
    }

    @Test func readersAreWokenForNewsAlone() throws {
        let (hub, wakes) = (EventHub(limit: 2) {}, Locked(0))
        let reader = try #require(hub.open(only: nil, lastEventID: nil))
        reader.begin { wakes.withLock { $0 += 1 } }
        for _ in 0..<3 { hub.tell(Self.key, "{1}") }
        #expect(wakes.withLock { $0 } == 2)
    }
}
