/// A ReplicaSet.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/replica-set-v1/
package struct ReplicaSet: Workload, Hashable {
    package static let resource = ResourceType(group: "apps", version: "v1", plural: "replicasets", kind: "ReplicaSet")

    package var metadata: ObjectMeta
    package var spec: WorkloadSpec?
}
