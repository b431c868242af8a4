import FailoverCore
import KubernetesClient

/// The versions over which a write met a conflict last, by object.
///
/// A conflict has the object read anew. Where the next write is made over the same version, the read has shown that nobody changed it, and
/// a second 409 is no conflict, but somebody's refusal: it would be tried again at once, without end.
struct ConflictedVersions: Sendable {
    /// Objects that are remembered at most.
    private static let most = 64

    private var versions: [String: String] = [:]

    /// Notes a conflict; whether the one before was met over the same version, too.
    ///
    /// `version`: nil: the object was to be created.
    mutating func isRepeated(_ object: String, over version: String?) -> Bool {
        if versions[object] == version ?? "" { return true }
        if versions.count >= Self.most { versions = [:] }
        versions[object] = version ?? ""
        return false
    }
}

extension OperationFailure {
    /// A conflict with nobody.
    init(refusedAsConflict error: KubernetesError) {
        self.init("\(error), and nobody has changed it", isLasting: true)
    }
}
