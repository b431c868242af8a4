import Foundation

/// Names this process among all supervisors that ever ran.
enum ProcessIdentity {
    /// The pod's or host's name and a random part: a process that is started again is another one.
    static func make(environment: [String: String] = ProcessInfo.processInfo.environment) -> String {
        let host = environment["POD_NAME"] ?? ProcessInfo.processInfo.hostName
        return "\(host.prefix(80))_\(UUID().uuidString.lowercased())"
    }
}
