/// Which families a Service is of, and its virtual addresses: what was asked for, completed by what the cluster has.
///
/// https://kubernetes.io/docs/concepts/services-networking/dual-stack/#services
enum ServiceAddresses {
    /// Completes `ipFamilyPolicy`, `ipFamilies`, `clusterIP` and `clusterIPs`.
    ///
    /// `old`: nil for a creation.
    ///
    /// - Throws: 422 for what the cluster has not, and for an address that changes.
    static func settle(_ service: inout JSONValue, _ old: JSONValue?, _ network: ClusterNetwork) throws(APIFailure) {
        if service["spec"]["type"] == "ExternalName" { return }
        let before = old.flatMap { $0["spec"]["type"] == "ExternalName" ? nil : $0["spec"] }
        adopt(&service, before)
        try checkPrimary(service, before)
        if let before, isUntouched(service["spec"], before) { return }
        if service["spec"]["ipFamilyPolicy"] == .null {
            service["spec"]["ipFamilyPolicy"] = before?["ipFamilyPolicy"] ?? .null
        }
        if service["spec"]["ipFamilyPolicy"] == .null {
            service["spec"]["ipFamilyPolicy"] = isBare(service) ? "RequireDualStack" : "SingleStack"
        }
        if let before { try checkReduction(&service, before) }
        try checkPolicy(service)
        try setFamilies(&service, network)
        allocate(&service, network)
    }

    /// Headless and without a selector: whoever makes its endpoints knows the families, not the cluster.
    private static func isBare(_ service: JSONValue) -> Bool {
        service["spec"]["clusterIP"] == "None" && service["spec"]["selector"].strings.isEmpty
    }

    private static func isDual(_ service: JSONValue) -> Bool { service["spec"]["ipFamilyPolicy"] != "SingleStack" }

    // MARK: What was there before

    /// Addresses that are left out are those of before, and the two fields for them say the same.
    private static func adopt(_ service: inout JSONValue, _ before: JSONValue?) {
        var spec = service["spec"]
        if let before {
            let isOtherwise = spec["clusterIP"] != before["clusterIP"] && spec["clusterIPs"] == before["clusterIPs"]
            if spec["clusterIP"] == .null || spec["clusterIP"] == "" { spec["clusterIP"] = before["clusterIP"] }
            if isOtherwise, spec["clusterIP"] != before["clusterIP"] { spec["clusterIPs"] = .null }
            if spec["clusterIPs"] == .null, spec["clusterIP"] == before["clusterIP"] {
                spec["clusterIPs"] = before["clusterIPs"]
            }
        }
        if spec["clusterIP"] == "" { spec["clusterIP"] = .null }
        if spec["clusterIPs"] == .null, spec["clusterIP"] != .null { spec["clusterIPs"] = [spec["clusterIP"]] }
        if spec["clusterIP"] == .null { spec["clusterIP"] = spec["clusterIPs"].array?.first ?? .null }
        service["spec"] = spec
    }

    private static func checkPrimary(_ service: JSONValue, _ before: JSONValue?) throws(APIFailure) {
        let addresses = service["spec"]["clusterIPs"]
        guard let primary = before?["clusterIPs"].array?.first, addresses.array?.first != primary else { return }
        throw .invalid(.services, service, "spec.clusterIPs[0]", addresses, "may not change once set")
    }

    /// A Service that prefers two families is not changed when the cluster is.
    private static func isUntouched(_ spec: JSONValue, _ before: JSONValue) -> Bool {
        spec["ipFamilyPolicy"] == "PreferDualStack"
            && ["ipFamilyPolicy", "ipFamilies", "clusterIPs"].allSatisfy { spec[$0] == before[$0] }
    }

    /// One family is given up by the policy alone.
    private static func checkReduction(_ service: inout JSONValue, _ before: JSONValue) throws(APIFailure) {
        for (field, what) in [("clusterIPs", "cluster IP"), ("ipFamilies", "IP family")] {
            let (new, old) = (service["spec"][field].array ?? [], before[field].array ?? [])
            if !isDual(service), new == old {
                if let first = new.first { service["spec"][field] = [first] }
            } else if isDual(service), !new.isEmpty, new.count < old.count {
                throw refused(service, "must be 'SingleStack' to release the secondary \(what)")
            }
        }
    }

    // MARK: What is asked for

    private static func refused(_ service: JSONValue, _ why: String) -> APIFailure {
        .invalid(.services, service, "spec.ipFamilyPolicy", service["spec"]["ipFamilyPolicy"], why)
    }

    private static func checkPolicy(_ service: JSONValue) throws(APIFailure) {
        if isDual(service) { return }
        for (field, what) in [("clusterIPs", "cluster IPs"), ("ipFamilies", "IP families")]
        where service["spec"][field].array?.count == 2 {
            throw refused(
                service,
                "must be 'RequireDualStack' or 'PreferDualStack' when multiple \(what) are specified"
            )
        }
    }

    private static func setFamilies(_ service: inout JSONValue, _ network: ClusterNetwork) throws(APIFailure) {
        var families = (service["spec"]["ipFamilies"].array ?? []).compactMap(\.string)
        let addresses = (service["spec"]["clusterIPs"].array ?? []).compactMap { IPAddress($0.string ?? "") }
        families += addresses.dropFirst(families.count).map { $0.isIPv4 ? "IPv4" : "IPv6" }
        if !isBare(service) {
            if service["spec"]["ipFamilyPolicy"] == "RequireDualStack", !network.isDualStack {
                throw refused(service, "this cluster is not configured for dual-stack services")
            }
            for (index, family) in families.enumerated() where !network.families.contains(family) {
                let field = "spec.ipFamilies[\(index)]"
                throw .invalid(.services, service, field, .string(family), "not configured on this cluster")
            }
        }
        if families.isEmpty { families = Array(network.families.prefix(1)) }
        if families.count == 1, isDual(service), isBare(service) || network.isDualStack {
            families.append(families == ["IPv4"] ? "IPv6" : "IPv4")
        }
        service["spec"]["ipFamilies"] = .array(families.map(JSONValue.string))
    }

    private static func allocate(_ service: inout JSONValue, _ network: ClusterNetwork) {
        if service["spec"]["clusterIP"] == "None" { return }
        let families = (service["spec"]["ipFamilies"].array ?? []).compactMap(\.string)
        let given = service["spec"]["clusterIPs"].array ?? []
        let addresses = given + families.dropFirst(given.count).map { .string(network.serviceAddress($0)) }
        service["spec"]["clusterIPs"] = .array(addresses)
        service["spec"]["clusterIP"] = addresses.first ?? .null
    }
}
