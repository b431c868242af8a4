/// Finds what somebody may have meant.
enum Suggestion {
    /// The option nearest to `text`, if it is near enough to be a slip: at most a third of its characters differ.
    static func nearest(to text: String, among options: [String]) -> String? {
        let ranked = options.map { (option: $0, distance: distance(text.lowercased(), $0.lowercased())) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(1, best.option.count / 3) ? best.option : nil
    }

    /// Insertions, deletions, replacements and swaps of neighbours between two words.
    static func distance(_ left: String, _ right: String) -> Int {
        let (a, b) = (Array(left.prefix(64)), Array(right.prefix(64)))
        var previous: [Int] = []
        var current = Array(0...b.count)
        for i in a.indices {
            var next = [i + 1] + Array(repeating: 0, count: b.count)
            for j in b.indices {
                let cost = a[i] == b[j] ? 0 : 1
                next[j + 1] = min(current[j + 1] + 1, next[j] + 1, current[j] + cost)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    next[j + 1] = min(next[j + 1], previous[j - 1] + 1)
                }
            }
            (previous, current) = (current, next)
        }
        return current[b.count]
    }
}
