import Testing
import YAMLDocument

@testable import StandbyConfiguration

/// What a line of the file shows beside a diagnostic, and what the diagnostic says: no secret.
@Suite struct QuotedLineTests {
    private static func shown(_ line: String) -> String {
        String(String.UnicodeScalarView(QuotedLine(Array(line.unicodeScalars)).shown))
    }

    /// `S` stands where a secret does; nothing of it is shown.
    @Test(arguments: [
        #"- {name: Authorization, value: "S"}"#, "- {name: Authorization, value: 'S', port: 1}", "  value: S",
        "- value: S",
        "- {value: S, name: A}", #"{"name": "A", "value":"S"}"#, "  value : S", "  value: [S]", "url: http://host:80/S",
        #"{httpPost: {url: "https://host/S"}}"#, "url: http://S@host", #"url: &u "http://h#S""#, "  path: /health?S",
        #"  path: "/h?a&S""#, #"command: [curl, -u, "S"]"#, "command: [S]", "{exec: {command: [S], container: a}}",
        #"template: '{"key": "S"}'"#, "- S", "S", #"  S"}], port: 1}}"#, "valeu: S", "URL: S",
        "- Authorization: GenieKey S",
        #"httpHeaders: ["Authorization: S"]"#, #"- name: "Authorization: Bearer S""#, "port: 1 # S", "# S",
        #"config.json: "{\"name\": \"A\", \"value\": \"S\"}""#, "config.yaml: 'value: ''S'''", #"host: "http://S@h""#,
        "value: *S", "value: !S", "probe: S", "url: https://u:S@h: x", "- -u S: https://h", "value: S: x",
        "host: https://h/S",
        #"path: "/h\u003ft=S""#, "path: http://u:S@h/x", "path: /h;id=S", "- {value:S}", "- Authorization:S:",
        "name: A=S",
    ]) func hidesASecret(line: String) {
        for secret in ["s3cr3t", "s3\u{1F600}t", "a,s3cr3t", "s3cr3t}", "a s3cr3t"] {
            let line = line.replacing("S", with: secret)
            let shown = Self.shown(line)
            #expect(!shown.contains("s3") && !shown.contains("3t") && !shown.contains("\u{1F600}"), "\(shown)")
            #expect(shown.unicodeScalars.count == line.unicodeScalars.count)
        }
    }

    @Test(arguments: [
        "- {name: Authorization, valueFile: /run/token}", "  matchExpressions: [{key: a, operator: Exists}]",
        "  probe: {httpGet: {path: /health, port: 80, scheme: HTTPS}, timeoutSeconds: 1}",
        #"  expectedBody: "^ok.? [a-z]$""#, "  failover: {delaySeconds: &long 5, cooldownSeconds: *long}",
        "kind: Standby",
        "{httpPost: {url: ftp://host:80}, timeoutSeconds: 7}", "  url:", "  value:", "", "- {}",
        #"  preemptWindows: ["Sat 02:00-04:00 UTC"]"#, "\t- {priority: 1, pod: web-0}",
    ]) func showsWhatIsNone(line: String) {
        #expect(Self.shown(line) == line)
    }

    @Test(arguments: [
        (
            "  probe: {exec: {command: [cat, /a b]}, prob: x, periodSeconds: 1}",
            "  probe: {exec: {command: [***, ** *]}, prob: *, periodSeconds: 1}"
        ), ("- {name: A, value: b} # c", "- {name: A, value: *} ***"),
        ("  app: web", "  app: ***"),
        ("{matchLabels: {app: web, value: b}, valeu: c}", "{matchLabels: {app: web, value: b}, valeu: *}"),
    ]) func hidesNothingElse(line: String, shown: String) {
        #expect(Self.shown(line) == shown)
    }

    /// Messages get into logs: what may be a secret is named by its kind, wherever it stands.
    @Test(arguments: [
        #"probe: {httpGet: {port: 1, httpHeaders: [{name: A, value: "s3cr3t\n"}]}}"#,
        #"probe: {httpGet: {port: 1, httpHeaders: ["Authorization: s3cr3t"]}}"#,
        #"probe: {httpGet: {port: 1, httpHeaders: "Authorization: s3cr3t"}}"#,
        #"probe: {httpGet: {port: 1, httpHeaders: [{name: "A: s3cr3t"}]}}"#,
        #"probe: {httpGet: {port: 1, httpHeaders: [{name: "A=s3cr3t"}]}}"#,
        "probe: {httpGet: {port: 1, httpHeaders: [{name: A, value:s3cr3t}]}}",
        "probe: {httpGet: {port: 1, httpHeaders: [{Bearer s3cr3t}]}}",
        #"probe: {httpGet: {port: 1, host: "https://h/s3cr3t"}}"#, #"probe: {httpGet: {port: 1, host: "u:s3cr3t"}}"#,
        #"probe: {httpGet: {port: 1, path: "http://u:s3cr3t@h/ "}}"#,
        #"probe: {httpGet: {port: 1, path: "/ ;id=s3cr3t"}}"#,
        "hooks: {onPromote: {httpPost: {url:https://h/s3cr3t}}}",
        #"hooks: {onPromote: {httpPost: {url: "http://s3cr3t@a:s3cr3t@h"}}}"#,
        #"probe: {httpGet: {port: 1, path: "/ ?s3cr3t"}}"#, #"probe: {httpGet: {port: 1, host: "http://s3cr3t@h"}}"#,
        #"probe: {exec: {command: "curl s3cr3t"}}"#, #"probe: {exec: {command: ["s3cr3t\0"]}}"#,
        #"probe: {exec: "curl s3cr3t"}"#,
        #"hooks: {onPromote: {httpPost: {url: "ftp://s3/cr3t:s3cr3t@h/s3cr3t"}}}"#,
        #"hooks: {onPromote: {httpPost: {url: "http://h/s?to=a@b.c&s3cr3t "}}}"#,
        #"hooks: {onPromote: {httpPost: {url: "http:\\h\\s3cr3t"}}}"#, "hooks: {onPromote: {httpPost: {url: s3cr3t}}}",
        #"hooks: {onPromote: {httpPost: "http://s3cr3t@h"}}"#,
        #"hooks: {onPromote: {httpPost: {url: "http://h", headers: [{name: A, value: "s3cr3t\n"}]}}}"#,
        #"hooks: {onPromote: {httpPost: {url: "http://h", headers: [{name: A, value: [s3cr3t]}]}}}"#,
    ]) func noMessageHasASecret(field: String) {
        let probe = field.hasPrefix("probe") ? "" : "  probe: {tcpSocket: {port: 1}}\n"
        let source =
            "apiVersion: kube-standby.io/v1\nkind: StandbyConfiguration\ngroups:\n- name: a\n  service: a\n" + probe
            + "  \(field)\n"
        let diagnostics = Fixture.read(source).diagnostics
        #expect(
            diagnostics.contains {
                $0.severity == .error && ($0.text.contains("found ") || $0.text.contains("unknown key"))
            },
            "\(diagnostics)"
        )
        for diagnostic in diagnostics { #expect(!diagnostic.text.contains("s3") && !diagnostic.text.contains("cr3t")) }
    }

    @Test(arguments: [
        ("s3cr3t $(group) $(grupp)", "\"$(grupp)\""), ("$(group, s3cr3t, $(to)", "a string"),
    ]) func ofATemplateAPlaceholderIsNamedAlone(template: String, found: String) {
        let source = """
            apiVersion: kube-standby.io/v1
            kind: StandbyConfiguration
            notifications: [{httpPost: {url: "http://h"}, on: [Failover], template: "\(template)"}]
            groups: []
            """
        let errors = Fixture.read(source).errors.map(\.text)
        #expect(errors.contains { $0.contains("template: found \(found), allowed is") && !$0.contains("s3cr3t") })
    }

    /// Unquoted, they are YAML's own signs.
    @Test(arguments: ["*s3cr3t", "!s3cr3t", "!!int s3cr3t"]) func noMistakeInYAMLHasASecret(value: String) {
        let diagnostics = Fixture.read("groups:\n- value: \(value)\n").diagnostics
        #expect(diagnostics.contains { $0.severity == .error && $0.mark.line == 2 })
        for diagnostic in diagnostics { #expect(!diagnostic.text.contains("s3cr3t")) }
    }
}
