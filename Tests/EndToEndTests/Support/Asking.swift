import Testing

/// Waits for what nobody tells: of the kernel, or of a server that has to be asked.
enum Asking {
    /// Asks again and again.
    static func until(
        _ what: @autoclosure () -> String,
        atMost limit: Duration = .seconds(60),
        _ isSo: () async throws -> Bool
    ) async throws {
        let end = ContinuousClock.now + limit
        while try await !isSo() {
            try #require(.now < end, "waited in vain for \(what())")
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
