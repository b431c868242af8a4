import Foundation

/// What was fed, and what came of it.
struct Tally {
    private var valid = 0
    private var refused = 0
    private var bytes = 0

    /// Adds one input of so many bytes.
    mutating func count(_ verdict: Trial.Verdict, bytes: Int) {
        switch verdict {
        case .valid: valid += 1
        case .refused: refused += 1
        }
        self.bytes += bytes
    }

    /// The last line of a run; `memory`: megabytes at most.
    func text(in time: Duration, memory: Int) -> String {
        let seconds = time / .seconds(1)
        let rate = Double(valid + refused) / seconds
        return "\(valid + refused) inputs (\(bytes / 1_000_000) MB) in "
            + String(format: "%.1f s, %.0f a second: ", seconds, rate)
            + "\(valid) valid, \(refused) refused, none broke anything; \(memory) MB at most"
    }
}
