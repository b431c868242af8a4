/// What may still happen.
extension ModelState {
    /// How many of each fault a schedule may still contain.
    struct Budget: Hashable {
        /// The most faults of all kinds together.
        var faults = 3
        /// A process dies and another one takes its place.
        var crashes = 1
        /// An answer is lost, whether its request landed or not.
        var losses = 1
        /// An answer is late: other things happen between the execution of a request and its delivery.
        var delays = 1
        /// A pod is deleted, and another one of its name is created.
        var recreations = 1
        /// A pod begins to terminate.
        var terminations = 0
        /// Verdicts of one supervisor that change.
        var verdicts = 2
        /// A pod's roles may not be written, for a while.
        var denials = 0
        /// A pod leaves the members, or comes back.
        var departures = 0
        /// Somebody pauses the group, or ends that.
        var pauses = 0
        /// Somebody requests a switchover through the Lease.
        var requests = 0
        /// Somebody deletes the Lease.
        var deletions = 0
        /// Somebody deletes the slices, or writes another pod into them.
        var edits = 0
        /// Hooks that fail as often as they are tried.
        var failures = 0
        /// Answers of standbys.
        var opinions = 0
        /// How often another process than the last may go on; nil: whenever it likes.
        var switches: Int?
    }
}
