import Foundation
import Testing

@testable import HostSystem

/// The folder of the system's time zones.
@Suite struct ZoneDatabaseTests {
    @Test func knowsZonesByTheirNames() {
        for name in ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5"] {
            #expect(ZoneDatabase.system.rules(of: name) != nil, "\(name)")
        }
        #expect(ZoneDatabase.system.rules(of: "Europe/Berlin") == ZoneDatabase.system.rules(of: "Europe/Berlin"))
        #expect(ZoneDatabase.system.isThere)
    }

    @Test(arguments: [
        "", "Europe", "Europe/Atlantis", "/etc/localtime", "../zoneinfo/UTC", "Europe/../Europe/Berlin",
        "Europe//Berlin",
        "tzdata.zi", "zone.tab", "Europe/Berlin/", "Europe/Berlin\u{0}", "a/b/c/d",
    ]) func knowsNoOthersAndLeavesItsFolderForNone(name: String) {
        #expect(ZoneDatabase.system.rules(of: name) == nil)
    }

    @Test func listsTheZonesAndNotTheirCopiesAndTables() {
        let names = ZoneDatabase.system.names
        #expect(names.contains("UTC") && names.contains("Europe/Berlin") && names.count > 300)
        #expect(!names.contains { $0.hasPrefix("right/") || $0.hasPrefix("posix") || $0.contains(".") })
        #expect(names == names.sorted())
    }

    @Test func aSystemWithoutZonesHasUTC() {
        let none = ZoneDatabase(folder: "/no/such/folder")
        #expect(none.names == ["UTC"] && !none.isThere)
        #expect(none.rules(of: "UTC")?.offset(at: 0) == 0 && none.rules(of: "Europe/Berlin") == nil)
    }
}
