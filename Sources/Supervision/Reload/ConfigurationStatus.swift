import Coordination

/// What became of the last attempt to read the configuration; for `/metrics`.
package final class ConfigurationStatus: Sendable {
    /// A moment's state.
    package struct State: Sendable, Hashable {
        /// Whether what was read last is what is running.
        package var isLastReloadSuccessful = true
        /// Seconds since 1970.
        package var lastSuccess: Double
        /// How many groups are running.
        package var groups: Int
        /// Attempts since the start that changed nothing because the file was at fault.
        package var failures = 0
        /// Attempts since the start after which the file's content was running.
        package var successes = 0
    }

    private let state: Locked<State>

    /// `now`: seconds since 1970.
    package init(groups: Int, now: Double) {
        state = Locked(State(lastSuccess: now, groups: groups))
    }

    /// A copy, from any thread.
    package var current: State { state.withLock { $0 } }

    /// A reload succeeded; `now`: seconds since 1970.
    func succeeded(groups: Int, now: Double) {
        state.withLock { state in
            state.isLastReloadSuccessful = true
            state.lastSuccess = now
            state.groups = groups
            state.successes += 1
        }
    }

    /// A reload failed: the running configuration is not the file's.
    func failed() {
        state.withLock { state in
            state.isLastReloadSuccessful = false
            state.failures += 1
        }
    }
}
