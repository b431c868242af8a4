extension Kind {
    /// Where the traffic of a Service goes.
    ///
    /// https://kubernetes.io/docs/reference/kubernetes-api/service-resources/endpoint-slice-v1/
    package static let endpointSlices: Kind = Kind(
        group: "discovery.k8s.io",
        plural: "endpointslices",
        kind: "EndpointSlice",
        countsGenerations: true,
        countsLabels: true,
        columns: EndpointSliceRules.columns,
        fillIn: EndpointSliceRules.fillIn,
        settle: EndpointSliceRules.settle
    )
}

/// What sets EndpointSlices apart.
private enum EndpointSliceRules {
    static let columns: [Column] = [
        .text("AddressType") { $0["addressType"].string },
        list("Ports") { slice in (slice["ports"].array ?? []).compactMap { $0["port"].int.map(String.init) } },
        list("Endpoints") { slice in
            (slice["endpoints"].array ?? []).flatMap { $0["addresses"].array ?? [] }.compactMap(\.string)
        },
        .age,
    ]

    private static func list(_ name: String, _ items: @escaping @Sendable (JSONValue) -> [String]) -> Column {
        .text(name) { slice in
            let items = items(slice)
            return items.isEmpty ? "<unset>" : items.joined(separator: ",")
        }
    }

    static func fillIn(_ slice: inout JSONValue) {
        var members = slice.object ?? [:]
        // A list that is empty is not in what etcd keeps, and is shown as null.
        for list in ["endpoints", "ports"] where slice[list].array?.isEmpty ?? true { members[list] = JSONValue.null }
        if let endpoints = members["endpoints"]?.array {
            // The API takes no notice of what older versions have instead of a zone.
            members["endpoints"] = .array(endpoints.map { $0.with("deprecatedTopology", .null) })
        }
        if let ports = members["ports"]?.array {
            members["ports"] = .array(
                ports.map { port in
                    var port = port
                    if port["name"] == .null { port["name"] = "" }
                    if port["protocol"] == .null { port["protocol"] = "TCP" }
                    return port
                }
            )
        }
        slice = .object(members)
    }

    static func settle(_ slice: inout JSONValue, _ old: JSONValue?, _ network: ClusterNetwork) throws(APIFailure) {
        var rules = EndpointRules(.endpointSlices, slice, network)
        let type = slice["addressType"]
        if type.string?.isEmpty ?? true {
            rules.require("addressType")
        } else {
            rules.check("addressType", type, isOneOf: ["FQDN", "IPv4", "IPv6"])
        }
        check(slice["endpoints"].array ?? [], type.string ?? "", &rules)
        check(ports: slice["ports"].array ?? [], &rules)
        if let old, old["addressType"] != type { rules.refuse("addressType", type, "field is immutable") }
        try rules.finish()
    }

    private static func check(_ endpoints: [JSONValue], _ type: String, _ rules: inout EndpointRules) {
        if endpoints.count > 1000 { return rules.refuse("endpoints", count: endpoints.count, limit: 1000) }
        for (index, endpoint) in endpoints.enumerated() {
            let place = "endpoints[\(index)]"
            let addresses = endpoint["addresses"].array ?? []
            if addresses.isEmpty { rules.require("\(place).addresses", "must contain at least 1 address") }
            if addresses.count > 100 { rules.refuse("\(place).addresses", count: addresses.count, limit: 100) }
            for (number, address) in addresses.enumerated() {
                rules.check("\(place).addresses[\(number)]", address, isAddressOf: type)
            }
            if endpoint["nodeName"] != .null { rules.check("\(place).nodeName", subdomain: endpoint["nodeName"]) }
            if endpoint["hostname"] != .null { rules.check("\(place).hostname", label: endpoint["hostname"]) }
        }
    }

    private static func check(ports: [JSONValue], _ rules: inout EndpointRules) {
        if ports.count > 100 { return rules.refuse("ports", count: ports.count, limit: 100) }
        var names: Set<JSONValue> = []
        for (index, port) in ports.enumerated() {
            let name = port["name"]
            if name != "" { rules.check("ports[\(index)].name", label: name) }
            if !names.insert(name).inserted { rules.refuse("ports[\(index)].name", duplicate: name) }
            rules.check("ports[\(index)]", protocolOf: port)
        }
    }
}
