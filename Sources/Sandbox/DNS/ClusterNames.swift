/// What the names of a cluster stand for, as CoreDNS answers from Services and EndpointSlices.
///
/// https://github.com/kubernetes/dns/blob/master/docs/specification.md
struct ClusterNames: Sendable {
    /// Where Services and EndpointSlices are read, at each question anew.
    let store: ObjectStore

    /// The domain of the cluster.
    static let zone = ["cluster", "local"]

    /// Something that a name stands for.
    private struct Target: Hashable {
        /// The name that a client goes on with.
        var name: [String]
        var content: DNSRecord.Content
        /// Nil: it has none, or one without name.
        var port: Port?
    }

    /// A port, as questions for services ask for it.
    private struct Port: Hashable {
        var name: String
        var transport: String
        var number: UInt16

        init?(_ port: JSONValue, number field: String) {
            guard let number = port[field].int.flatMap(UInt16.init(exactly:)) else { return nil }
            name = port["name"].string ?? ""
            transport = (port["protocol"].string ?? "TCP").lowercased()
            self.number = number
        }
    }

    /// Answers a question.
    func answer(_ query: DNSQuery) async -> DNSAnswer {
        let name = query.name
        guard query.class == 1, name.suffix(Self.zone.count).elementsEqual(Self.zone) else {
            return DNSAnswer(code: .refused)
        }
        let serial = UInt32(truncatingIfNeeded: await store.revision)
        let authority = DNSRecord(name: Self.zone, content: .authority(serial: serial))
        guard let targets = await targets(of: Array(name.dropLast(Self.zone.count))) else {
            return DNSAnswer(code: .noName, authority: [authority])
        }
        if query.type == DNSRecord.authority, name == Self.zone { return DNSAnswer(records: [authority]) }
        if query.type == DNSRecord.service { return services(targets, name, otherwise: authority) }
        let records = Self.distinct(targets.map { record(name, $0) }).filter {
            // Whatever is asked for, another name is told.
            $0.type == query.type || $0.type == DNSRecord.alias
        }
        return DNSAnswer(records: records, authority: records.isEmpty ? [authority] : [])
    }

    private func record(_ name: [String], _ target: Target) -> DNSRecord {
        let isText = if case .text = target.content { true } else { false }
        return DNSRecord(name: name, content: target.content, lifetime: isText ? 28_800 : 5)
    }

    private func services(_ targets: [Target], _ name: [String], otherwise authority: DNSRecord) -> DNSAnswer {
        let named = targets.filter { $0.port != nil }
        let places = Self.distinct(named.map { Target(name: $0.name, content: .text(""), port: $0.port) })
        let weight = UInt16(max(1, 100 / max(1, places.count)))
        let records = places.map { place in
            DNSRecord(
                name: name,
                content: .service(weight: weight, port: place.port?.number ?? 0, target: place.name)
            )
        }
        let additional = Self.distinct(named.map { DNSRecord(name: $0.name, content: $0.content) })
        return records.isEmpty
            ? DNSAnswer(authority: [authority]) : DNSAnswer(records: records, additional: additional)
    }

    private static func distinct<Element: Hashable>(_ elements: [Element]) -> [Element] {
        var seen: Set<Element> = []
        return elements.filter { seen.insert($0).inserted }
    }

    // MARK: Names

    /// What a name within the zone stands for; empty: it is there and stands for nothing; nil: it is not there.
    private func targets(of name: [String]) async -> [Target]? {
        var labels = name[...]
        guard let kind = labels.popLast() else { return [] }
        if kind == "dns-version", labels.isEmpty { return [Target(name: name, content: .text("1.1.0"))] }
        guard kind == "svc" || kind == "pod" else { return nil }
        guard let namespace = labels.popLast() else { return [] }
        if (try? await store.get(ObjectKey(.namespaces, namespace: "", name: namespace))) == nil { return nil }
        guard let last = labels.popLast() else { return [] }
        if kind == "pod" { return labels.isEmpty ? Self.pod(last) : nil }
        guard let service = try? await store.get(ObjectKey(.services, namespace: namespace, name: last)) else {
            return nil
        }
        return await targets(of: service, Array(labels), [last, namespace, kind] + Self.zone)
    }

    /// `1-2-3-4` is 1.2.3.4, whether or not there is such a pod.
    private static func pod(_ name: String) -> [Target]? {
        let isIPv4 = name.split(separator: "-", omittingEmptySubsequences: false).count == 4 && !name.contains("--")
        guard let address = IPAddress(name.replacing("-", with: isIPv4 ? "." : ":")) else { return nil }
        return [Target(name: [], content: .address(address.bytes))]
    }

    /// `labels`: what stands before the Service's name: nothing, an endpoint's name, or a port and its protocol.
    private func targets(of service: JSONValue, _ labels: [String], _ name: [String]) async -> [Target]? {
        let spec = service["spec"]
        if spec["type"] == "ExternalName" {
            guard labels.isEmpty, let other = spec["externalName"].string else { return nil }
            return [Target(name: name, content: .alias(other.split(separator: ".").map(String.init)))]
        }
        if labels.count > 2 { return nil }
        let port = labels.count == 2 ? labels.map { $0.hasPrefix("_") ? String($0.dropFirst()) : $0 } : nil
        let isEndpoint = labels.count == 1
        let all =
            isEndpoint || spec["clusterIP"] == "None"
            ? await endpoints(of: service, name) : Self.addresses(of: service, name)
        let found = all.filter { target in
            if isEndpoint { return target.name == labels + name }
            guard let port else { return true }
            return target.port?.name == port[0] && target.port?.transport == port[1]
        }
        return found.isEmpty ? nil : found
    }

    private static func addresses(of service: JSONValue, _ name: [String]) -> [Target] {
        let addresses = (service["spec"]["clusterIPs"].array ?? []).compactMap { IPAddress($0.string ?? "") }
        let ports = (service["spec"]["ports"].array ?? []).map { Port($0, number: "port") }
        return addresses.flatMap { address in
            ports.map { Target(name: name, content: .address(address.bytes), port: $0) }
        }
    }

    /// The endpoints that are ready, of all slices of the Service.
    private func endpoints(of service: JSONValue, _ name: [String]) async -> [Target] {
        let metadata = service["metadata"]
        let slices = await store.slices(
            of: metadata["name"].string ?? "",
            namespace: metadata["namespace"].string ?? ""
        )
        return slices.filter { $0["addressType"] != "FQDN" }.flatMap { slice in
            // Without ports there are addresses all the same.
            let listed = (slice["ports"].array ?? []).map { Port($0, number: "port") }
            let ports = listed.isEmpty ? [nil] : listed
            let ready = (slice["endpoints"].array ?? []).filter { $0["conditions"]["ready"] != false }
            return ready.flatMap { endpoint in
                (endpoint["addresses"].array ?? []).compactMap(\.string).flatMap { text -> [Target] in
                    guard let address = IPAddress(text) else { return [] }
                    let dashed = text.replacing(".", with: "-").replacing(":", with: "-")
                    let host = endpoint["hostname"].string ?? dashed
                    return ports.map { Target(name: [host] + name, content: .address(address.bytes), port: $0) }
                }
            }
        }
    }
}
