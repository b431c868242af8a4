import Foundation

/// The events of one stream, line by line as they come.
///
/// https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
struct EventLines: Sendable {
    /// An event with a name.
    struct Event: Sendable, Hashable {
        /// As `event:` says it.
        var name: String
        /// The line of data.
        var data: String
    }

    /// Bytes of a line that are kept at most; a longer one is none of ours.
    private static let longestLine = 4 << 20

    private var rest: [UInt8] = []
    private var name = ""
    private var data = ""

    /// The events that are whole once `bytes` have come.
    mutating func events(adding bytes: [UInt8]) -> [Event] {
        var found: [Event] = []
        var start = bytes.startIndex
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            rest += bytes[start..<end]
            start = end + 1
            if let event = took(String(decoding: rest, as: UTF8.self)) { found.append(event) }
            rest.removeAll(keepingCapacity: true)
        }
        if rest.count + bytes.count <= Self.longestLine { rest += bytes[start...] }
        return found
    }

    private mutating func took(_ line: String) -> Event? {
        if line.isEmpty {
            defer { (name, data) = ("", "") }
            return name.isEmpty ? nil : Event(name: name, data: data)
        }
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let value = parts.count == 2 ? String(parts[1].drop { $0 == " " }) : ""
        if parts[0] == "event" { name = value }
        if parts[0] == "data" { data = value }
        return nil
    }
}

/// What several supervisors tell, as one: of a group that more than one tells of, who leads it is believed.
struct MergedGroups: Sendable {
    /// A group.
    struct Key: Codable, Sendable, Hashable {
        /// Where it is.
        var namespace: String
        /// Of the configuration.
        var name: String
    }

    /// A group is another than was told, or gone if there is no text.
    struct Change: Sendable, Hashable {
        /// Which.
        var key: Key
        /// Its JSON.
        var text: String?
    }

    private struct Part: Sendable {
        var standing: GroupStatus.Standing
        var text: String
    }

    private struct Standing: Decodable {
        var standing: GroupStatus.Standing
    }

    private var parts: [Key: [SupervisorPods.Place: Part]] = [:]
    private var told: [Key: String] = [:]
    /// While a supervisor tells everything anew: what it has told.
    private var telling: [SupervisorPods.Place: Set<Key>] = [:]
    private var expected: Set<SupervisorPods.Place> = []
    private var heard: Set<SupervisorPods.Place> = []

    /// Whether any supervisor is heard now.
    var isHeard: Bool { !heard.isEmpty }
    /// Whether every supervisor has told everything that is expected to.
    var isWhole: Bool { expected.isSubset(of: heard) }

    /// Who tells what is believed of a group; nil: nobody.
    func place(of key: Key) -> SupervisorPods.Place? { parts[key]?.min(by: Self.isBefore)?.key }

    /// A supervisor was found.
    mutating func expect(_ place: SupervisorPods.Place) { expected.insert(place) }

    /// A supervisor is not heard for now; what it told stays until it is told anew, or the supervisor is no more.
    mutating func lost(_ place: SupervisorPods.Place) {
        telling[place] = nil
        heard.remove(place)
        expected.remove(place)
    }

    /// A supervisor is no more.
    mutating func forget(_ place: SupervisorPods.Place) -> [Change] {
        lost(place)
        return parts.keys.filter { parts[$0]?[place] != nil }.compactMap { set($0, place, nil) }
    }

    /// A supervisor has told something; `namespace`: the only one that is wanted, nil: all are.
    mutating func heard(
        _ event: EventLines.Event,
        from place: SupervisorPods.Place,
        within namespace: String?
    ) -> [Change] {
        let data = Data(event.data.utf8)
        switch event.name {
        case "reset": telling[place] = []
        case "ready":
            heard.insert(place)
            guard let whole = telling.removeValue(forKey: place) else { return [] }
            let outdated = parts.keys.filter { parts[$0]?[place] != nil && !whole.contains($0) }
            return outdated.compactMap { set($0, place, nil) }
        case "group", "removed":
            guard let key = try? JSONDecoder().decode(Key.self, from: data),
                namespace == nil || key.namespace == namespace
            else { return [] }
            let standing = try? JSONDecoder().decode(Standing.self, from: data).standing
            telling[place]?.insert(key)
            return [set(key, place, standing.map { Part(standing: $0, text: event.data) })].compactMap(\.self)
        default: break
        }
        return []
    }

    private mutating func set(_ key: Key, _ place: SupervisorPods.Place, _ part: Part?) -> Change? {
        parts[key, default: [:]][place] = part
        if parts[key]?.isEmpty ?? true { parts[key] = nil }
        let text = parts[key]?.min(by: Self.isBefore)?.value.text
        guard text != told[key] else { return nil }
        told[key] = text
        return Change(key: key, text: text)
    }

    /// Who leads comes first, then who did; of equals always the same.
    private static func isBefore(
        _ one: (key: SupervisorPods.Place, value: Part),
        _ other: (key: SupervisorPods.Place, value: Part)
    ) -> Bool {
        let order: [GroupStatus.Standing] = [.leading, .inDoubt, .standby]
        let ranks = [one, other].map { order.firstIndex(of: $0.value.standing) ?? order.count }
        return (ranks[0], one.key.namespace, one.key.pod) < (ranks[1], other.key.namespace, other.key.pod)
    }
}
