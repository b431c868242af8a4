package import FailoverCore
package import Probing

/// What a group tells whoever observes the supervisor.
package struct GroupNotice: Sendable {
    /// What happened.
    package enum Content: Sendable {
        case report(Report)
        case probe(ProbeReport)
        /// The group waits for a cause outside to go away.
        case waiting(String)
        /// Something that an object says is left out of account, because it cannot be read.
        case ignored(String)
        /// The cause is gone.
        case resumed
        /// The group is no more, and what operators asked of it stays on its Lease.
        case leavesBehind(fenced: [String], isPaused: Bool)
    }

    package var group: String
    package var namespace: String
    package var service: String
    /// The Service's uid; nil until it was seen.
    package var serviceID: String?
    package var content: Content
}

extension GroupNotice {
    /// What is left behind, in words.
    package static func words(ofFenced fenced: [String], isPaused: Bool) -> String {
        let parts = [
            fenced.isEmpty ? nil : "the fences of \(fenced.joined(separator: ", "))", isPaused ? "a pause" : nil,
        ]
        return parts.compactMap(\.self).joined(separator: " and ")
            + " stay on its Lease and hold for no group of another name"
    }
}
