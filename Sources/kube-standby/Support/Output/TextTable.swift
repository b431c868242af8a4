import PlainText

/// A table for people: a line of heads, lines of cells, columns as wide as they need.
struct TextTable {
    /// What a cell's colour says.
    enum Tone: Int {
        /// Nothing: no colour.
        case plain = 0
        /// All is well.
        case good = 32
        /// Somebody should look at it.
        case warning = 33
        /// Somebody has to act.
        case bad = 31
    }

    /// One cell.
    struct Cell: ExpressibleByStringInterpolation {
        /// On one line, without what steers a terminal.
        let text: String
        /// What its colour says.
        var tone = Tone.plain

        /// Unicode scalars of a cell's text that are shown.
        private static let limit = 400

        /// `text`: of anybody; empty: `-`.
        init(_ text: String, _ tone: Tone = .plain) {
            let line = PrintableText.line(text, limit: Self.limit)
            self.text = line.isEmpty ? "-" : line
            self.tone = tone
        }

        /// A cell without colour.
        init(stringLiteral text: String) { self.init(text) }
    }

    /// Between two columns.
    private static let gap = "  "

    /// The names of the columns.
    let head: [String]
    private var rows: [[Cell]] = []

    /// A table without rows.
    init(_ head: [String]) {
        self.head = head
    }

    /// Adds a row at the end; missing cells at its end are empty.
    mutating func add(_ cells: [Cell]) {
        rows.append(cells)
    }

    /// The lines, each with its end.
    ///
    /// `isColoured`: whether the reader sees colours.
    func text(isColoured: Bool = false) -> String {
        let lines = [head.map { Cell($0) }] + rows
        let widths = head.indices.map { column in
            lines.map { $0.indices.contains(column) ? $0[column].text.count : 0 }.max() ?? 0
        }
        return lines.map { Self.line($0, widths, isColoured) + "\n" }.joined()
    }

    private static func line(_ cells: [Cell], _ widths: [Int], _ isColoured: Bool) -> String {
        let shown = zip(cells, widths).enumerated().map { column, pair in
            let (cell, width) = pair
            let isLast = column == cells.count - 1
            let space = isLast ? "" : String(repeating: " ", count: width - cell.text.count)
            if !isColoured || cell.tone == .plain { return cell.text + space }
            return "\u{1B}[\(cell.tone.rawValue)m\(cell.text)\u{1B}[0m\(space)"
        }
        return shown.joined(separator: gap)
    }
}

extension String {
    /// At least `width` characters, blanks added.
    func padded(to width: Int) -> String {
        count >= width ? self : self + String(repeating: " ", count: width - count)
    }
}
