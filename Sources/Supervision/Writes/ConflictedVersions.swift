import FailoverCore
import KubernetesClient

/// The versions over which writes met a conflict last, by object.
///
/// A conflict has the object read anew. Where that shows the version that was to be replaced, nobody has changed it, and a second 409 is no
/// conflict, but somebody's refusal: it would be tried again at once, without end.
struct ConflictedVersions: Sendable {
    private struct Conflict {
        var version: String
        /// Whether a read has shown this version since.
        var wasRead = false
    }

    /// Objects that are remembered at most.
    private static let most = 64

    private var conflicts: [String: Conflict] = [:]

    /// Notes a conflict; whether the one before was met over the same version, and that was read in between.
    mutating func isRepeated(_ object: String, over version: String) -> Bool {
        if let before = conflicts[object], before.version == version, before.wasRead { return true }
        if conflicts.count >= Self.most { conflicts = [:] }
        conflicts[object] = Conflict(version: version)
        return false
    }

    /// A read shows an object at a version.
    mutating func read(_ object: String, at version: String?) {
        if conflicts[object]?.version == version { conflicts[object]?.wasRead = true }
    }
}

extension OperationFailure {
    /// A conflict with nobody.
    init(refusedAsConflict error: KubernetesError) {
        self.init("\(error), and nobody has changed it", isLasting: true)
    }
}
