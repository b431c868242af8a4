/// Whether the calendar allows voluntary moves, as whoever knows it read it from the wall clock.
///
/// An answer holds for a minute at most, for the wall clock may be set meanwhile. One that holds no more counts as no.
package struct MoveWindow: Sendable, Hashable {
    /// How long an answer of the calendar may hold.
    package static let validity: Duration = .seconds(60)
    /// Nobody has read it yet.
    package static let unread = MoveWindow(isOpen: false, until: MonotonicTime(nanoseconds: 0))

    /// What it says.
    package var isOpen: Bool
    /// When it is to be read again: it changes then, or may have been changed.
    package var until: MonotonicTime

    /// `until`: at most `validity` after it was read.
    package init(isOpen: Bool, until: MonotonicTime) {
        self.isOpen = isOpen
        self.until = until
    }

    /// Whether a voluntary move may begin.
    func allowsMoves(at now: MonotonicTime) -> Bool { isOpen && now < until }
}
