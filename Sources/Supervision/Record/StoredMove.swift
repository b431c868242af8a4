import FailoverCore
import Foundation
package import KubernetesClient

/// One move in the history on a group's Lease.
package struct StoredMove: Codable, Sendable, Hashable {
    /// When it was announced.
    package var time: MicroTime
    /// The pods that were active.
    package var from: [String]
    /// Nil: nobody.
    package var to: String?
    /// One of `SwitchCause`, or another version's.
    package var cause: String
    /// That of the record that announced it.
    package var epoch: Int
    /// The id of the operator's request that it carries out; nil: none.
    package var request: String?
    /// Who asked for it, as the request says; nil: nobody, or not told.
    package var by: String?
    /// How long the pod that was active had failed when it was decided; nil: it had not, or not told.
    package var failingSeconds: Double?
    /// From the decision to the last write; nil: not finished, or not told.
    package var durationSeconds: Double?
    /// How long nobody was active; nil: nobody was active before, nobody is now, or not told.
    package var nobodyActiveSeconds: Double?
    /// From the promotion to the Service's EndpointSlices that show the pod as ready; nil: not seen, or not told.
    package var endpointSeconds: Double?
    /// How long the address families led to different pods, in mode EndpointSlice; nil: there is one family, or not told.
    package var familyGapSeconds: Double?
    /// What another version says besides.
    private var others: [String: JSONFragment] = [:]

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case time, from, to, cause, epoch, request, by, failingSeconds, durationSeconds, nobodyActiveSeconds,
            endpointSeconds, familyGapSeconds
    }

    /// Characters of who asked that are kept.
    private static let longestName = 100
    /// Pods that are named at most.
    private static let mostPods = 20

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        time = try container.decode(MicroTime.self, forKey: .time)
        let names = try container.decodeIfPresent([String].self, forKey: .from) ?? []
        from = names.filter(ObjectName.isValid).prefix(Self.mostPods).map { $0 }
        to = try container.decodeIfPresent(String.self, forKey: .to).flatMap { ObjectName.isValid($0) ? $0 : nil }
        cause = try container.decode(String.self, forKey: .cause).cut(to: 40)
        let number = try container.decode(Int.self, forKey: .epoch)
        guard let epoch = Epoch(read: number) else {
            throw DecodingError.dataCorruptedError(forKey: .epoch, in: container, debugDescription: "is no epoch")
        }
        self.epoch = epoch.number
        request = try container.decodeIfPresent(String.self, forKey: .request)?.cut(to: StoredRequest.longestID)
        by = (try? container.decodeIfPresent(String.self, forKey: .by))?.cut(to: Self.longestName)
        failingSeconds = Duration(in: container, .failingSeconds)?.inSeconds
        durationSeconds = Duration(in: container, .durationSeconds)?.inSeconds
        nobodyActiveSeconds = Duration(in: container, .nobodyActiveSeconds)?.inSeconds
        endpointSeconds = Duration(in: container, .endpointSeconds)?.inSeconds
        familyGapSeconds = Duration(in: container, .familyGapSeconds)?.inSeconds
        others = StoredJSON.others(decoder, besides: CodingKeys.allCases)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(time, forKey: .time)
        try container.encode(from, forKey: .from)
        try container.encodeIfPresent(to, forKey: .to)
        try container.encode(cause, forKey: .cause)
        try container.encode(epoch, forKey: .epoch)
        try container.encodeIfPresent(request, forKey: .request)
        try container.encodeIfPresent(by, forKey: .by)
        try container.encodeIfPresent(failingSeconds, forKey: .failingSeconds)
        try container.encodeIfPresent(durationSeconds, forKey: .durationSeconds)
        try container.encodeIfPresent(nobodyActiveSeconds, forKey: .nobodyActiveSeconds)
        try container.encodeIfPresent(endpointSeconds, forKey: .endpointSeconds)
        try container.encodeIfPresent(familyGapSeconds, forKey: .familyGapSeconds)
        try encoder.encode(members: others)
    }

    /// `now`: when a move that has no time is written down: it begins now or, if it is made already, took its duration until now.
    init(_ entry: MoveEntry, now: Date) {
        let beginning = MicroTime(now.addingTimeInterval(-(entry.duration?.inSeconds ?? 0)))
        time = entry.startedAt.map { MicroTime(microseconds: $0) } ?? beginning
        from = entry.from
        to = entry.target
        cause = entry.cause.rawValue
        epoch = entry.epoch.number
        request = entry.request
        failingSeconds = entry.failing?.inSeconds
        durationSeconds = entry.duration?.inSeconds
        nobodyActiveSeconds = entry.gap?.inSeconds
        familyGapSeconds = entry.familyGap?.inSeconds
    }

    /// The same, with what was written of this move before and the core does not know: its endpoint, what another version says.
    func keeping(_ stored: [StoredMove]) -> StoredMove {
        guard let before = stored.last(where: { $0.epoch == epoch && $0.time == time }) else { return self }
        var kept = self
        kept.others = before.others
        kept.endpointSeconds = before.endpointSeconds
        kept.by = before.by ?? by
        if cause == SwitchCause.other.rawValue { kept.cause = before.cause }
        return kept
    }

    /// The same, with who asked, if it carries out this request.
    func asked(by request: StoredRequest?) -> StoredMove {
        guard let request, request.id == self.request, by == nil else { return self }
        var told = self
        told.by = request.by?.cut(to: Self.longestName)
        return told
    }

    /// The move as the core remembers it; a cause of another version counts as `SwitchCause.other`.
    ///
    /// `now`: by the wall clock that the move was stored by.
    func entry(now: MicroTime) -> MoveEntry {
        var move = MoveEntry(
            epoch: Epoch(epoch),
            from: from,
            target: to,
            cause: SwitchCause(rawValue: cause) ?? .other,
            startedAt: time.microseconds,
            age: .microseconds(max(0, now.microseconds - time.microseconds)),
            duration: durationSeconds.flatMap(Duration.init(readSeconds:)),
            gap: nobodyActiveSeconds.flatMap(Duration.init(readSeconds:))
        )
        move.request = request
        move.familyGap = familyGapSeconds.flatMap(Duration.init(readSeconds:))
        move.failing = failingSeconds.flatMap(Duration.init(readSeconds:))
        return move
    }

    /// Why, in words.
    package var reason: String { SwitchCause(rawValue: cause)?.description ?? cause }

    /// Why, once it is over.
    package var pastReason: String {
        switch SwitchCause(rawValue: cause) {
        case .noActive: "nobody was active"
        case .activeGone: "the active pod was gone"
        case .activeTerminating: "the active pod was terminating"
        case .activeWithoutAddress: "the active pod had no IP"
        case .activeUnhealthy: "the active pod was unhealthy"
        case .activeUnknown: "the active pod had given no verdict in time"
        case .activeNotReady: "the active pod was not Ready"
        case .preempted: "a pod of higher priority was healthy again"
        case .nodeDraining: "the active pod's node was being drained"
        case .following: "another group of the set had moved"
        case .multipleActive: "several pods were active"
        case .targetRefused: "the API server denied the promotion of another pod"
        // These tell of the past as they are.
        case .switchover, .labelledByHand, .fenced, .unfinishedSwitch, .labelLost, .other, nil: reason
        }
    }
}

extension Duration {
    /// Seconds as somebody wrote them; nil for what is no duration of a move or a pause.
    init?(readSeconds seconds: Double) {
        guard (0...1e9).contains(seconds) else { return nil }
        self = .microseconds(Int64(seconds * 1e6))
    }

    /// The seconds of a field; nil if there are none, or none that are a duration.
    fileprivate init?<Key>(in container: KeyedDecodingContainer<Key>, _ key: Key) {
        guard let seconds = try? container.decodeIfPresent(Double.self, forKey: key) else { return nil }
        self.init(readSeconds: seconds)
    }
}
