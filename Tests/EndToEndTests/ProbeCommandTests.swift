import Foundation
import Sandbox
import TestedCluster
import Testing

extension EndToEndTests {
    /// The exit codes of `probe`, as its help names them.
    @Suite struct ProbeCommandTests {
        private static func probe(_ stage: Stage, _ names: [String]) async throws -> (text: String, code: Int) {
            let groups = ["web", "absent"].map { Manifests.group($0, probe: Manifests.patientProbe) }
            let arguments = try await stage.arguments(groups: groups)
            return try await SupervisorProcess.finish(
                ["probe"] + names + ["--config", arguments[2], "--kubeconfig", arguments[4]]
            )
        }

        @Test func tellsAMistakeFromAServerThatCannotBeReached() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let healthy = try await Self.probe(stage, ["web", "web-1"])
                #expect(healthy.code == 0, "\(healthy.text)")
                for (names, words) in [
                    (["web", "web-7"], "pod \"web-7\" is no member of the group; its members are web-0, web-1, web-2"),
                    (["nowhere"], "no group \"nowhere\"; the groups are web, absent"),
                    (["absent"], "Service \"absent\" does not exist in namespace \"default\""),
                ] {
                    let mistake = try await Self.probe(stage, names)
                    #expect(mistake.code == 1 && mistake.text.contains(words), "\(mistake)")
                }
                await stage.sandbox.applications.set(.status(500), pod: "web-1", namespace: "default")
                #expect(try await Self.probe(stage, ["web"]).code == 1)
                await stage.sandbox.server.stop()
                #expect(try await Self.probe(stage, ["web", "web-1"]).code == 2)
            }
        }

        /// In mode EndpointSlice no label says who is active.
        @Test func asksTheActivePodOfASliceAsOne() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let pods = await stage.sandbox.store.list(.pods, namespace: "default")
                let active = try #require(pods.first { $0["metadata"]["name"] == "web-1" })
                let address = try #require(active["status"]["podIP"].string)
                try await stage.sandbox.apply(
                    """
                    {apiVersion: v1, kind: Service, metadata: {name: bare}, spec: {ports: [{port: 80, targetPort: http}]}}
                    ---
                    apiVersion: discovery.k8s.io/v1
                    kind: EndpointSlice
                    metadata: {name: bare-kube-standby-ipv4, labels: {kubernetes.io/service-name: bare}}
                    addressType: IPv4
                    endpoints: [{addresses: ["\(address)"]}]
                    """
                )
                let group = Manifests.group(
                    "bare",
                    "mode: EndpointSlice\n  selector: {matchLabels: {app: web}}",
                    probe: Manifests.patientProbe
                )
                let arguments = try await stage.arguments(groups: [group])
                let (text, code) = try await SupervisorProcess.finish(
                    ["probe", "bare", "--config", arguments[2], "--kubeconfig", arguments[4]]
                )
                let lines = text.split(separator: "\n")
                #expect(code == 0 && lines.contains { $0.contains("web-1") && $0.contains("active") }, "\(text)")
                #expect(lines.contains { $0.contains("web-0") && $0.contains("passive") }, "\(text)")
            }
        }
    }
}
