/// When a request is due that was given for a later time, as whoever knows the calendar read it from the wall clock.
///
/// It is read again every minute, for the wall clock may be set meanwhile.
package struct DueTime: Sendable, Hashable {
    /// The time that the request names, in microseconds since 1970; it tells one time from another, and is compared with no clock.
    package var named: Int64
    /// When that is.
    package var at: MonotonicTime
    /// When it is to be read again.
    package var until: MonotonicTime

    /// `until`: at most `MoveWindow.validity` after it was read.
    package init(named: Int64, at: MonotonicTime, until: MonotonicTime) {
        self.named = named
        self.at = at
        self.until = until
    }
}

extension OperatorRequest {
    /// Until when it is not carried out, or it is to be asked again; nil: it is due.
    ///
    /// `due`: what is known of the time that requests name; nil: nothing.
    func endOfWait(_ known: DueTime?, at now: MonotonicTime) -> MonotonicTime? {
        guard let due else { return nil }
        guard let known, known.named == due else { return now + MoveWindow.validity }
        return now < known.at ? min(known.at, known.until) : nil
    }
}
