import KubernetesClient

/// What the kubelet itself probes of a pod, and how long it takes to notice.
struct KubeletProbes: KubernetesResource {
    /// Pods, of which only this is read.
    static let resource = Pod.resource

    /// A probe's timing; what is left out has the kubelet's default.
    ///
    /// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#Probe
    struct Probe: Codable, Sendable {
        /// Nil: 10.
        var periodSeconds: Int32?
        /// Nil: 1.
        var timeoutSeconds: Int32?
        /// Nil: 3.
        var failureThreshold: Int32?
    }

    /// A container as it is wanted.
    struct Container: Codable, Sendable {
        /// Unique in its pod.
        var name: String
        /// Nil: none.
        var readinessProbe: Probe?
        /// Nil: none.
        var livenessProbe: Probe?
    }

    /// What is wanted.
    struct Spec: Codable, Sendable {
        /// In their order.
        var containers: [Container]?
    }

    /// What it says of itself.
    var metadata: ObjectMeta
    /// What is wanted.
    var spec: Spec?

    /// How long each probe takes at most until it has failed often enough.
    var tolerances: [GroupExplanation.Tolerance] {
        (spec?.containers ?? []).flatMap { container in
            [("readiness", container.readinessProbe), ("liveness", container.livenessProbe)].compactMap { name, probe in
                probe.map { GroupExplanation.Tolerance(container: container.name, probe: name, $0) }
            }
        }
    }
}

extension GroupExplanation.Tolerance {
    fileprivate init(container: String, probe: String, _ timing: KubeletProbes.Probe) {
        self.init(
            container: container,
            probe: probe,
            periodSeconds: Int(timing.periodSeconds ?? 10),
            timeoutSeconds: Int(timing.timeoutSeconds ?? 1),
            failureThreshold: Int(timing.failureThreshold ?? 3)
        )
    }
}
