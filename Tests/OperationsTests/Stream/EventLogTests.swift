import NIOCore
import Testing

@testable import Operations

/// What a reader of events is told, however slow it is.
@Suite struct EventLogTests {
    private static func key(_ name: String) -> EventLog.Key { .init(namespace: "shop", name: name) }

    /// What was told after a number, as one line an event, and the number reached.
    private static func read(
        _ log: EventLog,
        after number: Int = 0,
        only: EventLog.Key? = nil,
        limit: Int = .max
    ) -> (lines: [String], number: Int) {
        var buffer = ByteBuffer()
        let reached = log.append(after: number, only: only, instance: "i", to: &buffer, limit: limit)
        let events = String(buffer: buffer).split(separator: "\n\n").map { String($0.replacing("\n", with: " ")) }
        return (events, reached)
    }

    @Test func tellsChangesInTheirOrder() {
        var log = EventLog()
        #expect(log.tell(Self.key("a"), "{1}") && log.tell(Self.key("b"), "{2}"))
        let (lines, number) = Self.read(log)
        #expect(lines == ["id: i-1 event: group data: {1}", "id: i-2 event: group data: {2}"] && number == 2)
        #expect(Self.read(log, after: 2).lines.isEmpty)
        #expect(Self.read(log, after: 1).lines == ["id: i-2 event: group data: {2}"])
    }

    @Test func whatIsTheSameIsNoNews() {
        var log = EventLog()
        #expect(log.tell(Self.key("a"), "{1}") && !log.tell(Self.key("a"), "{1}") && log.last == 1)
        #expect(!log.tellGone(Self.key("b")) && log.tellGone(Self.key("a")) && !log.tellGone(Self.key("a")))
    }

    /// A slow reader finds the last state of each group, once.
    @Test func aReaderThatIsLateHearsTheLastOfEachGroup() {
        var log = EventLog()
        for number in 0..<1000 { _ = log.tell(Self.key("a"), "{\(number)}") }
        _ = log.tell(Self.key("b"), "{b}")
        #expect(Self.read(log).lines == ["id: i-1000 event: group data: {999}", "id: i-1001 event: group data: {b}"])
    }

    @Test func tellsWhatWent() {
        var log = EventLog()
        _ = log.tell(Self.key("a"), "{1}")
        _ = log.tellGone(Self.key("a"))
        #expect(Self.read(log).lines == [#"id: i-2 event: removed data: {"name":"a","namespace":"shop"}"#])
        #expect(Array(log.keys).isEmpty)
        _ = log.tell(Self.key("a"), "{2}")
        #expect(Self.read(log, after: 2).lines == ["id: i-3 event: group data: {2}"])
    }

    @Test func tellsOfOneGroupAlone() {
        var log = EventLog()
        for name in ["a", "b", "c"] { _ = log.tell(Self.key(name), "{\(name)}") }
        let (lines, number) = Self.read(log, only: Self.key("b"))
        #expect(lines == ["id: i-2 event: group data: {b}"] && number == 3)
    }

    /// Whoever reads in portions misses nothing, and is told nothing twice.
    @Test(arguments: [1, 50, 100, 1000]) func portionsAreTheWhole(limit: Int) {
        var log = EventLog()
        for number in 0..<100 { _ = log.tell(Self.key("g\(number)"), "{\(number)}") }
        var (lines, number) = ([String](), 0)
        while number < log.last {
            let portion = Self.read(log, after: number, limit: limit)
            #expect(portion.number > number)
            lines += portion.lines
            number = portion.number
        }
        #expect(lines == Self.read(log).lines && lines.count == 100)
    }

    /// However much changes, comes and goes, as much is kept as there are groups.
    @Test func forgetsWhatIsOutdated() {
        var log = EventLog()
        for round in 0..<10_000 {
            _ = log.tell(Self.key("stays"), "{\(round)}")
            _ = log.tell(Self.key("new\(round)"), "{}")
            _ = log.tellGone(Self.key("new\(round)"))
            log.forget(before: log.last)
        }
        #expect(log.floor > 0 && log.floor <= log.last)
        #expect(Self.read(log).lines.count <= 200)
        #expect(Self.read(log).lines.contains { $0.hasSuffix("{9999}") })
    }

    /// A reader that has not heard of a group's end is told, whatever was forgotten meanwhile.
    @Test func whatAReaderHasNotHeardIsKeptForIt() {
        var log = EventLog()
        _ = log.tell(Self.key("a"), "{}")
        let heard = log.last
        _ = log.tellGone(Self.key("a"))
        for round in 0..<1000 {
            _ = log.tell(Self.key("b"), "{\(round)}")
            log.forget(before: heard)
        }
        #expect(Self.read(log, after: heard).lines.count == 2 && log.floor <= heard)
    }
}
