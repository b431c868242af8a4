import CLibcurl
package import HostSystem

/// Checks: what a prober asks thousands of peers, without an allocation or a closure for each time.
extension EventLoop {
    /// On the loop: who is notified of the ends of checks, once in a turn; one for each loop.
    package func receiveChecks(_ receive: @escaping ([Check.Event]) -> Void) {
        precondition(isCurrent)
        board.receive = receive
    }

    /// On the loop: how many sockets checks may have, and how many descriptors are held back for them.
    package func limitChecks(by limit: DescriptorLimit) {
        precondition(isCurrent)
        kept.ledger.limit = limit.probes
        kept.ledger.reserve = DescriptorReserve(size: limit.heldForProbes)
    }

    /// On the loop: asks, unless the last time has not ended; the end comes with a later turn.
    ///
    /// `isLast`: whether a connection that was kept until now is closed afterwards.
    package func begin(_ check: Check, isLast: Bool = false) {
        precondition(isCurrent)
        guard case .none = check.flight else { return }
        if let template = check.template {
            let limit = check.timeout
            guard let name = check.name else { return exchange(check, template, isLast: isLast, at: [], within: limit) }
            return resolve(name, for: check, template, isLast: isLast)
        }
        if case .connection(let address, let timeout) = check.question { connect(check, address, timeout) }
    }

    /// On the loop: the check is not asked any more; nothing is heard of it, and its connections are closed.
    package func retire(_ check: Check) {
        precondition(isCurrent)
        abandon(check)
        if let socket = check.idleSocket { endIdle(socket) }
        check.ownHandle = nil
        // There are never more sockets than checks that may use them.
        if check.template == nil { _ = kept.ledger.closeIdle() }
        guard let multi = check.shard, let template = check.template else { return }
        check.shard = nil
        leave(multi, keepsConnections: template.keepsConnections)
    }

    /// On the loop: ends what is under way, unheard.
    package func abandon(_ check: Check) {
        precondition(isCurrent)
        switch check.flight {
        case .none: break
        case .exchange(let handle): release(handle, of: check)
        case .connection(let socket): closeConnection(socket)
        case .resolution(let wait): cancel(wait)
        }
        check.flight = .none
        board.forget(check.tag)
    }

    /// Hands out what has happened, a few at a time: what is made of one may take a millisecond.
    func deliverChecks() {
        while board.takeSome() {
            board.receive?(board.delivered)
            if pace.isOver(.results) { return }
        }
    }

    /// Leaves what has happened to a check to be handed out.
    func note(_ check: Check, _ kind: Check.Event.Kind) {
        board.add(Check.Event(tag: check.tag, kind: kind))
    }

    // MARK: Exchanges

    /// Begins the exchange once its name is resolved, within what is left of its time.
    private func resolve(_ name: String, for check: Check, _ template: CheckTemplate, isLast: Bool) {
        let start = Self.now
        let limit = check.timeout ?? template.request.timeout
        let wait = resolve(name, within: limit) { [self, weak check] result in
            guard let check else { return }
            check.flight = .none
            switch result {
            case .failure(let error): note(check, .ended(.failure(error)))
            case .success(let addresses):
                let spent = Duration.nanoseconds(Int64(Self.now - start))
                let left = limit.map { max(.milliseconds(1), $0 - spent) }
                exchange(check, template, isLast: isLast, at: addresses, within: left)
            }
        }
        if let wait { check.flight = .resolution(wait) }
    }

    private func exchange(
        _ check: Check,
        _ template: CheckTemplate,
        isLast: Bool,
        at addresses: [String],
        within timeLeft: Duration?
    ) {
        do throws(TransportError) {
            let handle = if let own = check.ownHandle { own } else { try template.take(kept) }
            do throws(TransportError) {
                let multi = try shard(of: check, template)
                try handle.prepare(for: check, isLast: isLast, at: addresses, within: timeLeft)
                try multi.add(handle.handle)
                check.flight = .exchange(handle)
            } catch {
                // A handle that something went wrong with is not used again.
                handle.check = nil
                check.ownHandle = nil
                throw error
            }
        } catch {
            note(check, .ended(.failure(error)))
        }
    }

    private func shard(of check: Check, _ template: CheckTemplate) throws(TransportError) -> Multi {
        if let shard = check.shard { return shard }
        let shard = try join(keepsConnections: template.keepsConnections)
        check.shard = shard
        return shard
    }

    /// Notes the ends of exchanges in a multi of checks.
    func finishChecks(of multi: Multi) {
        while let (context, error) = unsafe multi.takeUnwatched() {
            let handle = unsafe Unmanaged<CheckHandle>.fromOpaque(context).takeUnretainedValue()
            guard let check = handle.check else { continue }
            release(handle, of: check)
            check.flight = .none
            note(check, .ended(.failure(error)))
        }
        while let (context, code) = unsafe multi.takeFinished() {
            let handle = unsafe Unmanaged<CheckHandle>.fromOpaque(context).takeUnretainedValue()
            guard let check = handle.check else { continue }
            let outcome = handle.outcome(of: code)
            let socket = handle.keptSocket
            release(handle, of: check)
            check.flight = .none
            if let socket { kept.keep(socket, of: check) }
            note(check, .ended(outcome))
        }
    }

    private func release(_ handle: CheckHandle, of check: Check) {
        check.shard?.remove(handle.handle)
        handle.check = nil
        guard let template = check.template else { return }
        if template.ownsHandles { check.ownHandle = handle } else { template.giveBack(handle) }
    }

    // MARK: Kept connections

    /// Another check of the same peer may be using the connection, and keeps it then.
    private func endIdle(_ socket: Int32) {
        if epoll.isIdle(socket) { kept.end(socket) } else { kept.forget(socket) }
    }

    /// The peer closed a connection, or sent what nobody asked for; libcurl sees that before it uses it again.
    func idleReady(_ socket: Int32) {
        epoll.remove(socket)
        guard let check = kept.check(of: socket) else { return }
        kept.forget(socket)
        note(check, .connectionLost)
    }

    // MARK: Shards

    /// A multi with room for one more.
    private func join(keepsConnections: Bool) throws(TransportError) -> Multi {
        var shards = board.shards[keepsConnections, default: []]
        let size = Check.shardSize(keepsConnections: keepsConnections)
        let index = shards.lastIndex { $0.count < size } ?? shards.endIndex
        if index == shards.endIndex {
            let multi = try addMulti(
                .checks,
                rest: keepsConnections ? .watched : .closed,
                // Twice as many, for those that their peers have closed and libcurl has yet to notice.
                connections: size * 2
            )
            multi.context = kept
            shards.append(.init(multi: multi, count: 0))
        }
        shards[index].count += 1
        board.shards[keepsConnections] = shards
        return shards[index].multi
    }

    private func leave(_ multi: Multi, keepsConnections: Bool) {
        guard let index = board.shards[keepsConnections]?.firstIndex(where: { $0.multi === multi }) else { return }
        board.shards[keepsConnections]?[index].count -= 1
        guard board.shards[keepsConnections]?[index].count == 0 else { return }
        board.shards[keepsConnections]?.remove(at: index)
        removeMulti(multi)
    }
}
