import Glibc

/// Names are resolved beside the loop; whoever needs one waits for it here, with a deadline.
extension EventLoop {
    /// Somebody who waits for a name.
    final class NameWait {
        /// What is looked up.
        let name: String
        fileprivate let then: (Result<[String], TransportError>) -> Void
        fileprivate var timer: LoopTimer?

        fileprivate init(_ name: String, then: @escaping (Result<[String], TransportError>) -> Void) {
            self.name = name
            self.then = then
        }
    }

    /// On the loop: finds a name's addresses, as texts; `then` is called on the loop, at once if they are known.
    ///
    /// `limit`: how long to wait; that nothing comes in time says nothing of the name.
    /// `staleness`: how old addresses may be while no name server answers, ns.
    /// - Returns: what is waited for; nil if `then` was called already.
    func resolve(
        _ name: String,
        within limit: Duration?,
        staleness: UInt64 = NameResolver.staleness,
        then: @escaping (Result<[String], TransportError>) -> Void
    ) -> NameWait? {
        if let known = resolver.known(name, staleness: staleness) {
            then(known.mapError { TransportError(name, $0) })
            return nil
        }
        let wait = NameWait(name, then: then)
        if let limit {
            wait.timer = schedule(at: Self.now + limit.nanosecondCount) { [self] in
                names[name]?.removeAll { $0 === wait }
                then(.failure(TransportError(.unresolved, "\(name): no answer from a name server in time")))
            }
        }
        let isAsked = names[name] != nil
        names[name, default: []].append(wait)
        if !isAsked {
            resolver.resolve(name) { [weak self] answer in
                guard let self else { return }
                execute { self.resolved(name, answer.mapError { TransportError(name, $0) }) }
            }
        }
        return wait
    }

    /// On the loop: nobody waits any more.
    func cancel(_ wait: NameWait) {
        wait.timer.map(cancel)
        names[wait.name]?.removeAll { $0 === wait }
    }

    /// On the loop: whoever waits gets this instead.
    func end(_ wait: NameWait, _ error: TransportError) {
        cancel(wait)
        wait.then(.failure(error))
    }

    /// Who waits for one name may be thousands: they go on a few at a time.
    private func resolved(_ name: String, _ answer: Result<[String], TransportError>) {
        let waits = names.removeValue(forKey: name) ?? []
        for wait in waits.prefix(Self.resumedAtOnce) {
            wait.timer.map(cancel)
            wait.then(answer)
        }
        let rest = waits.dropFirst(Self.resumedAtOnce)
        guard !rest.isEmpty else { return }
        names[name, default: []].insert(contentsOf: rest, at: 0)
        execute { [self] in resolved(name, answer) }
    }

    private static let resumedAtOnce = 32

    /// The loop ends.
    func endNameWaits() {
        let waits = names.values.flatMap { $0 }
        names = [:]
        for wait in waits {
            wait.timer.map(cancel)
            wait.then(.failure(TransportError(.stopped)))
        }
    }
}

extension HTTPRequest {
    /// The name that must be resolved to make the request; nil if its host is an address, or a proxy resolves it.
    var nameToResolve: String? {
        guard url.hasPrefix("http://") || url.hasPrefix("https://") else { return nil }
        guard proxy?.isEmpty ?? !Self.hasProxyEnvironment, let place = URLAuthority(url), !place.isAddress else {
            return nil
        }
        return place.bareHost
    }

    /// Whether libcurl would find a proxy in the environment.
    ///
    /// https://curl.se/libcurl/c/libcurl-env.html
    private static let hasProxyEnvironment: Bool = {
        let names = ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
        return names.contains { (name: String) in unsafe getenv(name).map { unsafe $0.pointee != 0 } ?? false }
    }()
}

extension TransportError {
    /// A name has no address that we know.
    fileprivate init(_ name: String, _ failure: NameLookup.Failure) {
        self.init(.unresolved, "\(name): \(failure.words)")
    }
}
