import Transport

/// The templates of checks in use, one for all targets that are asked alike.
struct TemplateRegistry {
    /// What makes two templates the same.
    private struct Key: Hashable {
        var request: HTTPRequest
        var keepsBody: Bool
        var keepsHeaders: Bool
    }

    /// Those that no target uses any more are gone.
    private struct Entry {
        weak var template: CheckTemplate?
    }

    private var entries: [Key: Entry] = [:]
    private var pruningSize = 64

    /// The template for requests that differ from `request` by their host, port and path only.
    mutating func template(for request: HTTPRequest, of probe: any ExchangeProbe) -> CheckTemplate {
        var shared = request
        shared.url = request.url.hasPrefix("https:") ? "https://peer" : "http://peer"
        let key = Key(request: shared, keepsBody: probe.keepsBody, keepsHeaders: probe.keepsHeaders)
        if let known = entries[key]?.template { return known }
        let template = CheckTemplate(shared, keepsBody: probe.keepsBody, keepsHeaders: probe.keepsHeaders)
        prune()
        entries[key] = Entry(template: template)
        return template
    }

    private mutating func prune() {
        guard entries.count >= pruningSize else { return }
        entries = entries.filter { $0.value.template != nil }
        pruningSize = max(64, entries.count * 2)
    }
}
