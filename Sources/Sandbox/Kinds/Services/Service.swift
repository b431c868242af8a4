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
        settle: ServiceAddresses.settle,
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
        var defaults: [String: JSONValue] = ["type": "ClusterIP", "sessionAffinity": "None"]
        // A name for something outside has no policy for what is inside.
        if service["spec"]["type"] != "ExternalName" { defaults["internalTrafficPolicy"] = "Cluster" }
        for (field, value) in defaults where service["spec"][field] == .null { service["spec"][field] = value }
        if let ports = service["spec"]["ports"].array { service["spec"]["ports"] = .array(ports.map(filledIn)) }
        if service["status"] == .null { service["status"] = ["loadBalancer": [:]] }
    }

    private static func filledIn(_ port: JSONValue) -> JSONValue {
        var port = port
        if port["protocol"] == .null { port["protocol"] = "TCP" }
        if port["targetPort"] == .null { port["targetPort"] = port["port"] }
        return port
    }

    static func check(_ service: JSONValue, _ old: JSONValue?) throws(APIFailure) {
        let ports = service["spec"]["ports"].array ?? []
        let needsPorts = service["spec"]["clusterIP"] != "None" && service["spec"]["type"] != "ExternalName"
        if ports.isEmpty, needsPorts { throw .required(.services, service, "spec.ports") }
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
