extension Fault {
    /// A fault that cannot be read.
    struct ParsingError: Error, CustomStringConvertible {
        var description: String
    }

    /// Reads a fault as the admin endpoint takes it.
    ///
    /// `now`: what stale reads show.
    init(_ json: JSONValue, now: StoreView) throws(ParsingError) {
        let known = [
            "effect", "code", "retryAfter", "seconds", "bytes", "verb", "resource", "group", "name", "user", "count",
            "by", "dryRun", "writesPerSecond", "milliseconds", "queueLength",
        ]
        if let key = json.object?.keys.first(where: { !known.contains($0) }) {
            throw ParsingError(description: "unknown key \"\(key)\"; there are \(known.joined(separator: ", "))")
        }
        var kind: Kind?
        if let resource = json["resource"].string {
            kind = Kind.all.first { $0.plural == resource && (json["group"].string ?? $0.group) == $0.group }
            if kind == nil { throw ParsingError(description: "no resource \"\(resource)\"") }
        }
        self.init(
            try Self.effect(json, now),
            verb: json["verb"].string,
            kind: kind,
            name: json["name"].string,
            user: json["user"].string,
            count: try Self.number("count", of: json, 1...1_000_000_000) ?? .max
        )
    }

    /// A whole number; within the bounds nothing that is reckoned with it overflows; nil: it is not given.
    private static func number(
        _ key: String,
        of json: JSONValue,
        _ bounds: ClosedRange<Int>
    ) throws(ParsingError) -> Int? {
        if json[key] == .null { return nil }
        guard let number = json[key].int, bounds.contains(number) else {
            let found = String(decoding: json[key].json.prefix(100), as: UTF8.self)
            let allowed = "\(bounds.lowerBound)…\(bounds.upperBound)"
            throw ParsingError(description: "\"\(key)\": found \(found), allowed is a whole number \(allowed)")
        }
        return number
    }

    /// The codes of refusals, and of whatever else is no success.
    private static let codes = 300...599
    /// A day, so that no clock's end comes into sight.
    private static let longest = 86_400

    private static func effect(_ json: JSONValue, _ now: StoreView) throws(ParsingError) -> Effect {
        switch json["effect"].string {
        case "refuse":
            let code = try number("code", of: json, codes) ?? 500
            return .refuse(code: code, retryAfter: try number("retryAfter", of: json, 0...longest))
        case "deny": return .deny(try denial(json))
        case "delay": return .delay(.seconds(try number("seconds", of: json, 0...longest) ?? 1))
        case "loseAnswer": return .loseAnswer
        case "drop": return .drop
        case "hang": return .hang
        case "truncate": return .truncate(after: try number("bytes", of: json, 0...1_000_000_000) ?? 10)
        case "trickle": return .trickle
        case "distort": return .distort
        case "stale": return .stale(now)
        case "silence": return .silence
        case "capacity": return .capacity(try capacity(json))
        default: throw ParsingError(description: "\"effect\" is missing or unknown")
        }
    }

    private static func capacity(_ json: JSONValue) throws(ParsingError) -> Capacity {
        let queueLength = try number("queueLength", of: json, 0...1_000_000) ?? Capacity.queueLength
        guard let rate = try number("writesPerSecond", of: json, 1...1_000_000) else {
            throw ParsingError(description: "\"writesPerSecond\" is missing")
        }
        let latency = Duration.milliseconds(try number("milliseconds", of: json, 0...longest * 1000) ?? 0)
        return Capacity(writesPerSecond: Double(rate), latency: latency, queueLength: queueLength)
    }

    private static func denial(_ json: JSONValue) throws(ParsingError) -> Denial {
        let code = try number("code", of: json, codes) ?? 403
        switch (json["by"].string ?? "webhook", json["dryRun"].string) {
        case ("webhook", nil): return Denial(by: .webhook(code: code))
        case ("webhook", "unsupported"): return Denial(by: .webhookWithoutDryRun(code: code))
        case ("policy", nil): return Denial(by: .policy)
        case ("unreachable", nil): return Denial(by: .unreachableWebhook)
        default:
            throw ParsingError(
                description: "\"by\" is webhook, unreachable or policy; \"dryRun\" of a webhook is unsupported"
            )
        }
    }
}
