import FailoverCore
import Foundation
import KubernetesClient

/// A pause on a group's Lease.
struct StoredPause: Codable, Sendable, Hashable {
    /// Nil: written by hand.
    var id: String?
    /// When it began; nil: not known.
    var since: MicroTime?
    /// Nil: until further notice.
    var seconds: Double?

    /// Unless the annotation says that it is not, the group is paused: what cannot be read counts as a pause without an end.
    init?(annotation: String) {
        if AnnotatedBool(annotation) == .no { return nil }
        let plain = StoredPause(id: annotation, since: nil, seconds: nil)
        self = Self.written(annotation) ?? plain
    }

    /// Whether an annotation says in a way that is expected that the group is paused, or is not.
    static func isExpected(_ annotation: String) -> Bool {
        AnnotatedBool(annotation) != nil || written(annotation) != nil
    }

    private static func written(_ annotation: String) -> StoredPause? {
        try? JSONDecoder().decode(StoredPause.self, from: Data(annotation.utf8))
    }

    private init(id: String?, since: MicroTime?, seconds: Double?) {
        self.id = id
        self.since = since
        self.seconds = seconds
    }

    /// What is left of it; whoever sees it first takes that from the wall clock, never more than the whole.
    func pause(now: Date) -> Pause {
        guard let whole = seconds.flatMap(Duration.init(readSeconds:)) else { return Pause(id: id ?? "", rest: nil) }
        let passed = since.map { Duration.microseconds(max(0, MicroTime(now).microseconds - $0.microseconds)) } ?? .zero
        return Pause(id: id ?? "", rest: max(.zero, whole - passed))
    }

    /// The annotation of a pause; one that is stored already stays as it was written.
    static func annotation(_ pause: Pause, unlessStored stored: String?, now: Date) -> String {
        if let stored, StoredPause(annotation: stored)?.pause(now: now).id == pause.id { return stored }
        let wanted = StoredPause(id: pause.id, since: MicroTime(now), seconds: pause.rest?.inSeconds)
        return StoredJSON.text(wanted) ?? "true"
    }
}
