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
        case .text: StandardOutput.print("\(group): requested, not waiting for the answer; request \(request.id)")
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
        case .text: StandardOutput.print(Self.table(moves).joined(separator: "\n"))
        }
    }

    private func write(_ value: some Encodable) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else { return }
        StandardOutput.print(PrintableText.document(String(decoding: data, as: UTF8.self)))
    }

    // MARK: Words

    private static func times(_ move: StoredMove?) -> String {
        guard let move, let duration = move.durationSeconds else { return "" }
        let gap = move.nobodyActiveSeconds.map { "; nobody was active for \(milliseconds($0))" } ?? ""
        return " in \(milliseconds(duration))\(gap); epoch \(move.epoch)"
    }

    /// Unicode scalars of one cell.
    private static let cellLimit = 400

    private static func table(_ moves: [StoredMove]) -> [String] {
        let rows = moves.map { move in
            [
                "\(move.time)", "\(move.epoch)", move.from.isEmpty ? "-" : move.from.joined(separator: ","),
                move.to ?? "-",
                move.durationSeconds.map(milliseconds) ?? "-", move.nobodyActiveSeconds.map(milliseconds) ?? "-",
                move.endpointSeconds.map(milliseconds) ?? "-", move.reason,
            ].map { PrintableText.line($0, limit: cellLimit) }
        }
        let header = ["TIME", "EPOCH", "FROM", "TO", "TOOK", "NOBODY ACTIVE", "ENDPOINT AFTER", "WHY"]
        let widths = header.indices.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
        return ([header] + rows).map { row in
            let cells = zip(row, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }
            return cells.joined(separator: "  ").trimmingCharacters(in: .whitespaces)
        }
    }

    private static func milliseconds(_ seconds: Double) -> String { "\(Int((seconds * 1000).rounded())) ms" }
}
