import Testing
import YAMLDocument

@testable import StandbyConfiguration

/// What follows from the entries of a table: whoever adds a field writes its property and its entry, and no more.
@Suite struct FieldTableTests {
    /// A section of a file, as a newcomer would add one.
    struct Backup: Sendable, Equatable {
        enum Place: Sendable, Equatable {
            case pod(String)
            case labels([String: String])
        }

        enum Level: String, Sendable, CaseIterable {
            case full = "Full"
            case changes = "Changes"
        }

        var name = ""
        var place = Place.pod("")
        var level = Level.full
        var retries = 3
        var pause: Duration = .seconds(2)
        var longestPause: Duration = .zero
        var user: String?
        var group: String? = "staff"

        static let fields = FieldTable("backup", Backup()) {
            Field.required("name", \.name, .string(.dnsLabel)).says("Its name")
            Field.alternative("pod", \.place, .string(.dnsSubdomain), as: Place.pod) {
                if case .pod(let name) = $0 { name } else { nil }
            }
            .says("Where to")
            Field.alternative("matchLabels", \.place, .labels, as: Place.labels) {
                if case .labels(let labels) = $0 { labels } else { nil }
            }
            .says("Where to")
            Field.defaulted("level", \.level, .choice).says("How much")
            Field.defaulted("retries", \.retries, .integer(0...9)).says("How often").only { $0.level == .full }
            Field.defaulted("pauseSeconds", \.pause, .seconds(0...60)).says("How long between two tries")
            Field.derived("longestPauseSeconds", \.longestPause, .seconds(0...600)) { $0.pause * 10 }
                .says("How long at most; default: ten times pauseSeconds")
            Field.optional("user", \.user, .string(.nonEmpty)).says("Who does it; default: whoever runs")
            Field.defaulted("group", \.group, .nullable(.string(.nonEmpty))).says("Whose it is; null: nobody's")
            Field.unread("color", .bool).says("Accepted for the sake of pasting")
        }
    }

    private func node(_ text: String) throws -> YAMLNode {
        try #require(YAMLDocument.read(Array(text.utf8)).documents.first?.root)
    }

    private func read(_ text: String) throws -> Backup? { Backup.fields.read(NodeReader(node: try node(text))) }

    private func mistakes(_ text: String) throws -> [String] {
        let collector = DiagnosticCollector()
        var checker = SchemaChecker(reportingTo: collector)
        checker.check(try node(text), as: Backup.fields.schema)
        return collector.ordered.map(\.text)
    }

    @Test func readsWhatIsGiven() throws {
        let text = """
            {name: a, matchLabels: {x: y}, retries: 0, pauseSeconds: 0.5, longestPauseSeconds: 7, user: me, group: null,
             color: true}
            """
        var expected = Backup(name: "a", place: .labels(["x": "y"]), retries: 0)
        (expected.pause, expected.longestPause) = (.milliseconds(500), .seconds(7))
        (expected.user, expected.group) = ("me", nil)
        #expect(try mistakes(text) == [])
        #expect(try read(text) == expected)
    }

    @Test func fillsInWhatIsNot() throws {
        let backup = try #require(try read("{name: a, pod: b, pauseSeconds: 3}"))
        #expect(backup.retries == 3 && backup.level == .full && backup.user == nil && backup.group == "staff")
        #expect(backup.pause == .seconds(3) && backup.longestPause == .seconds(30))
    }

    /// A required field, one of a choice, and what was given and cannot be read: nothing is made up for them.
    @Test(arguments: ["{pod: b}", "{name: a}", "{name: a, pod: 7}", "{name: a, pod: b, user: [x]}", "7"])
    func readsNothingFromWhatIsIncomplete(text: String) throws {
        #expect(try read(text) == nil)
    }

    @Test func printsEveryFieldInOrderAndReadsItBackAsTheSame() throws {
        let backup = try #require(try read("{name: a, pod: b, pauseSeconds: 0.5}"))
        let text = YAMLText.write(Backup.fields.write(backup))
        #expect(
            text == """
                name: a
                pod: b
                level: Full
                retries: 3
                pauseSeconds: 0.5
                longestPauseSeconds: 5
                group: staff

                """
        )
        #expect(try read(text) == backup)
    }

    @Test func neitherReadsNorPrintsWhatHasNoMeaning() throws {
        let backup = try #require(try read("{name: a, pod: b, level: Changes, retries: 9}"))
        #expect(backup.retries == Backup().retries)
        #expect(!YAMLText.write(Backup.fields.write(backup)).contains("retries"))
    }

    @Test(arguments: [
        ("{name: a, retries: 10}", "retries: found 10, allowed is a whole number 0…9"),
        ("{name: a, level: Ful}", "level: found \"Ful\", allowed is Full or Changes; did you mean \"Full\"?"),
        ("{retries: 1}", "required key \"name\" is missing"),
        ("{name: a, pauseSeconds: 1h}", "pauseSeconds: found \"1h\", allowed is a number of seconds 0…60"),
    ])
    func tellsMistakes(text: String, expected: String) throws {
        #expect(try mistakes(text) == [expected])
    }

    @Test func describesEachFieldWithItsBoundsAndDefault() throws {
        let text = JSONText.write(JSONSchema.object(Backup.fields.schema))
        for part in [
            "\"minimum\": 0,\n      \"maximum\": 9,\n      \"description\": \"How often.\",\n      \"default\": 3",
            "\"description\": \"How much.\",\n      \"default\": \"Full\"",
            "\"description\": \"How long at most; default: ten times pauseSeconds.\"\n",
            "\"required\": [\n    \"name\"\n  ]",
        ] {
            #expect(text.contains(part), "\(text)")
        }
    }
}
