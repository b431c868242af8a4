import StandbyConfiguration
import Testing

@testable import Supervision

/// What `rbac` prints, whole.
@Suite struct AccessManifestsTests {
    private static func text(_ groups: String...) throws -> String {
        let access = RequiredAccess(try Samples.configuration(list: groups), namespace: "ops")
        let account = AccessManifests.Account(name: "standby", namespace: "ops")
        return AccessManifests.documents(for: access, account: account).map(YAMLText.write).joined(separator: "---\n")
    }

    @Test func oneGroupNeedsARoleInItsNamespace() throws {
        let expected = """
            apiVersion: v1
            kind: ServiceAccount
            metadata:
              name: standby
              namespace: ops
              labels:
                app.kubernetes.io/name: kube-standby
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata:
              name: standby
              namespace: ops
              labels:
                app.kubernetes.io/name: kube-standby
            rules:
              - apiGroups: [""]
                resources: [pods]
                verbs: [get, list, watch, patch]
              - apiGroups: [""]
                resources: [services]
                verbs: [get, list, watch]
              - apiGroups: [coordination.k8s.io]
                resources: [leases]
                verbs: [create, list, watch]
              - apiGroups: [coordination.k8s.io]
                resources: [leases]
                resourceNames: [kube-standby-web]
                verbs: [get, update]
              - apiGroups: [events.k8s.io]
                resources: [events]
                verbs: [create]
              - apiGroups: [discovery.k8s.io]
                resources: [endpointslices]
                verbs: [list, watch]
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata:
              name: standby
              namespace: ops
              labels:
                app.kubernetes.io/name: kube-standby
            roleRef:
              apiGroup: rbac.authorization.k8s.io
              kind: Role
              name: standby
            subjects:
              - kind: ServiceAccount
                name: standby
                namespace: ops

            """
        #expect(try Self.text(Samples.text()) == expected)
    }

    @Test func eachNamespaceHasItsOwnRoleAndTheAccountOne() throws {
        let text = try Self.text(
            Samples.text("web", service: "web", ", namespace: shop"),
            Samples.text("db", service: "db", ", namespace: data")
        )
        let documents = text.split(separator: "---\n").map(String.init)
        #expect(documents.count == 7)
        #expect(documents[1].contains("kind: Role\n") && documents[1].contains("namespace: data"))
        #expect(documents[1].contains("kube-standby-db") && !documents[1].contains("kube-standby-web"))
        // Of the supervisor's own namespace, for Events of reloads, and nothing else.
        #expect(documents[3].contains("namespace: ops") && documents[3].contains("events"))
        #expect(!documents[3].contains("pods") && !documents[3].contains("leases"))
        #expect(documents[5].contains("namespace: shop") && documents[5].contains("kube-standby-web"))
        for binding in [documents[2], documents[4], documents[6]] {
            #expect(binding.contains("kind: RoleBinding") && binding.contains("namespace: ops"), "\(binding)")
        }
    }

    /// Supervisors of two namespaces may have groups in the same third one, or need rights in the whole cluster: neither takes the
    /// other's.
    @Test func accountsOfTwoNamespacesHaveRolesOfTheirOwn() throws {
        let groups = [Samples.text("web", service: "web", ", namespace: shop, failover: {onNodeDrain: Cordon}")]
        func documents(_ namespace: String, _ name: String = "standby") throws -> [String] {
            let access = RequiredAccess(try Samples.configuration(list: groups), namespace: namespace)
            let account = AccessManifests.Account(name: name, namespace: namespace)
            return AccessManifests.documents(for: access, account: account).map(YAMLText.write)
        }
        /// What one is told apart by on the API server.
        func identities(_ documents: [String]) -> Set<String> {
            Set(documents.map { String($0.split(separator: "labels:")[0]) })
        }
        let all = try [
            documents("team-a"), documents("team-b"), documents("team", "a-standby"), documents("team-a-standby", "x"),
        ]
        #expect(all.allSatisfy { $0.count == 7 })
        #expect(identities(all.flatMap(\.self)).count == 28)
        #expect(all[0].contains { $0.contains("kind: ClusterRole\n") && $0.contains("name: \"team-a:standby\"\n") })
        let foreign = "name: \"team-a:standby\"\n  namespace: shop\n"
        #expect(all[0].contains { $0.contains("kind: RoleBinding\n") && $0.contains(foreign) })
        #expect(all[0].contains { $0.contains("kind: Role\n") && $0.contains("name: standby\n  namespace: team-a\n") })
    }

    @Test func commandsInPodsAndNodesNeedMore() throws {
        let plain = try Self.text(Samples.text())
        #expect(!plain.contains("pods/exec") && !plain.contains("ClusterRole"))
        let commands = try Self.text(Samples.text("web", service: "web", ", probe: {exec: {command: [test]}}"))
        #expect(commands.contains("pods/exec"))
        let drains = try Self.text(Samples.text("web", service: "web", ", failover: {onNodeDrain: Taint}"))
        #expect(drains.contains("kind: ClusterRole\n") && drains.contains("kind: ClusterRoleBinding"))
        #expect(drains.contains("nodes"))
    }
}
