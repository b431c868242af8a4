import Foundation
import Repeatable

/// Makes answers that no honest API server gives: recorded ones, and objects of our own, changed in a few places.
struct ClusterMutator {
    /// What a text is read as.
    enum Form: Int, CaseIterable {
        /// One for each way into the readers of what an API server says.
        case pods, pod, podEvent, lease, service, status, review, event, slice, workload, command, group
    }

    /// One text, and what it is meant to be.
    struct Input {
        /// Which reader it goes to.
        var form: Form
        /// As it would come, JSON or not.
        var text: [UInt8]
    }

    /// Values that are known to hurt.
    private static let values: [[UInt8]] =
        [
            "null", "true", "0", "-1", "1", "2147483647", "2147483648", "-2147483649", "9223372036854775807",
            "9223372036854775808", "-9223372036854775808", "1e9", "1e300", "-1e300", "1e400", "0.1", "1073741824",
            "1073741823", "1000001", "[]", "{}", "[null]", "[[]]", "\"\"", "\"0\"", "\"-1\"", "\"1073741824\"",
            "\"1073741825\"", "\"9223372036854775807\"", "\"2147483647\"", "\"1e300\"", "\"\\u0000\"", "\"\\u001b[2J\"",
            "\"a\\nb\"", "\"\\ud800\"", "\"..\"", "\"../../x\"", "\"true\"", "\"True\"", "\"Running\"", "\"Failed\"",
            "\"Succeeded\"", "\"active\"", "\"passive\"", "\"0000-01-01T00:00:00Z\"", "\"9999-12-31T23:59:59.999999Z\"",
            "\"1969-12-31T23:59:59.9Z\"", "\"2026-02-30T00:00:00Z\"", "\"99999999999999-01-01T00:00:00Z\"",
            "\"2026-11-25T20:19:11Z\"", "\"127.0.0.1\"", "\"::1\"", "\"fe80::1%eth0\"", "\"10.0.0.1/../\"", "\"web-0\"",
            "\"web-1\"", "\"ADDED\"", "\"DELETED\"", "\"BOOKMARK\"", "\"ERROR\"", "\"ExitCode\"", "\"metadata.uid\"",
            "{\"kind\":\"Status\",\"code\":410}", "{\"a\":{\"a\":{\"a\":{}}}}",
        ].map { Array($0.utf8) } + [Array(repeating: UInt8(ascii: "["), count: 2000)]

    private static let longest = 256 * 1024

    private let corpus: [Input]
    private let bytes: Mutator
    private let seed: UInt64

    /// `corpus`: what is changed; the same `seed` gives the same inputs.
    init(corpus: [Input], seed: UInt64) {
        self.corpus = corpus
        self.seed = seed
        bytes = Mutator(corpus: corpus.map(\.text), seed: seed)
    }

    /// The input of that number.
    func input(_ number: UInt64) -> Input {
        var random = SeededGenerator(seed: seed &* 0xD1B5_4A32_D192_ED03 &+ number)
        var input: Input
        if Int.random(in: 0..<2, using: &random) == 0 {
            input = Input(form: .group, text: OwnObjects.text(&random) { changed($0, &$1) })
        } else {
            input = corpus.randomElement(using: &random) ?? Input(form: .status, text: [])
            input.text = changed(input.text, &random)
        }
        // One in sixteen is broken without regard to its structure.
        if Int.random(in: 0..<16, using: &random) == 0 { input.text = bytes.changed(input.text, &random) }
        input.text = Array(input.text.prefix(Self.longest))
        return input
    }

    /// The text with up to four values changed.
    private func changed(_ text: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var text = text
        let spans = JSONSpans(text).spans
        if spans.isEmpty { return text }
        let count = Int.random(in: 0...4, using: &random)
        let chosen = (0..<count).compactMap { _ in spans.randomElement(using: &random) }
            .sorted { $0.member.lowerBound > $1.member.lowerBound }
        var end = text.count
        for span in chosen where span.member.upperBound <= end {
            end = span.member.lowerBound
            change(&text, span, spans, &random)
        }
        return text
    }

    private func change(
        _ text: inout [UInt8],
        _ span: JSONSpans.Span,
        _ spans: [JSONSpans.Span],
        _ random: inout SeededGenerator
    ) {
        switch Int.random(in: 0..<10, using: &random) {
        case 0: remove(span, from: &text)
        case 1:
            // The same again: a second key of that name, a longer list.
            let copy = [UInt8(ascii: ",")] + text[span.member]
            let times = Int.random(in: 1...(copy.count < 200 ? 300 : 3), using: &random)
            text.insert(contentsOf: Array(repeating: copy, count: times).joined(), at: span.member.upperBound)
        case 2:
            guard let other = spans.randomElement(using: &random), other.value.upperBound <= text.count else { return }
            text.replaceSubrange(span.value, with: Array(text[other.value]))
        case 3: lengthen(&text, span, &random)
        default: text.replaceSubrange(span.value, with: Self.values.randomElement(using: &random) ?? [])
        }
    }

    private func remove(_ span: JSONSpans.Span, from text: inout [UInt8]) {
        var range = span.member
        if range.upperBound < text.count, text[range.upperBound] == UInt8(ascii: ",") {
            range = range.lowerBound..<range.upperBound + 1
        } else if range.lowerBound > 0, text[range.lowerBound - 1] == UInt8(ascii: ",") {
            range = range.lowerBound - 1..<range.upperBound
        }
        text.removeSubrange(range)
    }

    /// A long text, or one that is nested deeply, in the place of a value.
    private func lengthen(_ text: inout [UInt8], _ span: JSONSpans.Span, _ random: inout SeededGenerator) {
        let count = [10, 300, 600, 5000, 20_000].randomElement(using: &random) ?? 10
        let value: [UInt8]
        if Bool.random(using: &random) {
            value = [0x22] + Array(repeating: UInt8(ascii: "x"), count: count) + [0x22]
        } else {
            let depth = min(count, 600)
            value =
                Array(repeating: UInt8(ascii: "["), count: depth) + Array(repeating: UInt8(ascii: "]"), count: depth)
        }
        text.replaceSubrange(span.value, with: value)
    }
}

extension ClusterMutator {
    /// The answers of a folder of recorded exchanges.
    ///
    /// - Throws: if the folder or a file cannot be read.
    static func corpus(folder: String) throws -> [Input] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".json") }
            .sorted()
        return try names.flatMap { name -> [Input] in
            let data = try Data(contentsOf: URL(filePath: "\(folder)/\(name)"))
            guard let exchange = try JSONSerialization.jsonObject(with: data) as? [String: Any] else { return [] }
            let path = (exchange["request"] as? [String: Any])?["path"] as? String ?? ""
            let code = exchange["status"] as? Int ?? 200
            if let lines = exchange["lines"] as? [String] {
                return lines.map { Input(form: code == 200 ? .podEvent : .status, text: Array($0.utf8)) }
            }
            let body = exchange["body"] as? String ?? ""
            return [Input(form: code >= 400 ? .status : form(of: path), text: Array(body.utf8))]
        } + OwnObjects.messages.map { Input(form: .command, text: Array($0.utf8)) }
    }

    private static func form(of path: String) -> Form {
        let plain = path.split(separator: "?")[0]
        if plain.hasSuffix("/pods") { return .pods }
        for (word, form) in [
            ("/pods/", Form.pod), ("/leases", .lease), ("accessreviews", .review), ("/events", .event),
            ("/endpointslices", .slice), ("/services", .service), ("/apps/", .workload),
        ] where plain.contains(word) {
            return form
        }
        return .status
    }
}
