import Testing
import YAMLDocument

@testable import StandbyConfiguration

/// Hostile files get a clear answer in bounded time and memory.
@Suite(.timeLimit(.minutes(5))) struct LimitTests {
    private static let head = "apiVersion: kube-standby.io/v1\nkind: StandbyConfiguration\n"

    @Test func listsAThousandMistakesAndCountsTheRest() {
        let keys = (0..<5000).map { "x\($0): 1\n" }.joined()
        let diagnostics = Fixture.read(Self.head + "groups: []\n" + keys).diagnostics
        #expect(diagnostics.count == 1001)
        #expect(diagnostics.last?.text == "4000 further mistakes are not listed")
    }

    /// However many warnings there are, the file is accepted; and an error after them is listed.
    @Test func manyWarningsAreNoErrorAndHideNone() {
        let groups = (0..<2500).map {
            "- {name: g\($0), service: g\($0), probe: {tcpSocket: {port: 1}, periodSeconds: 10}}\n"
        }
        let file = Self.head + "groups:\n" + groups.joined()
        let reading = Fixture.read(file)
        #expect(reading.isValid && reading.configuration?.groups.count == 2500)
        #expect(reading.diagnostics.count == 1001 && reading.diagnostics.allSatisfy { $0.severity == .warning })
        #expect(reading.diagnostics.last?.text.hasSuffix("further warnings are not listed") ?? false)
        let broken = Fixture.read(file + "- {name: last, service: last}\n")
        #expect(!broken.isValid && broken.errors.map(\.path) == ["groups[2500]"], "\(broken.errors)")
    }

    @Test func boundsWhatDefaultsComeTo() {
        let priorities = (0..<2000).map { "{pod: a-\($0), priority: 1}" }.joined(separator: ",")
        let groups = (0..<1000).map { "- {name: g\($0), service: g\($0)}\n" }.joined()
        let probe = "probe: {tcpSocket: {port: 1}}"
        let reading = Fixture.read(Self.head + "defaults: {\(probe), priorities: [\(priorities)]}\ngroups:\n" + groups)
        #expect(
            reading.errors.first?.text
                == "defaults: come to more than 4000000 nodes over all groups; give long lists to the groups that need them"
        )
    }

    @Test func looksAtManyPrioritiesInBoundedTime() {
        let rules = (0..<50_000).map { "{matchLabels: {a: b, x: v\($0)}, priority: 1}" }.joined(separator: ",")
        #expect(Fixture.group("probe: {tcpSocket: {port: 1}}", "priorities: [\(rules)]").configuration != nil)
    }

    /// A hostile text by its name, so that no report prints it.
    enum Hostile: String, CaseIterable {
        case aliasBomb, depth, depthByBlocks, controlCharacter, directives, manyNodes, tooLarge

        var text: String {
            switch self {
            case .aliasBomb: LimitTests.bomb
            case .depth: String(repeating: "[", count: 1_000_000)
            case .depthByBlocks: String(repeating: "- ", count: 100_000)
            case .controlCharacter: "a: \u{0}b"
            case .directives: String(repeating: "%TAG !a! b\n", count: 500_000)
            case .manyNodes: "[" + String(repeating: "1,", count: 1_100_000) + "]"
            case .tooLarge: String(repeating: "#", count: 16 * 1024 * 1024 + 1)
            }
        }

        var answer: String {
            switch self {
            case .aliasBomb, .manyNodes: "the document has more than 1000000 nodes once its aliases are expanded"
            case .depth, .depthByBlocks: "collections are nested deeper than 64"
            case .controlCharacter: "not valid YAML: control characters are not allowed"
            case .directives: "more than 1000 lines begin with \"%\", as directives do"
            case .tooLarge: "the file has 16777217 bytes; at most 16777216 are read"
            }
        }
    }

    @Test(arguments: Hostile.allCases)
    func answersClearly(hostile: Hostile) {
        // Compared before the expectation, which would print what it was given.
        let answers = Fixture.read(hostile.text).errors.map(\.message.description)
        #expect(answers == [hostile.answer])
    }

    fileprivate static let bomb =
        "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n"
        + (1..<9).map { level in
            "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ",") + "]\n"
        }.joined()

    @Test(arguments: [
        [UInt8](repeating: 0xFF, count: 8), Array("a: b\n".utf8) + [0xC3, 0x28], [0xFE, 0xFF, 0x00, 0x61],
        Array("a: ä".utf8.dropLast()),
    ])
    func refusesWhatIsNotUTF8(bytes: [UInt8]) {
        #expect(ConfigurationReading(bytes).errors.map(\.text) == ["the file is not UTF-8"])
    }

    @Test func readsALongestFile() {
        let filling = String(repeating: "# " + String(repeating: "x", count: 97) + "\n", count: 167_000)
        #expect(Fixture.read(filling + Fixture.minimal).configuration != nil)
    }
}
