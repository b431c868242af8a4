import Foundation
import Testing

@testable import HostSystem

/// Time zones, from the system's own files and from some that are no such.
@Suite struct ZoneRulesTests {
    private static func rules(_ name: String) throws -> ZoneRules {
        let bytes = try [UInt8](Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/\(name)")))
        return try #require(ZoneRules(bytes), "\(name)")
    }

    private static func seconds(_ text: String) throws -> Int64 {
        Int64(try Date(text, strategy: .iso8601).timeIntervalSince1970)
    }

    /// Before and after each change of a year far behind and of one far ahead, which only the rule at the file's end knows.
    @Test(
        arguments: [
            ("Europe/Berlin", "2026-03-29T00:59:59Z", 3600), ("Europe/Berlin", "2026-03-29T01:00:00Z", 7200),
            ("Europe/Berlin", "2026-10-25T00:59:59Z", 7200), ("Europe/Berlin", "2026-10-25T01:00:00Z", 3600),
            ("Europe/Berlin", "1945-06-01T00:00:00Z", 10_800), ("Europe/Berlin", "2090-07-01T00:00:00Z", 7200),
            ("Europe/Berlin", "2090-12-31T23:59:59Z", 3600), ("America/New_York", "2026-03-08T06:59:59Z", -18_000),
            ("America/New_York", "2026-03-08T07:00:00Z", -14_400), ("Australia/Sydney", "2050-01-01T00:00:00Z", 39_600),
            ("Australia/Sydney", "2050-07-01T00:00:00Z", 36_000), ("Asia/Kolkata", "2026-01-01T00:00:00Z", 19_800),
            ("America/Sao_Paulo", "2050-01-01T00:00:00Z", -10_800), ("Africa/Casablanca", "2026-06-01T00:00:00Z", 3600),
            ("Etc/UTC", "2026-06-01T00:00:00Z", 0),
        ]
    )
    func knowsTheOffset(zone: String, time: String, offset: Int) throws {
        #expect(try Self.rules(zone).offset(at: Self.seconds(time)) == offset)
    }

    /// Foundation has data of its own.
    @Test(arguments: ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Tehran", "America/Santiago"])
    func agreesWithFoundation(name: String) throws {
        let (rules, zone) = (try Self.rules(name), try #require(TimeZone(identifier: name)))
        for hour in stride(from: Int64(1_735_689_600), to: 1_830_297_600, by: 6 * 3600) {
            let expected = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(hour)))
            try #require(rules.offset(at: hour) == expected, "\(name) at \(hour)")
        }
    }

    @Test func refusesWhatIsNoZone() throws {
        let whole = try [UInt8](Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/Europe/Berlin")))
        #expect(ZoneRules([]) == nil)
        #expect(ZoneRules(Array("TZif2".utf8)) == nil)
        #expect(ZoneRules(Array(repeating: 0xFF, count: 500)) == nil)
        for length in stride(from: 0, to: whole.count - 40, by: 7) {
            #expect(ZoneRules(Array(whole.prefix(length))) == nil, "\(length) bytes of it")
        }
        for index in 20..<44 {
            var damaged = whole
            damaged[index] = 0xFF
            #expect(ZoneRules(damaged) == nil, "byte \(index)")
        }
    }

    @Test(
        arguments: [
            ("UTC0", true), ("CET-1CEST,M3.5.0,M10.5.0/3", true), ("<+0330>-3:30", true), ("EST5EDT,J60,300/0", true),
            ("IST-1GMT0,M10.5.0,M3.5.0/1", true), ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", true), ("", false),
            ("CET", false),
            ("C-1", false), ("CET-1CEST", false), ("CET-1CEST,M3.5.0", false), ("CET-1CEST,M13.5.0,M10.5.0", false),
            ("CET-1CEST,M3.6.0,M10.5.0", false), ("CET-1CEST,M3.5.0,M10.5.0,", false), ("<CET-1", false),
            ("CET-200", false), ("CET-1CEST,J0,J9", false),
        ]
    )
    func readsTheRuleThatAFileEndsWith(text: String, isRule: Bool) {
        #expect((ZoneTail(text) != nil) == isRule)
    }

    /// 1 March is day 60 of every year for one of the two ways to count, and 29 February is none for it.
    @Test func countsDaysBothWays() throws {
        let julian = try #require(ZoneTail("AAA0BBB,J60/0,J61/0"))
        let ofYear = try #require(ZoneTail("AAA0BBB,59/0,60/0"))
        for (time, first, second) in [
            ("2027-02-28T12:00:00Z", 0, 0), ("2027-03-01T12:00:00Z", 3600, 3600), ("2028-02-29T12:00:00Z", 0, 3600),
            ("2028-03-01T12:00:00Z", 3600, 0),
        ] {
            #expect(julian.offset(at: try Self.seconds(time)) == first, "\(time)")
            #expect(ofYear.offset(at: try Self.seconds(time)) == second, "\(time)")
        }
    }
}
