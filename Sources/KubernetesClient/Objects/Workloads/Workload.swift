/// What makes pods from a template.
package protocol Workload: KubernetesResource {
    var spec: WorkloadSpec? { get }
}
