/// Something that goes wrong for requests of a kind.
package struct Fault: Sendable {
    /// What goes wrong.
    package enum Effect: Sendable {
        /// The answer comes this much later.
        case delay(Duration)
        /// The request is refused, unread.
        case refuse(code: Int, retryAfter: Int?)
        /// Admission denies the change of an object; what was refused without it, still is.
        case deny(Denial)
        /// The request is carried out, and the connection ends instead of an answer.
        case loseAnswer
        /// The connection ends, and the request is not carried out.
        case drop
        /// No answer ever comes, and the request is not carried out.
        case hang
        /// The answer's body ends after so many bytes, and the connection with it; the stream of a command ends in good order,
        /// but without its status.
        case truncate(after: Int)
        /// The answer's body comes one byte at a time.
        case trickle
        /// The answer is whole and in JSON, and its members are not what the API promises.
        case distort
        /// A read shows the objects as they were; a watch shows only what was already there.
        case stale(StoreView)
        /// A watch is accepted and says nothing, not even a bookmark.
        case silence
        /// Writes take their time, wait for each other, and are refused when too many wait.
        case capacity(Capacity)
    }

    /// What happens to each request that it strikes.
    package var effect: Effect
    /// Nil: every verb.
    package var verb: String?
    /// Nil: every kind.
    package var kind: Kind?
    /// Nil: every object.
    package var name: String?
    /// Who makes the request; nil: everybody.
    package var user: String?
    /// How often it strikes before it goes away.
    package var count: Int

    /// A fault that strikes every request unless it is narrowed down; without `count` it stays until it is removed.
    package init(
        _ effect: Effect,
        verb: String? = nil,
        kind: Kind? = nil,
        name: String? = nil,
        user: String? = nil,
        count: Int = .max
    ) {
        self.effect = effect
        self.verb = verb
        self.kind = kind
        self.name = name
        self.user = user
        self.count = count
    }

    /// Whether a request fits the verb, kind, name and user; `count` is not looked at.
    func strikes(_ request: APIRequest, from caller: Caller) -> Bool {
        (verb == nil || verb == request.verb) && (kind == nil || kind == request.kind)
            && (name == nil || name == request.name) && (user == nil || user == caller.user) && concerns(request)
    }

    /// Admission is asked about changes of objects here, and not about their subresources; reads need no capacity.
    private func concerns(_ request: APIRequest) -> Bool {
        switch effect {
        case .deny: ["update", "patch"].contains(request.verb) && request.subresource == nil
        case .capacity: !["get", "list", "watch"].contains(request.verb)
        case .delay, .refuse, .loseAnswer, .drop, .hang, .truncate, .trickle, .distort, .stale, .silence: true
        }
    }
}
