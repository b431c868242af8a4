import Testing
import YAMLDocument

@testable import StandbyConfiguration

/// How diagnostics are found and printed; their words stand beside the fixtures.
@Suite struct DiagnosticsTests {
    @Test func printsTheLineAndACaret() {
        let source = "apiVersion: kube-standby.io/v1\nkind: Standby\ngroups: []\n"
        let diagnostics = Fixture.read(source).diagnostics
        let text = DiagnosticText(file: "c.yaml", source: Array(source.utf8), for: diagnostics)
        #expect(
            diagnostics.map(text.render) == [
                "c.yaml:2:7: error: kind: found \"Standby\", allowed is StandbyConfiguration\n  kind: Standby\n        ^"
            ]
        )
    }

    @Test func coloursTheSeverityAndTheCaret() throws {
        let source = "kind: StandbyConfiguration\ngroups: []\n"
        let diagnostics = Fixture.read(source).diagnostics
        let text = DiagnosticText(
            file: "c.yaml",
            source: Array(source.utf8),
            for: diagnostics,
            colours: .terminal
        )
        let printed = text.render(try #require(diagnostics.first))
        #expect(printed.contains("\u{1B}[1;31merror:\u{1B}[0m") && printed.hasSuffix("\u{1B}[1;31m^\u{1B}[0m"))
    }

    @Test func keepsControlCharactersFromTheTerminal() {
        let diagnostic = Diagnostic(.missingKey("x"), path: "a\u{1B}[31m", mark: YAMLMark(line: 1, column: 3))
        let text = DiagnosticText(file: "c", source: Array("a\u{9B}\u{1B}b\n".utf8), for: [diagnostic])
        #expect(!text.render(diagnostic).unicodeScalars.contains { $0.value == 0x1B || $0.value == 0x9B })
    }

    @Test(arguments: ["\n", "\r\n", "\r"])
    func findsLinesByEveryLineEnd(end: String) {
        let source = Array(["a: 1", "  \u{1F600}b", "c"].joined(separator: end).utf8)
        let lines = SourceLines.find([2, 3, 9], in: source)
        #expect(lines.mapValues { $0.count } == [2: 4, 3: 1])
    }

    @Test func namesTheAliasThroughWhichAValueCame() {
        let reading = Fixture.read(
            """
            apiVersion: kube-standby.io/v1
            kind: StandbyConfiguration
            defaults: {failover: {delaySeconds: &long 50}}
            groups:
            - {name: a, service: a, probe: {tcpSocket: {port: 1}, periodSeconds: 1, fastPeriodSeconds: *long}}
            """
        )
        #expect(
            reading.errors.map(\.text) == [
                "groups[0].probe.fastPeriodSeconds: is 50, above periodSeconds (1): the fast period is at most the period"
                    + " (used through the alias at line 5)"
            ]
        )
        #expect(reading.errors.first?.mark == YAMLMark(line: 3, column: 37))
    }

    @Test(arguments: [("probe", "prob", 1), ("service", "serivce", 1), ("abc", "xyz", 3), ("", "ab", 2)])
    func measuresTheDistanceOfWords(left: String, right: String, expected: Int) {
        #expect(Suggestion.distance(left, right) == expected)
    }
}
