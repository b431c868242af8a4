import KubernetesClient
import StandbyConfiguration

extension ClusterExaminer {
    /// Collects findings where they stand in the file.
    struct Report {
        private let reading: ConfigurationReading
        /// The group at hand, by its place in the file.
        var group = 0
        /// In the order in which they were found.
        private(set) var diagnostics: [Diagnostic] = []
        /// Whether everything could be looked at.
        private(set) var isComplete = true
        private var told: Set<ClusterFinding> = []

        /// Nothing is found yet.
        init(reading: ConfigurationReading) {
            self.reading = reading
        }

        /// A finding about a value of the group at hand.
        mutating func add(_ finding: ClusterFinding, at keys: String..., severity: Diagnostic.Severity = .error) {
            add(finding, at: keys, severity: severity)
        }

        /// The same, with the place as a list.
        mutating func add(_ finding: ClusterFinding, at keys: [String], severity: Diagnostic.Severity = .error) {
            diagnostics.append(reading.diagnostic(finding, severity: severity, group: group, keys: keys))
        }

        /// A warning that would be the same for every group.
        ///
        /// `isOfGroup`: whether the group at hand is the reason.
        mutating func addOnce(_ finding: ClusterFinding, isOfGroup: Bool) {
            guard told.insert(finding).inserted else { return }
            if isOfGroup {
                add(finding, at: "service", severity: .warning)
            } else {
                diagnostics.append(reading.warning(finding))
            }
        }

        /// Something could not be looked at.
        ///
        /// An answer that is not understood says nothing against the file: it is warned of, and the rest is checked.
        mutating func addUnchecked(_ what: String, _ error: KubernetesError) {
            let finding = ClusterFinding.notChecked(what: what, reason: "\(error)")
            if error.isUndecodable { return addOnce(finding, isOfGroup: false) }
            add(finding, at: "namespace")
            isComplete = false
        }
    }
}
