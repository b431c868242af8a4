import Logging
import Testing

@testable import FailoverCore
@testable import Supervision

@Suite struct LineBudgetTests {
    private let start = ContinuousClock.now

    private static func admitted(
        _ count: Int,
        _ budget: inout LineBudget,
        _ subject: LineBudget.Subject,
        _ now: ContinuousClock.Instant
    )
        -> Int
    {
        (0..<count).count { number in
            budget.admits(subject, group: subject.group ?? "g\(number)", cause: "cause \(number)", now: now)
        }
    }

    @Test func whatIsSaidOfAMemberAgainAndAgainIsLeftOutAndCounted() {
        var budget = LineBudget()
        let subject = LineBudget.Subject(group: "web", message: "m", member: "web-0")
        #expect(Self.admitted(100, &budget, subject, start) == LineBudget.linesOfAGroup)
        // Another member, another message, another group are other subjects.
        for other in [
            LineBudget.Subject(group: "web", message: "m", member: "web-1"),
            LineBudget.Subject(group: "web", message: "n", member: "web-0"),
            LineBudget.Subject(group: "db", message: "m", member: "web-0"),
        ] { #expect(Self.admitted(1, &budget, other, start) == 1) }
        #expect(budget.omissions(now: start + .seconds(59)).isEmpty)
        let omissions = budget.omissions(now: start + .seconds(60))
        #expect(omissions == [.init(subject: subject, lines: 95, groups: ["web"], cause: "cause 99")])
        #expect(Self.admitted(1, &budget, subject, start + .seconds(61)) == 1)
    }

    @Test func whatConcernsAllIsSaidOfAFewAndCounted() {
        var budget = LineBudget()
        let subject = LineBudget.Subject(group: nil, message: "group waits", member: nil)
        #expect(Self.admitted(3333, &budget, subject, start) == LineBudget.linesOfAll)
        let omissions = budget.omissions(now: start + .seconds(5))
        #expect(omissions.map(\.lines) == [3330] && omissions.first?.groups.count == 10)
        #expect(omissions.first?.groups.first == "g3" && omissions.first?.cause == "cause 3332")
    }

    @Test func tellsAtTheEndWhatIsLeft() {
        var budget = LineBudget()
        let subject = LineBudget.Subject(group: nil, message: "group waits", member: nil)
        _ = Self.admitted(10, &budget, subject, start)
        #expect(budget.omissions(now: start, isLast: true).map(\.lines) == [7])
        #expect(budget.omissions(now: start, isLast: true).isEmpty)
    }

    // MARK: The log

    /// Keeps what is logged.
    private struct Recorder: LogHandler {
        let lines: AsyncStream<(String, Logger.Metadata)>.Continuation
        var logLevel: Logger.Level = .info
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            lines.yield(("\(event.message)", event.metadata ?? [:]))
        }
    }

    private static func lines(_ body: (NoticeLog) -> Void) async -> [(message: String, metadata: Logger.Metadata)] {
        let (stream, input) = AsyncStream.makeStream(of: (String, Logger.Metadata).self)
        let log = NoticeLog(logger: Logger(label: "test") { _ in Recorder(lines: input) })
        body(log)
        log.writeOmissions(isLast: true)
        input.finish()
        var lines: [(message: String, metadata: Logger.Metadata)] = []
        for await (message, metadata) in stream { lines.append((message, metadata)) }
        return lines
    }

    private static func notice(_ group: Int, _ content: GroupNotice.Content) -> GroupNotice {
        GroupNotice(group: "g\(group)", namespace: "n", service: "s", serviceID: nil, content: content)
    }

    @Test func anOutageOfTheAPIServerIsAFewLinesForThousandsOfGroups() async {
        let lines = await Self.lines { log in
            for group in 0..<3333 {
                log.write(Self.notice(group, .waiting("connection refused after \(group) ms")))
                log.write(Self.notice(group, .report(.operationFailed("read", OperationFailure("503")))))
            }
            for group in 0..<3333 { log.write(Self.notice(group, .resumed)) }
        }
        #expect(lines.count == 3 * (LineBudget.linesOfAll + 1), "\(lines.count)")
        let told = lines.filter { $0.message == "the same was left out of more groups" }
        #expect(told.count == 3 && told.allSatisfy { $0.metadata["lines"] == "3330" })
    }

    /// Whoever may annotate the Lease can request again and again.
    @Test func ordersAreToldOfAFewTimesAndTheMovesThatFollowAlways() async {
        let lines = await Self.lines { log in
            for number in 0..<1000 {
                for outcome in [RequestAnswer.Outcome.refused, .done] {
                    let request = OperatorRequest(id: "\(outcome)-\(number)", action: .unintelligible("\(number)"))
                    let answer = RequestAnswer(id: request.id, outcome: outcome, explanation: "words \(number)")
                    log.write(Self.notice(0, .report(.answered(request, answer))))
                }
            }
            let member = Member(id: Member.ID("u"), name: "web-0", version: ObjectVersion("1"))
            for number in 0..<20 { log.write(Self.notice(0, .report(.adopted(member, Epoch(number))))) }
        }
        for message in ["request refused", "request answered"] {
            #expect(lines.count { $0.message == message } == LineBudget.linesOfAGroup)
        }
        #expect(lines.count { $0.message == "active member is on record" } == 20)
        let told = lines.filter { $0.message == "the same was left out" }
        #expect(told.map { $0.metadata["lines"] } == ["995", "995"])
    }

    /// Whoever may label pods chooses the names.
    @Test func findingsThatDifferInNamesAreTheSame() async {
        let lines = await Self.lines { log in
            for number in 0..<100 {
                for finding in [Decision.Finding.multipleActive(["a", "b\(number)"]), .activeNotReady("a\(number)")] {
                    log.write(Self.notice(0, .report(.findingEnded(finding))))
                }
            }
        }
        #expect(lines.count == 2 * (LineBudget.linesOfAGroup + 1), "\(lines.count)")
    }

    @Test func aGroupThatRepeatsItselfHidesNoOther() async {
        let lines = await Self.lines { log in
            for _ in 0..<1000 { log.write(Self.notice(0, .ignored("annotation"))) }
            log.write(Self.notice(1, .ignored("annotation")))
            for _ in 0..<10 { log.write(Self.notice(0, .report(.pauseEnded))) }
        }
        #expect(lines.count { $0.metadata["group.name"] == "g1" } == 1)
        #expect(lines.count { $0.message == "left out of account" } == LineBudget.linesOfAGroup + 1)
        let told = lines.filter { $0.message == "the same was left out" }.map { $0.metadata["lines"] }
        #expect(Set(told.map { "\($0 ?? "")" }) == ["995", "5"])
    }

    /// A zone that dies is one summary a second, not four lines a group.
    @Test func theMovesOfThousandsOfGroupsAreAFewLinesAndTheirNumber() async {
        let target = Member(id: Member.ID("u"), name: "web-1", version: ObjectVersion("1"))
        let lines = await Self.lines { log in
            for group in 0..<3333 {
                let move = CompletedMove(
                    from: [],
                    target: target,
                    cause: .activeUnhealthy,
                    epoch: Epoch(2),
                    duration: .seconds(1),
                    gap: nil
                )
                log.write(Self.notice(group, .report(.moved(move))))
                log.write(Self.notice(group, .report(.adopted(target, Epoch(group)))))
            }
        }
        #expect(lines.count == 2 * LineBudget.linesOfMany + 1, "\(lines.count)")
        let left = 3333 - LineBudget.linesOfMany
        #expect(lines.last?.message == "many groups at once, lines were left out")
        #expect(lines.last?.metadata["lines"] == "\(2 * left)")
        #expect(lines.last?.metadata["counts"] == "active member is on record: \(left), move complete: \(left)")
        #expect(lines.last?.metadata["groups"]?.description.hasPrefix("g\(LineBudget.linesOfMany),") == true)
    }

    @Test func aWindowOfManyIsASecond() {
        var budget = LineBudget()
        let subject = LineBudget.Subject(message: "move complete", isOfMany: true)
        #expect(Self.admitted(100, &budget, subject, start) == LineBudget.linesOfMany)
        #expect(budget.omissions(now: start + .seconds(1)).map(\.lines) == [100 - LineBudget.linesOfMany])
        #expect(Self.admitted(1, &budget, subject, start + .seconds(1)) == 1)
    }
}
