import Foundation
import Testing

@testable import Sandbox

@Suite struct TimestampTests {
    @Test func writesSixDigits() {
        let date = Date(timeIntervalSince1970: 1_700_000_000.000045)
        #expect(Timestamp.micro(date).string?.wholeMatch(of: /2023-11-14T22:13:20\.00004\dZ/) != nil)
        #expect(Timestamp.isMicro("2026-01-02T03:04:05.000000Z") && !Timestamp.isMicro("2026-01-02T03:04:05Z"))
        #expect(!Timestamp.isMicro("2026-01-02T03:04:05.0000000Z"))
    }

    @Test(arguments: [
        (5, "5s"), (119, "119s"), (120, "2m"), (187, "3m7s"), (900, "15m"), (10_800, "3h"), (19_860, "5h31m"),
        (90_000, "25h"), (187_200, "2d4h"), (900_000, "10d"),
    ])
    func saysAnAgeAsKubectlDoes(seconds: Int, expected: String) {
        let now = Date()
        let then = Timestamp.seconds(
            Date(timeIntervalSince1970: now.timeIntervalSince1970.rounded(.down) - Double(seconds))
        )
        #expect(
            Timestamp.age(then, now: Date(timeIntervalSince1970: now.timeIntervalSince1970.rounded(.down))) == expected
        )
    }
}
