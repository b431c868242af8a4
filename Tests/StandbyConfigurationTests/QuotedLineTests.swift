import Testing
import YAMLDocument

@testable import StandbyConfiguration

/// What a line of the file shows beside a diagnostic, and what the diagnostic says: no secret.
@Suite struct QuotedLineTests {
    /// `S` stands where a secret does.
    @Test(arguments: [
        "- {name: Authorization, value: \"S\"}", "- {name: Authorization, value: 'S', other: 1}", "  value: S",
        "- value: S", "- {value: S, name: A}", "{\"name\": \"A\", \"value\":\"S\"}",
        "- {name: A, value: S}}], more: 1}",
        "  value: [S]", "url: http://host:80/S", "{httpPost: {url: \"https://host/S\"}}", "url: http://S@host",
        "url: host/S",
        "  path: /health?S", "command: [curl, -H, \"Authorization: Bearer S\"]", "command: [app, --password=S, x]",
        "command: [app, 'api-key: S']", "env: {TOKEN: S}",
    ]) func hidesASecretAndNothingElse(line: String) {
        for secret in ["key=s3cr3t", "key=s3\u{1F600}t", "key=x"] {
            let hidden = String(repeating: "*", count: secret.unicodeScalars.count)
            let shown = QuotedLine(line.replacing("S", with: secret)).shown
            #expect(
                !shown.contains(secret) && shown.unicodeScalars.count == line.unicodeScalars.count - 1 + hidden.count
            )
            // A quotation mark is hidden with what it begins.
            let start = String(line.prefix { $0 != "S" })
            #expect(
                shown.contains(hidden)
                    && shown.hasPrefix(start.last.map { "\"'[".contains($0) } == true ? start.dropLast() : start[...])
            )
        }
    }

    @Test(arguments: [
        "- {name: Authorization, valueFile: /run/token}", "  matchExpressions: [{key: a, values: [b, c]}]",
        "  probe: {httpGet: {path: /health, port: 80}, timeoutSeconds: 1}", "  expectedBody: \"^ok.?$\"",
        "{httpPost: {url: ftp://host:80}, timeoutSeconds: 7}", "  url:", "  value:", "  tokenFile: 7", "",
    ]) func showsWhatIsNone(line: String) {
        #expect(QuotedLine(line).shown == line)
    }

    /// Messages get into logs: what may be a secret is named by its kind, wherever it stands.
    @Test(arguments: [
        "probe: {httpGet: {port: 1, httpHeaders: [{name: A, value: \"s3cr3t\\n\"}]}}",
        "probe: {httpGet: {port: 1, httpHeaders: [\"Authorization: s3cr3t\"]}}",
        "probe: {httpGet: {port: 1, httpHeaders: \"Authorization: s3cr3t\"}}",
        "probe: {httpGet: {port: 1, path: \"/ ?s3cr3t\"}}", "probe: {exec: {command: \"curl s3cr3t\"}}",
        "probe: {exec: {command: [\"s3cr3t\\0\"]}}", "probe: {exec: \"curl s3cr3t\"}",
        "hooks: {onPromote: {httpPost: {url: \"ftp://s3/cr3t:s3cr3t@h/s3cr3t\"}}}",
        "hooks: {onPromote: {httpPost: \"http://s3cr3t@h\"}}",
        "hooks: {onPromote: {httpPost: {url: \"http://h\", headers: [{name: A, value: \"s3cr3t\\n\"}]}}}",
        "hooks: {onPromote: {httpPost: {url: \"http://h\", headers: [{name: A, value: [s3cr3t]}]}}}",
    ]) func noMessageHasASecret(field: String) {
        let probe = field.hasPrefix("probe") ? "" : "  probe: {tcpSocket: {port: 1}}\n"
        let source =
            "apiVersion: kube-standby.io/v1\nkind: StandbyConfiguration\ngroups:\n- name: a\n  service: a\n" + probe
            + "  \(field)\n"
        let diagnostics = Fixture.read(source).diagnostics
        #expect(diagnostics.contains { $0.severity == .error && $0.text.contains("found ") }, "\(diagnostics)")
        for diagnostic in diagnostics { #expect(!diagnostic.text.contains("s3cr3t")) }
    }

    @Test func aTemplatesUnknownPlaceholderIsNamedAlone() {
        let source = """
            apiVersion: kube-standby.io/v1
            kind: StandbyConfiguration
            notifications: [{httpPost: {url: "http://h"}, on: [Failover], template: "s3cr3t $(group) $(grupp)"}]
            groups: []
            """
        let errors = Fixture.read(source).errors.map(\.text)
        #expect(errors.contains { $0.contains("template: found \"$(grupp)\", allowed is") && !$0.contains("s3cr3t") })
    }
}
