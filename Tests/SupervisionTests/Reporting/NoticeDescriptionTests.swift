import FailoverCore
import Foundation
import KubernetesClient
import Logging
import Testing

@testable import Supervision

/// What is said of each notice, word for word: `Notices.txt` beside this file.
@Suite struct NoticeDescriptionTests {
    /// The blocks of the file by name: the lines between two headings.
    private static let expected: [String: String] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Notices.txt")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        let blocks = text.split(separator: "== ").map { $0.split(separator: "\n", maxSplits: 1).map(String.init) }
        return Dictionary(uniqueKeysWithValues: blocks.map { ($0[0], $0.count > 1 ? $0[1] : "") })
    }()

    /// The log's line with its metadata, how its repetitions count, the Event and the demo's line.
    private static func text(of sample: NoticeSample) -> String {
        let description = NoticeDescription(sample.notice.content)
        let line = description.log
        let metadata = line.metadata.sorted { $0.key < $1.key }.map { "  \($0.key): \($0.value)" }
        let kind = [line.kind.map { "all \"\($0)\"" }, line.member.map { "of \($0)" }].compactMap(\.self)
        var lines = ["\(line.level): \(line.message)"] + metadata
        lines.append("  repeated: \(([("\(line.repetition)")] + kind).joined(separator: ", "))")
        if let event = NoticeEvents(instance: "me").event(of: sample.notice) {
            lines.append("Event: \(event.type.rawValue) \(event.reason), \(event.action)")
            lines.append("  on: \(event.regarding.kind) \(event.regarding.name) \(event.regarding.uid ?? "")")
            lines.append("  note: \(event.note)")
        }
        if let demo = sample.notice.summary { lines.append("demo: \(demo)") }
        return lines.joined(separator: "\n") + "\n"
    }

    @Test(arguments: NoticeSample.all) func saysWordForWord(sample: NoticeSample) {
        let text = Self.text(of: sample)
        let expected = Self.expected[sample.name]?.trimmingCharacters(in: .newlines)
        #expect(expected == text.trimmingCharacters(in: .newlines), "== \(sample.name)\n\(text)")
    }

    @Test func theFileHoldsNothingElse() {
        #expect(Set(Self.expected.keys) == Set(NoticeSample.all.map(\.name)))
        #expect(NoticeSample.all.count == Self.expected.count)
    }

    @Test func everyReasonIsGivenAndOnItsKindOfObject() {
        let notes = NoticeSample.all.compactMap { NoticeDescription($0.notice.content).event }
        let ofGroups = EventReason.allCases.filter { $0.entry.subject != .supervisor }
        #expect(Set(notes.map(\.reason)) == Set(ofGroups))
        for note in notes {
            #expect((note.member == nil) == (note.reason.entry.subject == .service), "\(note.reason)")
        }
    }

    @Test func anEventNamesTheProcessTheGroupAndTheMoment() throws {
        let sample = try #require(NoticeSample.all.first { $0.name == "promoted" })
        let start = MicroTime(Date())
        let event = try #require(NoticeEvents(instance: "supervisor-1").event(of: sample.notice))
        #expect(event.metadata.name?.hasPrefix("web-1.") == true && event.metadata.namespace == "shop")
        #expect(event.reportingController == "kube-standby.io/supervisor" && event.reportingInstance == "supervisor-1")
        #expect(event.regarding == .init(Pod.resource, namespace: "shop", name: "web-1", uid: "uid-1"))
        #expect((start.microseconds...MicroTime(Date()).microseconds).contains(event.eventTime?.microseconds ?? 0))
        let other = try #require(NoticeEvents(instance: "supervisor-1").event(of: sample.notice))
        #expect(other.metadata.name != event.metadata.name)
    }

    /// The longest name of an object is 253 characters.
    @Test func anEventOnAnObjectOfALongNameHasAName() throws {
        let notice = GroupNotice(
            group: "web",
            namespace: "shop",
            service: String(repeating: "s", count: 253),
            serviceID: nil,
            content: .leavesBehind(fenced: [], isPaused: true)
        )
        let event = try #require(NoticeEvents(instance: "me").event(of: notice))
        #expect(event.metadata.name.map { $0.count <= 253 } == true && event.regarding.name.count == 253)
    }

    @Test(arguments: [
        (Duration.zero, "0 ms"), (.microseconds(499), "0 ms"), (.microseconds(1500), "2 ms"),
        (.milliseconds(56), "56 ms"), (.seconds(61), "61000 ms"),
    ]) func durationsAreWholeMilliseconds(duration: Duration, expected: String) {
        #expect(duration.wholeMilliseconds == expected)
    }
}

/// README.md of the room against the table of reasons, and the table's place.
@Suite struct EventReasonTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    @Test func theReadmeListsThem() throws {
        let file = Self.root.appending(path: "Sources/Supervision/README.md")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
        let start = try #require(lines.firstIndex { $0.hasPrefix("| reason ") })
        let rows = EventReason.allCases.map { reason in
            let entry = reason.entry
            return "| `\(reason.rawValue)` | \(entry.type.rawValue) | \(entry.subject.rawValue) | \(entry.action) | "
                + "\(entry.summary) |"
        }
        #expect(Array(lines[(start + 2)...].prefix { $0.hasPrefix("|") }) == rows, "\(rows.joined(separator: "\n"))")
    }

    /// What a newcomer touches for a reason: one file, and its name in that of what people can be told, which is held against it.
    @Test func eachStandsInOneSourceFile() throws {
        let folder = Self.root.appending(path: "Sources")
        let found = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        let files = (found?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "swift" }
        try #require(files.count > 100)
        let texts = try files.map { try String(contentsOf: $0, encoding: .utf8) }
        for reason in EventReason.allCases {
            let places = zip(files, texts).filter { $1.contains("\"\(reason.rawValue)\"") }
            // Causes of moves and conditions of groups have words of their own, some of them the same.
            let others: Set = [
                "SwitchCause.swift", "GroupAssessment.swift", "GroupExplanation.swift", "NotificationReason.swift",
            ]
            let known = places.map { $0.0.lastPathComponent }.filter { !others.contains($0) }
            #expect(known == ["EventReason.swift"], "\(reason.rawValue)")
        }
    }
}
