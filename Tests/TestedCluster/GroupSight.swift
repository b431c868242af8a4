package import Sandbox

/// What can be seen of a group from outside.
package enum GroupSight {
    /// The pod on record, if it is labelled active, every other pod is labelled passive, and nobody else is active.
    ///
    /// `lease`: nil: there is no record.
    package static func settledHolder(lease: JSONValue?, pods: [JSONValue]) -> String? {
        guard let holder = lease?["spec"]["holderIdentity"].string else { return nil }
        let active = pods.filter { $0["metadata"]["labels"]["role"] == "active" }
        let isLabelled = pods.allSatisfy { ["active", "passive"].contains($0["metadata"]["labels"]["role"].string) }
        return isLabelled && active.count == 1 && active[0]["metadata"]["name"] == .string(holder) ? holder : nil
    }
}
