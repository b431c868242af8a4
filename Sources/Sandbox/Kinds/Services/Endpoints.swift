extension Kind {
    /// Where the traffic of a Service goes, in the form that EndpointSlices have replaced.
    ///
    /// https://kubernetes.io/docs/reference/kubernetes-api/service-resources/endpoints-v1/
    package static let endpoints: Kind = Kind(
        group: "",
        plural: "endpoints",
        kind: "Endpoints",
        shortNames: ["ep"],
        createsOnUpdate: true,
        warning: "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",
        columns: EndpointsRules.columns,
        fillIn: EndpointsRules.fillIn,
        settle: EndpointsRules.settle
    )
}

/// What sets Endpoints apart.
private enum EndpointsRules {
    static let columns: [Column] = [
        .text("Endpoints") { endpoints in
            (endpoints["subsets"].array ?? []).flatMap { subset in
                (subset["addresses"].array ?? []).flatMap { address -> [String] in
                    let ip = address["ip"].string ?? ""
                    let ports = (subset["ports"].array ?? []).compactMap { $0["port"].int }
                    return ports.isEmpty ? [ip] : ports.map { ip.contains(":") ? "[\(ip)]:\($0)" : "\(ip):\($0)" }
                }
            }.joined(separator: ",")
        },
        .age,
    ]

    static func fillIn(_ endpoints: inout JSONValue) {
        guard let subsets = endpoints["subsets"].array else { return }
        endpoints["subsets"] = subsets.isEmpty ? .null : .array(subsets.map(filledIn))
    }

    private static func filledIn(_ subset: JSONValue) -> JSONValue {
        var subset = subset
        for list in ["addresses", "notReadyAddresses"] where subset[list].array?.isEmpty == true {
            subset[list] = .null
        }
        if let ports = subset["ports"].array {
            subset["ports"] =
                ports.isEmpty
                ? .null : .array(ports.map { $0["protocol"] == .null ? $0.with("protocol", "TCP") : $0 })
        }
        return subset
    }

    static func settle(_ endpoints: inout JSONValue, _ old: JSONValue?, _ network: ClusterNetwork) throws(APIFailure) {
        var rules = EndpointRules(.endpoints, endpoints, network)
        for (index, subset) in (endpoints["subsets"].array ?? []).enumerated() {
            check("subsets[\(index)]", subset, &rules)
        }
        try rules.finish()
    }

    private static func check(_ place: String, _ subset: JSONValue, _ rules: inout EndpointRules) {
        if subset["addresses"] == .null, subset["notReadyAddresses"] == .null {
            rules.require(place, "must specify `addresses` or `notReadyAddresses`")
        }
        for list in ["addresses", "notReadyAddresses"] {
            for (index, address) in (subset[list].array ?? []).enumerated() {
                rules.check("\(place).\(list)[\(index)].ip", anyAddress: address["ip"])
                let name = address["hostname"]
                if name != .null, name != "" { rules.check("\(place).\(list)[\(index)].hostname", label: name) }
            }
        }
        let ports = subset["ports"].array ?? []
        for (index, port) in ports.enumerated() {
            let field = "\(place).ports[\(index)]"
            let name = port["name"].string ?? ""
            if name.isEmpty, ports.count > 1 { rules.require("\(field).name") }
            if !name.isEmpty { rules.check("\(field).name", label: port["name"]) }
            if !(1...65_535).contains(port["port"].int ?? 0) {
                rules.refuse("\(field).port", port["port"], "must be between 1 and 65535, inclusive")
            }
            rules.check(field, protocolOf: port)
        }
    }
}
