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
            count: json["count"].int ?? .max
        )
    }

    private static func effect(_ json: JSONValue, _ now: StoreView) throws(ParsingError) -> Effect {
        switch json["effect"].string {
        case "refuse": return .refuse(code: json["code"].int ?? 500, retryAfter: json["retryAfter"].int)
        case "deny": return .deny(try denial(json))
        case "delay": return .delay(.seconds(json["seconds"].int ?? 1))
        case "loseAnswer": return .loseAnswer
        case "drop": return .drop
        case "hang": return .hang
        case "truncate": return .truncate(after: json["bytes"].int ?? 10)
        case "trickle": return .trickle
        case "distort": return .distort
        case "stale": return .stale(now)
        case "silence": return .silence
        case "capacity": return .capacity(try capacity(json))
        default: throw ParsingError(description: "\"effect\" is missing or unknown")
        }
    }

    private static func capacity(_ json: JSONValue) throws(ParsingError) -> Capacity {
        let queueLength = json["queueLength"].int ?? Capacity.queueLength
        guard let rate = json["writesPerSecond"].int, rate > 0, queueLength >= 0 else {
            throw ParsingError(description: "\"writesPerSecond\" is missing or below 1, or \"queueLength\" below 0")
        }
        let latency = Duration.milliseconds(max(0, json["milliseconds"].int ?? 0))
        return Capacity(writesPerSecond: Double(rate), latency: latency, queueLength: queueLength)
    }

    private static func denial(_ json: JSONValue) throws(ParsingError) -> Denial {
        let code = json["code"].int ?? 403
        switch (json["by"].string ?? "webhook", json["dryRun"].string) {
        case ("webhook", nil): return Denial(by: .webhook(code: code))
        case ("webhook", "unsupported"): return Denial(by: .webhookWithoutDryRun(code: code))
        case ("policy", nil): return Denial(by: .policy)
        default: throw ParsingError(description: "\"by\" is webhook or policy; \"dryRun\" of a webhook is unsupported")
        }
    }
}
