extension EventLoop {
    /// On the loop: begins an exchange.
    ///
    /// The observer's `received` functions are called from inside libcurl and must not call the loop; its `ended` may.
    func start(_ request: HTTPRequest, id: TransferID, observer: any TransferObserver) {
        precondition(isCurrent)
        guard let name = request.nameToResolve else { return begin(request, [], id: id, observer: observer) }
        let start = Self.now
        let limit = [request.timeout, request.headTimeout].compactMap(\.self).min()
        // A connection that stands needs no address.
        transferWaits[id] = resolve(name, within: limit, staleness: .max) { [self] result in
            transferWaits[id] = nil
            switch result {
            case .success(let addresses):
                request.trace?.note(.note, "\(name) is \(addresses.joined(separator: ", "))")
                var rest = request
                rest.timeout = request.timeout.map { max(.milliseconds(1), $0 - .nanoseconds(Int64(Self.now - start))) }
                begin(rest, addresses, id: id, observer: observer)
            case .failure(let error): observer.ended(.failure(error))
            }
        }
    }

    private func begin(_ request: HTTPRequest, _ addresses: [String], id: TransferID, observer: any TransferObserver) {
        do throws(TransportError) {
            let handle = try handles.take()
            let transfer = Transfer(id: id, request: request, handle: handle, observer: observer)
            transfer.addresses = addresses
            do throws(TransportError) {
                try transfer.configure()
                try pool(request.pool).add(transfer)
            } catch {
                handles.giveBack(handle)
                throw error
            }
            begin(transfer)
        } catch {
            observer.ended(.failure(error))
        }
    }

    private func begin(_ transfer: Transfer) {
        transfers[transfer.id] = transfer
        armHeadTimer(transfer)
        armIdleTimer(transfer)
    }

    /// On the loop: ends an exchange with `.cancelled`, unless it has ended already.
    func cancel(_ id: TransferID) {
        precondition(isCurrent)
        if let transfer = transfers[id] { finish(transfer, .failure(TransportError(.cancelled))) }
        if let wait = transferWaits[id] { end(wait, TransportError(.cancelled)) }
    }

    /// On the loop: a stream's reader took `bytes` out of its buffer.
    func consumed(_ bytes: Int, of id: TransferID) {
        transfers[id]?.consumed(bytes)
    }

    /// From anywhere: connections of this pool are used for nothing new; the pool goes when its last exchange ends.
    package func retire(pool index: Int) {
        execute { [self] in
            pools[index]?.isRetired = true
            removeIfRetired(index)
        }
    }

    func finishTransfers(of multi: Multi) {
        while let (context, error) = unsafe multi.takeUnwatched() {
            finish(unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue(), .failure(error))
        }
        while let (context, code) = unsafe multi.takeFinished() {
            let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
            finish(transfer, transfer.outcome(of: code))
        }
    }

    func finish(_ transfer: Transfer, _ outcome: Result<HTTPResponse, TransportError>) {
        transfers[transfer.id] = nil
        pools[transfer.request.pool]?.remove(transfer)
        for timer in [transfer.headTimer, transfer.idleTimer] { timer.map(cancel) }
        handles.giveBack(transfer.handle)
        removeIfRetired(transfer.request.pool)
        transfer.observer.ended(outcome)
    }

    private func pool(_ index: Int) throws(TransportError) -> TransferPool {
        if let pool = pools[index] { return pool }
        let pool = TransferPool(try addMulti(.transfers, rest: .unwatched, connections: 256))
        pools[index] = pool
        return pool
    }

    private func removeIfRetired(_ index: Int) {
        guard let pool = pools[index], pool.isRetired, pool.isEmpty else { return }
        pools[index] = nil
        removeMulti(pool.multi)
    }

    // MARK: Deadlines that libcurl does not have

    private func armHeadTimer(_ transfer: Transfer) {
        guard let limit = transfer.request.headTimeout else { return }
        transfer.headTimer = schedule(at: Self.now + limit.nanosecondCount) { [self, unowned transfer] in
            if !transfer.hasHead { finish(transfer, .failure(TransportError(.timedOut, "no headers"))) }
        }
    }

    private func armIdleTimer(_ transfer: Transfer) {
        guard let limit = transfer.request.idleTimeout?.nanosecondCount else { return }
        transfer.idleTimer = schedule(at: transfer.lastActivity + limit) { [self, unowned transfer] in
            // Before the head the other limits count; while it is paused the reader is the slow one, not the peer.
            if transfer.isPaused || !transfer.hasHead { transfer.lastActivity = Self.now }
            if transfer.lastActivity + limit > Self.now {
                armIdleTimer(transfer)
            } else {
                finish(transfer, .failure(TransportError(.idle)))
            }
        }
    }
}

extension Duration {
    /// Nanoseconds, at least 0, for the loop's clock; the core has its own of its own times, as it imports nothing.
    var nanosecondCount: UInt64 { UInt64(clamping: attoseconds / 1_000_000_000) }

    /// Milliseconds, rounded up, at least 1: zero would mean "for ever" to libcurl.
    var millisecondCount: Int { Int(clamping: max(1, (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)) }
}
