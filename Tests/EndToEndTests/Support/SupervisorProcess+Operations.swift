import TestedCluster
import Testing

extension SupervisorProcess {
    /// Waits until the operations endpoints are served, by the log in either format.
    ///
    /// - Returns: on which port.
    func operationsPort() async throws -> Int {
        let line = try #require(await log.wait(for: "operations endpoints are served"))
        return try #require(line.firstMatch(of: /port"?[=:]"?(\d+)/).flatMap { Int($0.output.1) })
    }
}
