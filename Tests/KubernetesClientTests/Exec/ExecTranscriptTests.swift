import Testing

@testable import KubernetesClient

/// What comes over the channels of a command, message by message.
@Suite struct ExecTranscriptTests {
    private static func message(_ channel: UInt8, _ text: String) -> [UInt8] { [channel] + Array(text.utf8) }

    /// - Returns: the outcome of a stream with these messages and end.
    private static func outcome(
        _ messages: [[UInt8]],
        limit: Int = 100
    ) throws(PodCommand.Failure) -> PodCommand.Outcome {
        var transcript = ExecTranscript(outputLimit: limit)
        for message in messages { _ = transcript.take(message) }
        return try transcript.outcome()
    }

    private static let success = message(3, #"{"status":"Success"}"#)

    private static func failure(_ code: String) -> [UInt8] {
        message(
            3,
            #"{"status":"Failure","reason":"NonZeroExitCode","message":"command terminated","#
                + #""details":{"causes":[{"reason":"Other","message":"9"},{"reason":"ExitCode","message":"\#(code)"}]}}"#
        )
    }

    @Test func theStatusIsTheLastMessageThatMatters() {
        var transcript = ExecTranscript(outputLimit: 100)
        let messages = [Self.message(1, ""), Self.message(3, ""), Self.message(1, "out"), [], Self.success]
        let answers = messages.map { transcript.take($0) }
        #expect(answers == [false, false, false, false, true] && transcript.isComplete)
    }

    @Test func outputAndErrorsAreKeptAsTheyCome() throws {
        let messages = [
            Self.message(1, "a"), Self.message(2, "b"), Self.message(0, "x"), Self.message(4, "y"),
            Self.message(255, "z"), Self.message(1, "c"), Self.success,
        ]
        #expect(try Self.outcome(messages) == .init(end: .exited(0), output: "abc"))
    }

    @Test(arguments: 0...6) func keepsNoMoreThanTheLimit(limit: Int) throws {
        let messages = [Self.message(1, "ab"), Self.message(2, "cd"), Self.message(1, "ef"), Self.success]
        #expect(try Self.outcome(messages, limit: limit).output == String("abcdef".prefix(limit)))
    }

    /// A character whose bytes come in two messages is one character.
    @Test func putsCharactersTogether() throws {
        let bytes = Array("ä".utf8)
        let messages = [[1, bytes[0]], [1, bytes[1]], Self.success]
        #expect(try Self.outcome(messages).output == "ä")
    }

    @Test(arguments: [("1", 1), ("137", 137), ("0", 0), ("-1", -1)])
    func tellsTheExitCode(text: String, code: Int) throws {
        #expect(try Self.outcome([Self.failure(text)]) == .init(end: .exited(code), output: ""))
    }

    @Test(arguments: ["", "{", "[]", "7"]) func withoutAStatusNothingIsKnownOfTheEnd(status: String) throws {
        let messages = [Self.message(1, "out"), Self.message(3, status)]
        #expect(try Self.outcome(messages) == .init(end: .withoutStatus, output: "out"))
    }

    @Test(arguments: [
        (#"{"status":"Failure","message":"container not found"}"#, "container not found"),
        (#"{"status":"Failure","reason":"InternalError"}"#, "InternalError"),
        (#"{"status":"Failure"}"#, "the command could not be run"), ("{}", "the command could not be run"),
        (#"{"status":"Failure","reason":"NonZeroExitCode","message":"m"}"#, "m"),
        (
            #"{"status":"Failure","reason":"NonZeroExitCode","message":"m","details":{"causes":[{"reason":"ExitCode","message":"x"}]}}"#,
            "m"
        ),
    ]) func whatCouldNotBeRunIsNoVerdict(status: String, words: String) {
        #expect(throws: PodCommand.Failure(description: words)) { try Self.outcome([Self.message(3, status)]) }
    }

    /// A status of more than 64 KiB is no status; memory stays bounded.
    @Test func aStatusIsCutAtItsLimit() throws {
        let long = Self.message(3, #"{"status":"Success","message":""# + String(repeating: "x", count: 70_000) + #""}"#)
        #expect(try Self.outcome([long]).end == .withoutStatus)
    }

    @Test func whatHadNotEndedAtItsDeadlineKeepsItsOutput() {
        var transcript = ExecTranscript(outputLimit: 100)
        _ = transcript.take(Self.message(1, "working"))
        #expect(transcript.timedOut == .init(end: .timedOut, output: "working"))
    }
}
