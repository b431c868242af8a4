import ArgumentParser

/// Spans of time as people write them.
enum TimeSpan {
    /// Seconds of `90`, `90s`, `30m`, `1h30m` or `2d`.
    ///
    /// - Throws: `ValidationError` for anything else, and for what is not more than 0 and at most 30 days.
    static func seconds(_ text: String) throws -> Double {
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        var rest = Substring(text)
        var total = 0.0
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isNumber || $0 == "." }
            rest = rest.dropFirst(digits.count)
            let unit = rest.popFirst() ?? "s"
            guard let number = Double(digits), let factor = units[unit] else { throw mistake(text) }
            total += number * factor
        }
        guard total > 0, total <= 30 * 86_400 else { throw mistake(text) }
        return total
    }

    private static func mistake(_ text: String) -> ValidationError {
        ValidationError("\"\(text)\" is no span of time; give one like 90s, 30m or 1h30m, at most 30d")
    }
}
