import HostSystem
import Testing

@testable import StandbyConfiguration

/// Times of the week.
@Suite struct PreemptWindowTests {
    @Test(
        arguments: [
            ("Mon 02:00-04:00 UTC", [1], 120, 240), ("Mon-Fri 00:00-24:00 UTC", [1, 2, 3, 4, 5], 0, 1440),
            ("Sat,Sun 22:30-01:15 UTC", [6, 7], 1350, 75), ("Sat-Mon,Wed 23:59-00:00 UTC", [1, 3, 6, 7], 1439, 0),
            ("Daily 05:00-05:01 Europe/Berlin", [1, 2, 3, 4, 5, 6, 7], 300, 301),
            ("  Sun   00:00-00:01   UTC ", [7], 0, 1),
        ] as [(String, [Int], Int, Int)]
    )
    func readsDaysAndTimes(text: String, days: [Int], begin: Int, end: Int) throws {
        let window = try PreemptWindow(text)
        #expect(window.days.sorted() == days && window.begin == begin && window.end == end)
        #expect(PreemptWindow.problem(of: text) == nil)
    }

    @Test(
        arguments: [
            ("", .wrongForm), ("Sat 02:00-04:00", .wrongForm), ("Sat 02:00 - 04:00 UTC", .wrongForm),
            ("Sa 02:00-04:00 UTC", .badDay("Sa", "Sat")), ("saturday 02:00-04:00 UTC", .badDay("saturday", "Sat")),
            ("Mon,, 02:00-04:00 UTC", .badDay("", nil)), ("Mon-Wed-Fri 02:00-04:00 UTC", .badDay("Mon-Wed-Fri", nil)),
            ("daily 02:00-04:00 UTC", .badDay("daily", "Daily")), ("Xyz 02:00-04:00 UTC", .badDay("Xyz", nil)),
            ("Sat 2:00-04:00 UTC", .badTime("2:00")), ("Sat 02:00-24:01 UTC", .badTime("24:01")),
            ("Sat 24:00-02:00 UTC", .badTime("24:00")), ("Sat 02:60-04:00 UTC", .badTime("02:60")),
            ("Sat 02:00 UTC", .badTime("02:00")), ("Sat 02:00-03:00-04:00 UTC", .badTime("02:00-03:00-04:00")),
            ("Sat -1:00-04:00 UTC", .badTime("-1:00-04:00")), ("Sat 02:00-02:00 UTC", .empty("02:00-02:00")),
            ("Sat 02:00-04:00 Europe/Berlim", .unknownZone("Europe/Berlim", "Europe/Berlin")),
            ("Sat 02:00-04:00 europe/berlin", .unknownZone("europe/berlin", "Europe/Berlin")),
            ("Sat 02:00-04:00 ../zoneinfo/UTC", .unknownZone("../zoneinfo/UTC", nil)),
            ("Sat 02:00-04:00 CEST", .unknownZone("CEST", "CET")),
        ] as [(String, PreemptWindowError)]
    )
    func saysWhatIsWrong(text: String, problem: PreemptWindowError) {
        #expect(PreemptWindow.problem(of: text) == problem)
    }

    @Test func saysThatTheSystemHasNoZones() {
        let none = ZoneDatabase(folder: "/no/such/folder")
        let text = "Sat 02:00-04:00 Europe/Berlin"
        #expect(PreemptWindow.problem(of: text, in: none) == .noZones("Europe/Berlin", folder: "/no/such/folder"))
        #expect(PreemptWindow.problem(of: "Sat 02:00-04:00 UTC", in: none) == nil)
    }

    /// 7 is a Sunday, on whose next day a week begins.
    @Test(arguments: [
        ("Sat 02:00-04:00 UTC", 6, 119, false), ("Sat 02:00-04:00 UTC", 6, 120, true),
        ("Sat 02:00-04:00 UTC", 6, 239, true),
        ("Sat 02:00-04:00 UTC", 6, 240, false), ("Sat 02:00-04:00 UTC", 7, 180, false),
        ("Sun 22:00-02:00 UTC", 7, 1320, true), ("Sun 22:00-02:00 UTC", 1, 119, true),
        ("Sun 22:00-02:00 UTC", 1, 120, false), ("Sun 22:00-02:00 UTC", 7, 60, false),
        ("Sun 00:00-24:00 UTC", 7, 1439, true), ("Sun 00:00-24:00 UTC", 1, 0, false),
    ])
    func isOpenFromItsBeginningToItsEnd(text: String, weekday: Int, minute: Int, isOpen: Bool) throws {
        #expect(try PreemptWindow(text).isOpen(weekday: weekday, minute: minute) == isOpen)
    }
}
