import Testing
import YAMLDocument

@testable import StandbyConfiguration

/// Configurations inside manifests.
@Suite struct ManifestTests {
    private func read(_ text: String, skipsOthers: Bool = false) -> ManifestReading {
        ManifestReading(Array(text.utf8), skipsOthers: skipsOthers)
    }

    private static let configMap = """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: standby, namespace: ops}
        data:
          notes: kube-standby.io/ is our prefix
          config.yaml: |

            apiVersion: kube-standby.io/v1
            kind: StandbyConfiguration
            groups:
              - name: Web
                service: web
                probe: { tcpSocket: { port: 0 } }

        """

    @Test func tellsTheManifestsOwnLinesAndColumns() {
        let reading = read(Self.configMap)
        #expect(reading.entries.map(\.name) == ["configmap/standby \"config.yaml\""])
        #expect(reading.entries.first?.namespace == "ops")
        #expect(
            reading.diagnostics.map { "\($0.mark) \($0.path)" } == [
                "11:15 groups[0].name", "13:37 groups[0].probe.tcpSocket.port",
            ]
        )
    }

    @Test func readsAStreamAndSkipsOtherKinds() {
        let stream = """
            # Source: chart/templates/service.yaml
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec: {selector: {role: active, role: active}}
            ---
            ---
            \(Self.configMap)
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: other}
            data: {nginx.conf: "server {}"}
            """
        let reading = read(stream)
        #expect(reading.entries.count == 1)
        #expect(reading.diagnostics.map(\.mark.line) == [18, 20])
    }

    @Test func looksIntoLists() {
        let list =
            "apiVersion: v1\nkind: List\nitems:\n- "
            + Self.configMap.replacingLines { $0 == 0 ? $1 : "  " + $1 }
        #expect(read(list).entries.count == 1)
    }

    @Test func saysTheLineInsideAnEntryThatIsNoBlock() {
        let text = """
            kind: ConfigMap
            data:
              a.yaml: "apiVersion: kube-standby.io/v1\\nkind: StandbyConfiguration\\ngroups: 3\\n"
            """
        let reading = read(text)
        #expect(
            reading.diagnostics.map(\.text) == [
                "groups: found a number, allowed is a list (line 3 of the entry \"a.yaml\")"
            ]
        )
        #expect(reading.diagnostics.first?.mark == YAMLMark(line: 3, column: 11))
    }

    @Test func tellsABrokenEntryIfItIsMeantToBeAConfiguration() {
        let reading = read("kind: ConfigMap\ndata:\n  c.yaml: |\n    kind: StandbyConfiguration\n    groups: [\n")
        #expect(reading.diagnostics.count == 1)
        #expect(reading.diagnostics.first?.text.hasPrefix("not valid YAML") == true)
    }

    @Test func isNotSilentAboutATextThatHoldsNoConfiguration() {
        let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\n"
        #expect(
            read(deployment + "---\n" + deployment).diagnostics.map(\.text) == [
                "holds no StandbyConfiguration, neither by itself nor in a ConfigMap"
            ]
        )
        // A lone document is held against the format: somebody meant it.
        #expect(read(deployment).diagnostics.contains { $0.path == "kind" })
        // In a folder there may be anything.
        #expect(read(deployment, skipsOthers: true).diagnostics.isEmpty)
    }

    @Test func refusesSeveralConfigurationsInOneFile() {
        let one = "apiVersion: kube-standby.io/v1\nkind: StandbyConfiguration\ngroups: []\n"
        let reading = read(one + "---\n" + one)
        #expect(reading.diagnostics.map(\.mark.line) == [5])
    }
}

extension String {
    fileprivate func replacingLines(_ change: (Int, String) -> String) -> String {
        split(separator: "\n", omittingEmptySubsequences: false).enumerated().map {
            change($0.offset, String($0.element))
        }
        .joined(separator: "\n")
    }
}
