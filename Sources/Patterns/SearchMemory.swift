import CPCRE2
import Foundation

/// What searches remember their way back in; kept for the next one, because the kernel takes longer to give mebibytes than
/// a search may take.
///
/// The lock is held for two assignments.
enum SearchMemory {
    /// As many as search at once, as a rule: the probes' loop.
    private static let capacity = 1

    @safe private final class Shelf: @unchecked Sendable {
        let lock = NSLock()
        var idle = unsafe [OpaquePointer]()
    }

    private static let shelf = Shelf()

    /// Nil: there is no memory.
    static func take() -> OpaquePointer? {
        if let kept = unsafe shelf.lock.withLock({ unsafe shelf.idle.popLast() }) { return unsafe kept }
        return unsafe pcre2_match_data_create_8(1, nil)
    }

    /// Keeps the memory for the next search, or frees it if enough is kept.
    static func giveBack(_ data: OpaquePointer) {
        let isKept = shelf.lock.withLock {
            guard unsafe shelf.idle.count < capacity else { return false }
            unsafe shelf.idle.append(data)
            return true
        }
        if !isKept { unsafe pcre2_match_data_free_8(data) }
    }
}
