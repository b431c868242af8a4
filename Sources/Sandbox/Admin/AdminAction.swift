/// What the admin endpoint can do to the sandbox, by its path.
package enum AdminAction: Sendable, Equatable {
    /// The pod's application behaves like this from now on.
    case setApplication(namespace: String, pod: String, ToyApplications.Behaviour)
    /// The node fails in this way until it recovers.
    case failNode(String, Kubelet.Failure)
    /// The node's failure ends.
    case recoverNode(String)
    /// `seconds`: how long; nil: until it is started.
    case stopServer(seconds: Int?)
    /// The API server listens again, at the same port.
    case startServer
    /// `resetsRevisions`: the resourceVersions begin anew, as after the restore of a backup.
    case restartServer(resetsRevisions: Bool)
    /// Every open watch ends in good order; clients may watch again at once.
    case cutWatches
    /// Older resourceVersions are answered with 410 from now on.
    case compact
    /// Injected faults end; failed nodes and broken applications stay as they are.
    case removeFaults
    /// The EndpointSlice controller sees its own writes so much later; zero: at once.
    case delaySlices(Duration)
    /// The EndpointSlice controller's writes take so long; zero: no time.
    case slowSlices(Duration)
    /// The EndpointSlice controller writes so many slices a second; 0: as many as there are.
    case limitSlices(perSecond: Int)

    /// Why a request is no action.
    package enum Mistake: Error, Equatable {
        /// There is no such path.
        case unknown
        /// A number in it is none, or out of bounds, in words.
        case number(String)
    }

    /// Reads a request; `seconds`: what its query says, nil: nothing.
    package init(path: String, seconds: String? = nil) throws(Mistake) {
        let parts = path.split(separator: "/").map(String.init)
        switch (parts.first, parts.count) {
        case ("pods", 4...): self = .setApplication(namespace: parts[1], pod: parts[2], try .init(Array(parts[3...])))
        case ("nodes", 3):
            if parts[2] == "recover" {
                self = .recoverNode(parts[1])
            } else if let failure = Kubelet.Failure(rawValue: parts[2]) {
                self = .failNode(parts[1], failure)
            } else {
                throw .unknown
            }
        case ("server", 3): self = try Self.ofSlices(parts[1], parts[2])
        case ("server", 2): self = try Self.ofServer(parts[1], seconds: seconds)
        default: throw .unknown
        }
    }

    private static func ofSlices(_ word: String, _ text: String) throws(Mistake) -> AdminAction {
        func number() throws(Mistake) -> Int { try whole(text, word, 0...600_000) }
        switch word {
        case "slice-lag": return .delaySlices(.milliseconds(try number()))
        case "slice-update": return .slowSlices(.milliseconds(try number()))
        case "slice-rate": return .limitSlices(perSecond: try number())
        default: throw .unknown
        }
    }

    /// A whole number; within the bounds nothing that is reckoned with it overflows.
    fileprivate static func whole(_ text: String, _ name: String, _ bounds: ClosedRange<Int>) throws(Mistake) -> Int {
        guard let number = Int(text), bounds.contains(number) else {
            throw .number("\(name): found \(text), allowed is a whole number \(bounds.lowerBound)…\(bounds.upperBound)")
        }
        return number
    }

    private static func ofServer(_ word: String, seconds: String?) throws(Mistake) -> AdminAction {
        switch word {
        case "stop":
            guard let seconds else { return .stopServer(seconds: nil) }
            return .stopServer(seconds: try whole(seconds, "seconds", 0...86_400))
        case "start": return .startServer
        case "restart": return .restartServer(resetsRevisions: false)
        case "restore": return .restartServer(resetsRevisions: true)
        case "cut-watches": return .cutWatches
        case "compact": return .compact
        case "heal": return .removeFaults
        default: throw .unknown
        }
    }

    /// What there is, one line each.
    package static let help = """
        POST /pods/NAMESPACE/POD/healthy|hanging|refusing|status/CODE|redirect/CODE|slow/SECONDS
        POST /nodes/NAME/dead|partitioned|recover
        POST /server/stop[?seconds=N]   the API server goes away
        POST /server/start
        POST /server/restart            every connection ends, everything is kept
        POST /server/restore            the same, and resourceVersions begin anew
        POST /server/cut-watches
        POST /server/compact            older resourceVersions are answered with 410
        POST /server/slice-lag/MILLISECONDS
                                        the EndpointSlice controller sees its own writes later; a label that changes meanwhile fails
                                        its sync, which is tried again after 1 s, 2 s, …; 0: as if it saw them at once
        POST /server/slice-update/MILLISECONDS
                                        its writes take so long, and a label that changes meanwhile fails its sync in the same way
        POST /server/slice-rate/NUMBER  it writes so many slices a second, as the real one (20); 0: as many as there are
        POST /server/faults             {"effect": "refuse", "code": 500, "verb": "patch", "resource": "pods", "count": 3}
             effects: refuse (code, retryAfter), deny, delay (seconds), loseAnswer, drop, hang, truncate (bytes), trickle, distort,
             stale, silence, capacity; verb, resource, group, name, user and count narrow it down
             deny: as a validating webhook denies changes of an object, also with dryRun=All; code: 403, unless the webhook
             says otherwise; "dryRun": "unsupported": it is not asked then (400); "by": "policy": a ValidatingAdmissionPolicy
             capacity: so many "writesPerSecond", each after "milliseconds"; more wait, "queueLength" of each user, then 429
        POST /server/heal               the faults end
        GET  /pods                      the applications and their addresses

        """
}

extension ToyApplications.Behaviour {
    /// Reads `healthy`, `status/503`, `slow/2` and so on.
    fileprivate init(_ words: [String]) throws(AdminAction.Mistake) {
        switch (words[0], words.count) {
        case ("healthy", 1): self = .healthy
        case ("hanging", 1): self = .hanging
        case ("refusing", 1): self = .refusing
        case ("status", 2): self = .status(try AdminAction.whole(words[1], "status", 200...599))
        case ("redirect", 2): self = .redirecting(try AdminAction.whole(words[1], "redirect", 200...599))
        case ("slow", 2):
            guard let seconds = Double(words[1]), (0...3600).contains(seconds) else {
                throw .number("slow: found \(words[1]), allowed is a number of seconds 0…3600")
            }
            self = .slow(.milliseconds(Int(seconds * 1000)))
        default: throw .unknown
        }
    }
}
