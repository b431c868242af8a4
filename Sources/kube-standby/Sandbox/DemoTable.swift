#if Sandbox

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

    /// With the last line's end; columns: what happened, from, to, noticed after, switched within, without endpoint.
    var text: String {
        var table = TextTable(["what happened", "from", "to", "noticed after", "switched within", "no endpoint for"])
        for row in rows {
            let times = row.timing.map { [$0.detection, $0.switch, $0.gap].map(\.wholeMilliseconds) } ?? ["", "", ""]
            table.add([.init(row.step), .init(row.from), .init(row.to)] + times.map { .init($0) })
        }
        return table.text()
    }
}

#endif
