extension Kind {
    /// Where the traffic of a Service goes.
    ///
    /// https://kubernetes.io/docs/reference/kubernetes-api/service-resources/endpoint-slice-v1/
    package static let endpointSlices: Kind = Kind(
        group: "discovery.k8s.io",
        plural: "endpointslices",
        kind: "EndpointSlice",
        countsGenerations: true,
        columns: EndpointSliceRules.columns,
        fillIn: EndpointSliceRules.fillIn,
        check: EndpointSliceRules.check
    )
}

/// What sets EndpointSlices apart.
private enum EndpointSliceRules {
    static let columns: [Column] = [
        .text("AddressType") { $0["addressType"].string },
        .text("Ports") { slice in
            (slice["ports"].array ?? []).compactMap { $0["port"].int.map(String.init) }.joined(separator: ",")
        },
        .text("Endpoints") { slice in
            (slice["endpoints"].array ?? []).flatMap { $0["addresses"].array ?? [] }.compactMap(\.string)
                .joined(separator: ",")
        },
        .age,
    ]

    static func fillIn(_ slice: inout JSONValue) {
        if let ports = slice["ports"].array {
            slice["ports"] = .array(
                ports.map { port in
                    var port = port
                    if port["name"] == .null { port["name"] = "" }
                    if port["protocol"] == .null { port["protocol"] = "TCP" }
                    return port
                }
            )
        }
    }

    static func check(_ slice: JSONValue, _ old: JSONValue?) throws(APIFailure) {
        let type = slice["addressType"]
        guard let name = type.string else { throw .required(.endpointSlices, slice, "addressType") }
        if let old, old["addressType"] != type {
            throw .invalid(.endpointSlices, slice, "addressType", type, "field is immutable")
        }
        let endpoints = slice["endpoints"].array ?? []
        if endpoints.count > 1000 {
            throw .tooMany(.endpointSlices, slice, "endpoints", endpoints.count, limit: 1000)
        }
        for (index, endpoint) in endpoints.enumerated() {
            let place = "endpoints[\(index)].addresses"
            let addresses = endpoint["addresses"].array ?? []
            if addresses.isEmpty { throw .required(.endpointSlices, slice, place, "must contain at least 1 address") }
            for (number, address) in addresses.enumerated() where name != "FQDN" {
                try check(address, "\(place)[\(number)]", slice, isIPv4: name == "IPv4")
            }
        }
    }

    private static func check(
        _ address: JSONValue,
        _ place: String,
        _ slice: JSONValue,
        isIPv4: Bool
    ) throws(APIFailure) {
        let text = address.string ?? ""
        let family = isIPv4 ? "IPv4" : "IPv6"
        let isOfFamily = isIPv4 ? IPAddress(text)?.isIPv4 == true : IPAddress(text)?.isIPv4 == false
        guard isOfFamily, let parsed = IPAddress(text) else {
            throw .invalid(.endpointSlices, slice, place, address, "must be a valid \(family) address")
        }
        // A real API server refuses loopback addresses too; the sandbox's applications live on them.
        if parsed.isLinkLocal {
            throw .invalid(
                .endpointSlices,
                slice,
                place,
                address,
                "may not be in the link-local range (169.254.0.0/16, fe80::/10)"
            )
        }
        if parsed.isUnspecified {
            throw .invalid(
                .endpointSlices,
                slice,
                place,
                address,
                "may not be unspecified (\(isIPv4 ? "0.0.0.0" : "::"))"
            )
        }
    }
}
