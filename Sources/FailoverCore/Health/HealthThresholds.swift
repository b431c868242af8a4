/// How many equal results in a row make a verdict.
package struct HealthThresholds: Sendable, Hashable {
    /// Failures in a row that make a member unhealthy, 1...100.
    package var failure: Int
    /// Successes in a row that make a member healthy, 1...100.
    package var success: Int

    package init(failure: Int, success: Int) {
        self.failure = failure
        self.success = success
    }
}
