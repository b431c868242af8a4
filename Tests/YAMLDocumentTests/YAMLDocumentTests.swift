import Testing

@testable import YAMLDocument

@Suite struct YAMLDocumentTests {
    private func parse(_ text: String, limits: YAMLLimits = YAMLLimits()) throws(YAMLError) -> YAMLNode {
        try YAMLDocument.parse(Array(text.utf8), limits: limits)
    }

    private func failure(_ text: String, limits: YAMLLimits = YAMLLimits()) -> YAMLError? {
        do throws(YAMLError) {
            _ = try parse(text, limits: limits)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        ("null", YAMLScalar.Value.null), ("~", .null), ("", .null), ("true", .bool(true)), ("False", .bool(false)),
        ("yes", .string("yes")), ("on", .string("on")), ("0777", .int(777)), ("0o17", .int(15)), ("0x1F", .int(31)),
        ("-12", .int(-12)), ("+3", .int(3)), ("1.5", .float(1.5)), ("1e3", .float(1000)), (".5", .float(0.5)),
        ("1_000", .string("1_000")), ("\"3\"", .string("3")), ("'true'", .string("true")), (".inf", .float(.infinity)),
        ("1.", .float(1)), ("1.2.3", .string("1.2.3")), ("-", .string("-")), ("!!str 5", .string("5")),
        ("!!int '5'", .int(5)), ("0x", .string("0x")), ("99999999999999999999", .float(1e20)),
    ])
    func resolvesScalarsByTheCoreSchema(text: String, expected: YAMLScalar.Value) throws {
        // A sequence, because "-" alone would begin one.
        let node = try parse("[\(text)]").sequence?.first
        let value = try node?.scalar?.value ?? parse("a: \(text)")["a"]?.scalar?.value
        #expect(value == expected)
    }

    @Test func marksEveryNodeFromOne() throws {
        let node = try parse("a: 1\nb:\n  - ä: x\n")
        let item = node["b"]?.sequence?.first
        #expect(node.mapping?[1].keyMark == YAMLMark(line: 2, column: 1))
        #expect(item?["ä"]?.mark == YAMLMark(line: 3, column: 8))
    }

    @Test func resolvesAliasesAndRemembersTheirPlace() throws {
        let node = try parse("a: &x {port: 1}\nb: *x\n")
        #expect(node["b"]?["port"]?.scalar?.value == .int(1))
        #expect(node["b"]?.aliasMark == YAMLMark(line: 2, column: 4))
        #expect(node["a"]?.aliasMark == nil)
    }

    @Test func mergesBelowWhatIsWrittenAndFirstWins() throws {
        let node = try parse("x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2}\nz:\n  c: 3\n  <<: [*x, *y]\n")
        #expect(node["z"]?["a"]?.scalar?.value == .int(1))
        #expect(node["z"]?["b"]?.scalar?.value == .int(1))
        #expect(node["z"]?["c"]?.scalar?.value == .int(3))
        #expect(node["z"]?["a"]?.aliasMark?.line == 5)
    }

    @Test func keepsAQuotedMergeKey() throws {
        #expect(try parse("\"<<\": 1")["<<"]?.scalar?.value == .int(1))
    }

    @Test(arguments: [
        ("a: 1\na: 2\n", YAMLError.Reason.duplicateKey("a", first: YAMLMark(line: 1, column: 1)), 2),
        ("a: *nobody\n", .unknownAlias, 1),
        ("? [a]\n: 1\n", .keyIsNotAString, 1),
        ("a: 1\n<<: 2\n", .mergeOfNoMapping, 2),
        ("a: !thing 1\n", .unsupportedTag, 1),
        ("a: !!int x\n", .doesNotFitTag("tag:yaml.org,2002:int"), 1),
        ("", .noDocument, 1),
        ("a: 1\n---\nb: 2\n", .severalDocuments, 3),
    ])
    func refusesWithReasonAndLine(text: String, reason: YAMLError.Reason, line: Int) {
        let error = failure(text)
        #expect(error?.reason == reason)
        #expect(error?.mark.line == line)
    }

    @Test func saysWhereTheSyntaxIsBroken() {
        let error = failure("a: [1, 2\nb: 3\n")
        #expect(error?.mark.line == 2)
        #expect(error.map { "\($0)".hasPrefix("not valid YAML: ") } == true)
    }

    @Test func refusesWhatIsNotUTF8() {
        #expect(throws: YAMLError(.notUTF8, at: YAMLMark(line: 2, column: 1))) {
            try YAMLDocument.parse(Array("a: 1\nb: ".utf8) + [0xFF, 0xFE])
        }
    }

    @Test func boundsDepth() {
        let text = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
        #expect(failure(text)?.reason == .tooDeep(limit: 64))
    }

    @Test func boundsSize() {
        var limits = YAMLLimits()
        limits.bytes = 10
        #expect(failure("a: 12345678", limits: limits)?.reason == .tooLarge(bytes: 11, limit: 10))
    }

    @Test func boundsTheExpansionOfAliases() {
        var text = "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n"
        for level in 1..<9 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ",")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        #expect(failure(text)?.reason == .tooManyNodes(limit: 1_000_000))
    }

    @Test func readsSeveralDocumentsIfAskedTo() throws {
        let documents = try YAMLDocument.parseStream(Array("a: 1\n---\nb: 2\n".utf8))
        #expect(documents.count == 2)
        #expect(documents[1]["b"]?.scalar?.value == .int(2))
    }

    @Test func readsLineEndsOfAllSystemsAndAByteOrderMark() throws {
        let node = try YAMLDocument.parse([0xEF, 0xBB, 0xBF] + Array("a: 1\r\nb: 2\r\n".utf8))
        #expect(node["b"]?.mark.line == 2)
    }
}
