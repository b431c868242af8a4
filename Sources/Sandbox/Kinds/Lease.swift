extension Kind {
    /// Records of who holds something, with times and a count of changes.
    ///
    /// https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/lease-v1/
    package static let leases: Kind = Kind(
        group: "coordination.k8s.io",
        plural: "leases",
        kind: "Lease",
        allowsUnconditionalUpdate: false,
        createsOnUpdate: true,
        columns: [.text("Holder") { $0["spec"]["holderIdentity"].string }, .age],
        check: LeaseRules.check
    )
}

/// What sets Leases apart.
private enum LeaseRules {
    static func check(_ lease: JSONValue, _ old: JSONValue?) throws(APIFailure) {
        let spec = lease["spec"]
        for field in ["acquireTime", "renewTime"] {
            if let text = spec[field].string, !Timestamp.isMicro(text) {
                throw .badRequest(
                    "Lease in version \"v1\" cannot be handled as a Lease: parsing time \"\(text)\" as"
                        + " \"2006-01-02T15:04:05.000000Z07:00\": cannot parse \"\(text)\""
                )
            }
        }
        let bounds = [
            ("leaseDurationSeconds", 1, "must be greater than 0"),
            ("leaseTransitions", 0, "must be greater than or equal to 0"),
        ]
        let failures = bounds.compactMap { field, least, words -> APIFailure? in
            guard let number = spec[field].int, number < least else { return nil }
            return .invalid(.leases, lease, "spec.\(field)", .int(number), words)
        }
        if let failure = APIFailure.all(failures) { throw failure }
    }
}
