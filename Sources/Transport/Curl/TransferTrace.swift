import CLibcurl
import Coordination

/// What happened during one exchange, for people: attach one to a request to have it filled.
package final class TransferTrace: Sendable {
    /// One thing that happened.
    package struct Event: Sendable, Hashable {
        /// Who said it.
        package enum Kind: Sendable, Hashable {
            /// The transport: name resolution, connect, TLS.
            case note
            case sent
            case received
        }

        package var kind: Kind
        package var text: String
        /// Since the exchange began.
        package var time: Duration
    }

    /// When each step was over, since the exchange began; nil for what was not reached.
    package struct Timings: Sendable, Hashable {
        package var nameLookup: Duration?
        package var connect: Duration?
        package var tls: Duration?
        package var firstByte: Duration?
        package var total: Duration = .zero
    }

    private struct State: Sendable {
        var events: [Event] = []
        var timings = Timings()
        /// Empty: no connection came about.
        var peer = ""
    }

    /// Lines that are kept.
    private static let limit = 200

    private let start = EventLoop.now
    private let state = Locked(State())

    package init() {}

    package var events: [Event] { state.withLock { $0.events } }

    package var timings: Timings { state.withLock { $0.timings } }

    /// The address and port that were connected to; empty if no connection came about.
    package var peer: String { state.withLock { $0.peer } }

    func note(_ kind: Event.Kind, _ text: String) {
        let time = Duration.nanoseconds(Int64(EventLoop.now - start))
        state.withLock { state in
            for line in text.split(whereSeparator: \.isNewline) where state.events.count < Self.limit {
                state.events.append(Event(kind: kind, text: String(line), time: time))
            }
        }
    }

    /// Reads what libcurl measured.
    func finish(_ handle: EasyHandle) {
        var timings = Timings()
        timings.nameLookup = handle.duration(CURLINFO_NAMELOOKUP_TIME_T)
        timings.connect = handle.duration(CURLINFO_CONNECT_TIME_T)
        timings.tls = handle.duration(CURLINFO_APPCONNECT_TIME_T)
        timings.firstByte = handle.duration(CURLINFO_STARTTRANSFER_TIME_T)
        timings.total = handle.duration(CURLINFO_TOTAL_TIME_T) ?? .zero
        let address = handle.string(CURLINFO_PRIMARY_IP)
        let peer = address.isEmpty ? "" : "\(address):\(handle.long(CURLINFO_PRIMARY_PORT))"
        state.withLock { state in
            state.timings = timings
            state.peer = peer
        }
    }
}

/// Each trace is itself only.
extension TransferTrace: Hashable {
    package static func == (lhs: TransferTrace, rhs: TransferTrace) -> Bool { lhs === rhs }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(ObjectIdentifier(self))
    }
}

extension EasyHandle {
    /// A time of the last exchange; nil if it did not come so far.
    fileprivate func duration(_ info: CURLINFO) -> Duration? {
        var microseconds: curl_off_t = 0
        _ = unsafe cl_easy_get_offset(easy, info, &microseconds)
        return microseconds > 0 ? .microseconds(microseconds) : nil
    }

    fileprivate func string(_ info: CURLINFO) -> String {
        var text: UnsafePointer<CChar>?
        _ = unsafe cl_easy_get_string(easy, info, &text)
        return unsafe text.map { unsafe String(cString: $0) } ?? ""
    }
}
