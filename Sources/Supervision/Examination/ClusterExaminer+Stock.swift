import KubernetesClient
import StandbyConfiguration

/// What a namespace holds besides Services and pods: where it cannot be read, the rest is checked all the same.
extension ClusterExaminer {
    /// The slices of Services; nil if they cannot be read, which is warned of.
    func slices(of namespace: String, _ report: inout Report) async -> [EndpointSlice]? {
        do throws(KubernetesError) {
            let label = ServiceEndpoints.serviceLabel
            return try await client.list(EndpointSlice.self, namespace: namespace, labelSelector: label).items
        } catch {
            let what = "the EndpointSlices of namespace \"\(namespace)\""
            report.addOnce(.notChecked(what: what, reason: "\(error)"), isOfGroup: false)
            return nil
        }
    }

    /// The budgets of a namespace; nil if they cannot be read, which is warned of.
    func budgets(of namespace: String, _ report: inout Report) async -> [PodDisruptionBudget]? {
        do throws(KubernetesError) {
            return try await client.list(PodDisruptionBudget.self, namespace: namespace).items
        } catch {
            let what = "the PodDisruptionBudgets of namespace \"\(namespace)\""
            report.addOnce(.notChecked(what: what, reason: "\(error)"), isOfGroup: false)
            return nil
        }
    }

    /// Whether there is an Endpoints object under the name of a Service without a selector; few may look.
    func hasEndpoints(
        _ group: GroupConfiguration,
        namespace: String,
        _ report: inout Report
    ) async -> Bool {
        guard group.mode == .endpointSlice else { return false }
        do throws(KubernetesError) {
            _ = try await client.get(Endpoints.self, namespace: namespace, name: group.service)
            return true
        } catch {
            if error.isAbsence { return false }
            let what = "Endpoints objects of namespace \"\(namespace)\""
            report.addOnce(.notChecked(what: what, reason: "\(error)"), isOfGroup: false)
            return false
        }
    }
}
