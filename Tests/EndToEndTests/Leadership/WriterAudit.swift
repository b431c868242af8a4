import Sandbox

/// What the recorded history says about who wrote a group's record, epoch by epoch.
struct WriterAudit {
    /// The identities that are named as the writer of an epoch, in order.
    private(set) var writers: [Int: [String]] = [:]
    /// The revisions at which an epoch was lower than before.
    private(set) var returns: [Int] = []

    /// Reads the versions of the group's Lease.
    init(_ history: [StoreChange], group: String, namespace: String = "default") {
        let key = ObjectKey(.leases, namespace: namespace, name: "kube-standby-\(group)")
        var highest = 0
        for change in history where change.key == key && change.action != .deleted {
            let epoch = change.object["spec"]["leaseTransitions"].int ?? 0
            if epoch < highest { returns.append(change.revision) }
            highest = max(highest, epoch)
            let writer = change.object["metadata"]["annotations"]["kube-standby.io/writer"].string ?? ""
            if writers[epoch]?.last != writer { writers[epoch, default: []].append(writer) }
        }
    }

    /// Epochs that more than one process wrote.
    var contested: [Int: [String]] { writers.filter { $0.value.count > 1 } }

    /// The processes that wrote, in the order of their epochs.
    var sequence: [String] {
        var names: [String] = []
        for (_, writers) in writers.sorted(by: { $0.key < $1.key }) {
            for writer in writers where names.last != writer { names.append(writer) }
        }
        return names
    }
}
