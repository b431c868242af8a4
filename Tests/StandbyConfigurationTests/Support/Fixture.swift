@testable import StandbyConfiguration

/// Reads configurations from text.
enum Fixture {
    static let minimal = """
        apiVersion: kube-standby.io/v1
        kind: StandbyConfiguration
        groups:
        - name: web
          service: web
          probe: {httpGet: {port: 8080}}

        """

    static func read(_ text: String) -> ConfigurationReading {
        ConfigurationReading(Array(text.utf8))
    }

    /// A file with one group; `lines` are its fields, each indented like a list entry's.
    static func group(_ lines: String..., defaults: String = "") -> ConfigurationReading {
        let head = "apiVersion: kube-standby.io/v1\nkind: StandbyConfiguration\n"
        let body = lines.map { "  \($0)\n" }.joined()
        return read(
            head + (defaults.isEmpty ? "" : "defaults: \(defaults)\n") + "groups:\n- name: web\n  service: web\n" + body
        )
    }

    /// The first error's text.
    static func error(_ reading: ConfigurationReading) -> String? { reading.errors.first?.text }
}
