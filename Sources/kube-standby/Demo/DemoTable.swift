import Sandbox
import Supervision

/// The moves of the demo and their times.
struct DemoTable {
    /// One step's result.
    struct Row {
        /// What was done to the group.
        var step: String
        /// The pod that was active before; `-` if none was.
        var from: String
        /// The pod that is active now.
        var to: String
        /// Nil where the demo broke nothing.
        var timing: MoveTiming?
    }

    private var rows: [Row] = []

    /// Adds a row at the end.
    mutating func add(_ row: Row) {
        rows.append(row)
    }

    /// Columns: what happened, from, to, noticed after, switched within, without endpoint.
    var text: String {
        let head = ["what happened", "from", "to", "noticed after", "switched within", "no endpoint for"]
        let cells = rows.map { row in
            let times =
                row.timing.map { [$0.detection, $0.switch, $0.gap].map(\.wholeMilliseconds) } ?? ["-", "-", "-"]
            return [row.step, row.from, row.to] + times
        }
        let widths = head.indices.map { column in ([head] + cells).map { $0[column].count }.max() ?? 0 }
        return ([head] + cells).map { line in
            zip(line, widths).map { $0.padded(to: $1 + 2) }.joined()
        }.joined(separator: "\n")
    }
}
