import Foundation
import Testing

/// What Tests/README.md names.
@Suite struct TestTableTests {
    /// A suite, a test of it, or another test of the suite named before it: `StatusTests`, `StatusTests.shows`, `.shows`.
    @Test func everyTestThatIsNamedIsThere() throws {
        let files = FileManager.default.enumerator(
            at: Repository.root.appending(path: "Tests"),
            includingPropertiesForKeys: nil
        )
        var declared: Set<Substring> = []
        for case let file as URL in try #require(files) where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            declared.formUnion(text.matches(of: /\b(?:struct|enum|extension|func)\s+(\w+)/).map(\.output.1))
        }
        let rows = try Repository.text(of: "Tests/README.md").split(separator: "\n").filter { $0.hasPrefix("| ") }
        let named = rows.flatMap { $0.matches(of: /`(?:(\w+Tests)(?:\.(\w+))?|\.(\w+))`/) }.flatMap {
            [$0.output.1, $0.output.2, $0.output.3].compactMap(\.self)
        }
        try #require(!named.isEmpty, "no row of Tests/README.md names a test")
        let folders = try Repository.folders(in: "Tests").map { Substring($0) }
        for name in named {
            #expect(declared.contains(name) || folders.contains(name), "Tests/README.md names \(name)")
        }
    }
}
