extension Kind {
    /// Services, behind which the EndpointSlice controller puts pods.
    ///
    /// https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/
    package static let services: Kind = Kind(
        group: "",
        plural: "services",
        kind: "Service",
        shortNames: ["svc"],
        categories: ["all"],
        subresources: [.status],
        columns: ServiceRules.columns,
        fillIn: ServiceRules.fillIn,
        check: ServiceRules.check
    )
}

/// What sets Services apart.
private enum ServiceRules {
    static let columns: [Column] = [
        .text("Type") { $0["spec"]["type"].string },
        .text("Cluster-IP") { $0["spec"]["clusterIP"].string },
        .text("External-IP") { _ in nil },
        .text("Port(s)") { service in
            (service["spec"]["ports"].array ?? []).map {
                "\($0["port"].int ?? 0)/\($0["protocol"].string ?? "TCP")"
            }.joined(separator: ",")
        },
        .age,
        .text("Selector", priority: 1) { Column.selector($0["spec"]["selector"]) },
    ]

    static func fillIn(_ service: inout JSONValue) {
        let defaults: [String: JSONValue] = [
            "type": "ClusterIP", "sessionAffinity": "None", "internalTrafficPolicy": "Cluster",
            "ipFamilies": ["IPv4"], "ipFamilyPolicy": "SingleStack",
        ]
        for (field, value) in defaults where service["spec"][field] == .null { service["spec"][field] = value }
        if service["spec"]["clusterIP"] == .null {
            // Nothing routes it; it is there to be looked at.
            service["spec"]["clusterIP"] = .string("10.96.\(UInt8.random(in: 0...255)).\(UInt8.random(in: 1...254))")
        }
        service["spec"]["clusterIPs"] = [service["spec"]["clusterIP"]]
        service["spec"]["ports"] = .array(
            (service["spec"]["ports"].array ?? []).map { port in
                var port = port
                if port["protocol"] == .null { port["protocol"] = "TCP" }
                if port["targetPort"] == .null { port["targetPort"] = port["port"] }
                return port
            }
        )
        if service["status"] == .null { service["status"] = ["loadBalancer": [:]] }
    }

    static func check(_ service: JSONValue, _ old: JSONValue?) throws(APIFailure) {
        let ports = service["spec"]["ports"].array ?? []
        if ports.isEmpty, service["spec"]["clusterIP"] != "None" { throw .required(.services, service, "spec.ports") }
        for (index, port) in ports.enumerated() {
            if ports.count > 1, port["name"].string?.isEmpty ?? true {
                throw .required(.services, service, "spec.ports[\(index)].name")
            }
            guard (1...65_535).contains(port["port"].int ?? 0) else {
                throw .invalid(
                    .services,
                    service,
                    "spec.ports[\(index)].port",
                    port["port"],
                    "must be between 1 and 65535, inclusive"
                )
            }
        }
    }
}
