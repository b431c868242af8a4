import Testing

@testable import FailoverCore

/// The try that announced a move, as text.
@Suite struct RecordAttemptTests {
    @Test(arguments: [(0, 1), (255, 7), (UInt64.max, Int.max)]) func isReadAsItIsWritten(machine: UInt64, number: Int) {
        let attempt = RecordAttempt(machine: machine, number: number)
        #expect(RecordAttempt(annotation: attempt.description) == attempt)
    }

    @Test(arguments: [
        "", "-", "ff", "ff-", "-1", "FF-1", "+f-1", "ff-01", "ff-1-1", "10000000000000000-1", "ff-1 ", "0x1-1",
    ])
    func anythingElseIsNoAttempt(text: String) {
        #expect(RecordAttempt(annotation: text) == nil)
    }
}
