import CLinux
import Glibc

/// Checks that only connect: without libcurl, and unheard by the application.
///
/// The connection is reset before the handshake's last packet goes out. The peer's kernel has shown by then that somebody listens, and
/// the application never sees a connection that says nothing, which some count as an error. It also costs a third less, and nothing
/// lingers in TIME_WAIT. HAProxy does it, too.
extension EventLoop {
    /// Connections that are ended without looking at the clock.
    private static let chunk = 32

    /// Begins to connect, within `timeout`.
    func connect(_ check: Check, _ address: SocketAddress, _ timeout: Duration) {
        do throws(TransportError) {
            let descriptor = try connect(address)
            check.flight = .connection(descriptor)
            board.connecting[descriptor] = check
            board.begun.append(descriptor)
            board.deadlines.set(Int(descriptor), at: (Self.now + timeout.nanosecondCount) / 1_000_000 + 1)
        } catch {
            note(check, .ended(.failure(error)))
        }
    }

    /// A socket that is being connected.
    private func connect(_ address: SocketAddress) throws(TransportError) -> Int32 {
        let descriptor = try kept.ledger.openForConnecting(family: address.family).get()
        // So that the handshake's last packet does not go out before the reset.
        SocketOptions.delayAcknowledgement(descriptor)
        let error = address.connect(descriptor)
        if error == 0 || error == EINPROGRESS { return descriptor }
        _ = kept.ledger.close(descriptor)
        throw TransportError(connect: error)
    }

    /// Looks once at the connections that were begun since the last look, by one call for all.
    ///
    /// In a near network most of them stand by now; the kernel is asked to tell of the others only.
    func lookAtNewConnections() {
        guard !board.begun.isEmpty else { return }
        var states = board.begun.map { pollfd(fd: $0, events: Int16(POLLOUT), revents: 0) }
        board.begun.removeAll(keepingCapacity: true)
        _ = unsafe poll(&states, nfds_t(states.count), 0)
        for state in states {
            switch Int32(state.revents) {
            case 0: watchConnection(state.fd)
            case POLLOUT: endConnection(state.fd, nil)
            default: connectReady(state.fd)
            }
        }
    }

    private func watchConnection(_ descriptor: Int32) {
        guard board.connecting[descriptor] != nil else { return }
        let token = Epoll.Token(.connect, descriptor)
        let refusal = epoll.set(descriptor, events: EPOLLOUT.rawValue, token: token)
        if refusal != 0 { endConnection(descriptor, TransportError(watch: refusal)) }
    }

    /// A connection stands, or cannot be made.
    func connectReady(_ descriptor: Int32) {
        // It may have been given up in this turn, and the number be another's by now.
        guard board.connecting[descriptor] != nil else { return }
        let error = SocketOptions.takeError(descriptor)
        endConnection(descriptor, error == 0 ? nil : TransportError(connect: error))
    }

    /// Ends connections without libcurl whose time is over.
    func endLateConnections() {
        guard let tick = board.deadlines.nextTick, tick <= Self.now / 1_000_000 else { return }
        var late: [Int] = []
        repeat {
            late.removeAll(keepingCapacity: true)
            board.deadlines.takeDue(at: Self.now / 1_000_000, into: &late, atMost: Self.chunk)
            for descriptor in late { endConnection(Int32(descriptor), TransportError(.timedOut, "no connection")) }
        } while late.count == Self.chunk && !pace.isOver(.ends)
    }

    private func endConnection(_ descriptor: Int32, _ error: TransportError?) {
        guard let check = board.connecting[descriptor] else { return }
        if error == nil, !epoll.isWatched(descriptor), case .connection(let address, _) = check.question {
            forgetConnection(descriptor)
            kept.ledger.disconnect(descriptor, family: address.family)
        } else {
            closeConnection(descriptor)
        }
        check.flight = .none
        note(check, .ended(error.map { .failure($0) } ?? .success(HTTPResponse(head: HTTPHead(status: 0), body: []))))
    }

    /// Gives a connection up, whether it stands or not.
    func closeConnection(_ descriptor: Int32) {
        forgetConnection(descriptor)
        epoll.forget(descriptor)
        _ = kept.ledger.close(descriptor)
    }

    private func forgetConnection(_ descriptor: Int32) {
        board.connecting[descriptor] = nil
        board.deadlines.clear(Int(descriptor))
    }
}
