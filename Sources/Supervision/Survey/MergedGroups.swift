import Foundation

/// What several supervisors tell, as one: of those that are believed about a group, who leads it is.
///
/// What is not believed is not kept, and of one supervisor only so much.
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

    /// What one supervisor has told, and what of it counts.
    private struct Account: Sendable {
        /// Groups that are kept.
        var groups = 0
        /// The bytes of their texts.
        var bytes = 0
        /// The first group since it began to tell that it says it leads and is not believed about.
        var doubt: Key?
        /// Whether it has told of any group that was not believed.
        var hasMissed = false
    }

    /// Groups of one supervisor that are kept at most.
    static let mostGroups = 20_000
    /// Bytes of what one supervisor tells that are kept at most.
    static let mostBytes = 64 << 20

    private var parts: [Key: [SupervisorPods.Place: Part]] = [:]
    private var told: [Key: String] = [:]
    /// While a supervisor tells everything anew: what it has told.
    private var telling: [SupervisorPods.Place: Set<Key>] = [:]
    private var expected: Set<SupervisorPods.Place> = []
    private var heard: Set<SupervisorPods.Place> = []
    private var accounts: [SupervisorPods.Place: Account] = [:]
    /// Those that have to tell everything anew, for more of it is believed now.
    private var outdated: Set<SupervisorPods.Place> = []
    private var trust: TrustedPlaces

    /// Nothing was told.
    init(trust: TrustedPlaces) { self.trust = trust }

    /// Whether any supervisor is heard now.
    var isHeard: Bool { !heard.isEmpty }
    /// Whether every supervisor has told everything that is expected to.
    var isWhole: Bool { expected.isSubset(of: heard) }

    /// Who tells what is believed of a group; nil: nobody.
    func place(of key: Key) -> SupervisorPods.Place? { parts[key]?.min(by: Self.isBefore)?.key }

    /// Whether a supervisor tells more than can be kept.
    func isTooMuch(from place: SupervisorPods.Place) -> Bool {
        guard let account = accounts[place] else { return false }
        return account.groups > Self.mostGroups || account.bytes > Self.mostBytes
    }

    /// What supervisors say and is not believed, in words, a line for each.
    var doubts: [String] {
        accounts.compactMap { place, account in account.doubt.map { TrustedPlaces.doubt(place, of: $0) } }.sorted()
    }

    /// Whether a supervisor has to tell everything anew, for more of it is believed than when it told it; asked once.
    mutating func takeOutdated(_ place: SupervisorPods.Place) -> Bool { outdated.remove(place) != nil }

    /// Other supervisors than before are believed, or about other groups.
    mutating func trust(_ trust: TrustedPlaces) -> [Change] {
        guard trust != self.trust else { return [] }
        self.trust = trust
        for (place, account) in accounts where account.hasMissed { outdated.insert(place) }
        for (place, account) in accounts where account.doubt.map({ trust.believes(place, of: $0) }) ?? false {
            accounts[place]?.doubt = nil
        }
        let refused = parts.flatMap { key, parts in parts.keys.filter { !trust.believes($0, of: key) }.map { (key, $0) }
        }
        return refused.compactMap { set($0.0, $0.1, nil) }
    }

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
        outdated.remove(place)
        defer { accounts[place] = nil }
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
        case "reset":
            telling[place] = []
            accounts[place]?.doubt = nil
            accounts[place]?.hasMissed = false
        case "ready":
            heard.insert(place)
            guard let whole = telling.removeValue(forKey: place) else { return [] }
            let outdated = parts.keys.filter { parts[$0]?[place] != nil && !whole.contains($0) }
            return outdated.compactMap { set($0, place, nil) }
        case "group":
            guard let status = try? JSONDecoder().decode(GroupStatus.self, from: data),
                namespace == nil || status.namespace == namespace
            else { return [] }
            return [told(status, by: place)].compactMap(\.self)
        case "removed":
            guard let key = try? JSONDecoder().decode(Key.self, from: data) else { return [] }
            telling[place]?.remove(key)
            return [set(key, place, nil)].compactMap(\.self)
        default: break
        }
        return []
    }

    /// What is handed on is written here: another's text may have any shape.
    private mutating func told(_ status: GroupStatus, by place: SupervisorPods.Place) -> Change? {
        let key = Key(status)
        guard trust.believes(place, of: key), let text = status.text else {
            accounts[place, default: Account()].hasMissed = true
            if status.standing != .standby, accounts[place]?.doubt == nil { accounts[place]?.doubt = key }
            telling[place]?.remove(key)
            return set(key, place, nil)
        }
        telling[place]?.insert(key)
        return set(key, place, Part(standing: status.standing, text: text))
    }

    private mutating func set(_ key: Key, _ place: SupervisorPods.Place, _ part: Part?) -> Change? {
        let before = parts[key]?[place]
        if before == nil, part == nil { return nil }
        parts[key, default: [:]][place] = part
        if parts[key]?.isEmpty ?? true { parts[key] = nil }
        accounts[place, default: Account()].groups += (part == nil ? 0 : 1) - (before == nil ? 0 : 1)
        accounts[place]?.bytes += (part?.text.utf8.count ?? 0) - (before?.text.utf8.count ?? 0)
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

extension MergedGroups.Key {
    /// That of a group that is told.
    init(_ status: GroupStatus) { self.init(namespace: status.namespace, name: status.name) }

    /// That of a group's record.
    init(_ record: RecordedGroup) { self.init(namespace: record.namespace, name: record.name) }
}

extension GroupStatus {
    /// As JSON on one line, the fields sorted; nil: it cannot be written.
    var text: String? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) }
    }
}
