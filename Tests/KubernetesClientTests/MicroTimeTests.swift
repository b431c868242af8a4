import Foundation
import Testing

@testable import KubernetesClient

@Suite struct MicroTimeTests {
    @Test(arguments: [
        ("2026-01-02T03:04:05.678901Z", "2026-01-02T03:04:05.678901Z"),
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000000Z"),
        ("2026-01-02T03:04:05.5Z", "2026-01-02T03:04:05.500000Z"),
        ("2026-01-02t03:04:05.1234567z", "2026-01-02T03:04:05.123456Z"),
        ("2026-01-02T03:04:05.5+02:30", "2026-01-02T00:34:05.500000Z"),
        ("2024-02-29T23:59:60Z", "2024-03-01T00:00:00.000000Z"),
        ("1969-12-31T23:59:59.25Z", "1969-12-31T23:59:59.250000Z"),
        ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000000Z"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
        ("1900-03-01T00:00:00Z", "1900-03-01T00:00:00.000000Z"),
    ])
    func readsAndWritesTimes(text: String, written: String) {
        #expect(MicroTime(text)?.description == written)
    }

    @Test(arguments: [
        "", "yesterday", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:00:00",
        "2026-01-01T00:00:00.Z", "99999999999-01-01T00:00:00Z", "2026-01-01T00:00:00.½Z", "2026-01-01T00:00:00Zz",
        "２026-01-01T00:00:00Z",
        "0000-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00",
    ])
    func refusesWhatIsNoTime(text: String) {
        #expect(MicroTime(text) == nil)
    }

    /// The calendar against Foundation's, over four centuries and a bit.
    @Test func agreesWithFoundation() {
        for day in stride(from: -141_000, through: 60_000, by: 37) {
            let date = Date(timeIntervalSince1970: TimeInterval(day) * 86_400 + 5)
            let text = date.formatted(.iso8601)
            #expect(
                MicroTime(text)?.seconds == Int64(day) * 86_400 + 5
                    && MicroTime(date).description.prefix(19) == text.prefix(19)
            )
        }
    }

    @Test func everyNumberIsATime() {
        #expect(MicroTime(microseconds: .max).description == "9999-12-31T23:59:59.999999Z")
        #expect(MicroTime(microseconds: .min).description == "0000-01-01T00:00:00.000000Z")
        #expect(MicroTime(Date.distantFuture).seconds > 0 && MicroTime(Date(timeIntervalSince1970: 1e300)).seconds > 0)
        #expect(MicroTime(Date(timeIntervalSince1970: .nan)).microseconds <= MicroTime(microseconds: .max).microseconds)
    }
}
