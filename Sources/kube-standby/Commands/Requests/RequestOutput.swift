import ArgumentParser
import Foundation
import PlainText
import Supervision

/// How answers and histories are printed.
enum RequestOutput: String, ExpressibleByArgument, CaseIterable {
    /// For people.
    case text
    /// For programs.
    case json

    /// A request that nobody waits for.
    func print(_ request: StoredRequest, of group: String) {
        switch self {
        case .text:
            let wait =
                request.due.map { "it waits until \($0), and --cancel takes it back" } ?? "not waiting for the answer"
            StandardOutput.print("\(group): requested, \(wait); request \(request.id)")
        case .json: write(request)
        }
    }

    /// What became of a request; a refusal goes to standard error.
    func print(_ answer: StoredAnswer, of group: String) {
        switch self {
        case .json: write(answer)
        case .text where answer.isDone:
            StandardOutput.print("\(group): \(PrintableText.line(answer.explanation))\(Self.times(answer.move))")
        case .text: StandardError.print("\(group): refused: \(answer.explanation)")
        }
    }

    /// A group's moves, oldest first.
    func print(_ moves: [StoredMove], of group: String) {
        switch self {
        case .json: write(moves)
        case .text where moves.isEmpty: StandardOutput.print("\(group): no moves on record")
        case .text:
            StandardOutput.write(escaped: Self.table(moves).text(isColoured: StandardOutput.takesColour))
        }
    }

    private func write(_ value: some Encodable) {
        StandardOutput.write(escaped: ValueText.json(value))
    }

    // MARK: Words

    private static func times(_ move: StoredMove?) -> String {
        guard let move, let duration = move.durationSeconds else { return "" }
        let gap = move.nobodyActiveSeconds.map { "; nobody was active for \(milliseconds($0))" } ?? ""
        return " in \(milliseconds(duration))\(gap); epoch \(move.epoch)"
    }

    private static func table(_ moves: [StoredMove]) -> TextTable {
        var table = TextTable([
            "TIME", "EPOCH", "FROM", "TO", "FAILED FOR", "TOOK", "NOBODY ACTIVE", "ENDPOINT AFTER", "BY", "WHY",
        ])
        for move in moves {
            let times = [move.failingSeconds, move.durationSeconds, move.nobodyActiveSeconds, move.endpointSeconds]
            table.add(
                [
                    .init("\(move.time)"), .init("\(move.epoch)"), .init(move.from.joined(separator: ",")),
                    .init(move.to ?? ""),
                ] + times.map { .init($0.map(milliseconds) ?? "") } + [.init(move.by ?? ""), .init(move.reason)]
            )
        }
        return table
    }

    private static func milliseconds(_ seconds: Double) -> String { "\(Int((seconds * 1000).rounded())) ms" }
}
