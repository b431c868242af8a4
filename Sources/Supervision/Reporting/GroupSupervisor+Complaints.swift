import FailoverCore

/// What a group tells once of objects that say something that it leaves out of account, or that get in its way.
extension GroupSupervisor {
    /// Complaints that are reported at once.
    private static let mostComplaints = 20

    /// What can say something that is left out of account.
    enum Source {
        /// The pods' labels and annotations.
        case pods
        /// The Lease's annotations.
        case lease
        /// The epochs of pods.
        case epochs
        /// The Service's slices.
        case slices
        /// Time zones of windows.
        case windows
    }

    /// Tells once of each thing that cannot be read.
    func complain(of source: Source, _ oddities: [String]) {
        let found = Set(oddities)
        for complaint in found.subtracting(complaints[source] ?? []).sorted().prefix(Self.mostComplaints) {
            notify(.ignored(complaint))
        }
        complaints[source] = found.isEmpty ? nil : found
    }

    /// Tells once of each epoch that is too far above the record's to come from a switch.
    func complainOfEpochs() {
        let view = machine.view
        if view.disbelieved.isEmpty, complaints[.epochs] == nil { return }
        let names = view.disbelieved.map { id, epoch in
            "pod \(view[id]?.name ?? id.uid): its epoch \(epoch) is far above the record's; no switch has led there"
        }
        complain(of: .epochs, names)
    }
}
