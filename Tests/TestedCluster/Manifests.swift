import Foundation

/// The objects and groups of the suites.
package enum Manifests {
    package static func service(_ name: String) -> String {
        """
        apiVersion: v1
        kind: Service
        metadata: {name: \(name)}
        spec:
          clusterIP: None
          selector: {app: \(name), role: active}
          ports: [{name: http, port: 8080}]

        """
    }

    package static func statefulSet(_ name: String, replicas: Int, node: String? = nil) -> String {
        """
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: \(name)}
        spec:
          replicas: \(replicas)
          serviceName: \(name)-all
          selector: {matchLabels: {app: \(name)}}
          template: \(template(name, node: node))

        """
    }

    /// `strategy`: how it is updated, in YAML on one line; `{}`: as the API server fills it in.
    package static func deployment(
        _ name: String,
        replicas: Int,
        node: String? = nil,
        strategy: String = "{}"
    ) -> String {
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: \(name)}
        spec:
          replicas: \(replicas)
          strategy: \(strategy)
          selector: {matchLabels: {app: \(name)}}
          template: \(template(name, node: node))

        """
    }

    /// `node`: bound to it from the beginning, no scheduler is asked.
    private static func template(_ name: String, node: String?) -> String {
        let binding = node.map { "nodeName: \($0), " } ?? ""
        return "{metadata: {labels: {app: \(name)}}, spec: {\(binding)terminationGracePeriodSeconds: 5, containers: "
            + "[{name: app, image: registry.k8s.io/pause:3.10, ports: [{name: http, containerPort: 8080}]}]}}"
    }

    /// A group that is probed fast.
    package static func group(_ name: String, _ more: String = "", probe: String = quickProbe) -> String {
        """
        - name: \(name)
          service: \(name)
          probe: \(probe)
        \(more.isEmpty ? "" : "  \(more)\n")
        """
    }

    /// A probe whose second failure follows the first within tenths of a second, and that waits longer for an answer than a busy
    /// machine needs.
    package static let quickProbe = """
        {httpGet: {path: /health, port: http}, periodSeconds: 2, fastPeriodSeconds: 0.2, timeoutSeconds: 1.9, \
        failureThreshold: 3, successThreshold: 1}
        """

    /// A probe for one look at a pod, which a busy machine must not make come out otherwise: there is no second one.
    package static let patientProbe = """
        {httpGet: {path: /health, port: http}, periodSeconds: 60, fastPeriodSeconds: 60, timeoutSeconds: 30}
        """

    /// The right to run commands in pods, for the ServiceAccount.
    package static let execRights = """
        apiVersion: rbac.authorization.k8s.io/v1
        kind: Role
        metadata: {name: exec}
        rules: [{apiGroups: [""], resources: [pods/exec], verbs: [get, create]}]
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: RoleBinding
        metadata: {name: exec}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: exec}
        subjects: [{kind: ServiceAccount, name: standby}]

        """

    /// A ServiceAccount that may do what the supervisor needs in its namespace, and nothing else.
    package static let rights = account + role(podVerbs: "[get, list, watch, patch]")

    /// The same without the right to patch pods.
    package static let readOnlyRights = account + role(podVerbs: "[get, list, watch]")

    private static let account = """
        apiVersion: v1
        kind: ServiceAccount
        metadata: {name: standby}
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: RoleBinding
        metadata: {name: standby}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: standby}
        subjects: [{kind: ServiceAccount, name: standby}]
        ---

        """

    package static func role(podVerbs: String) -> String {
        """
        apiVersion: rbac.authorization.k8s.io/v1
        kind: Role
        metadata: {name: standby}
        rules:
        - {apiGroups: [""], resources: [pods], verbs: \(podVerbs)}
        - {apiGroups: [""], resources: [services], verbs: [get, list, watch]}
        - {apiGroups: [coordination.k8s.io], resources: [leases], verbs: [create, list, watch, get, update]}
        - {apiGroups: [events.k8s.io], resources: [events], verbs: [create]}
        - {apiGroups: [discovery.k8s.io], resources: [endpointslices], verbs: [list, watch]}

        """
    }
}
