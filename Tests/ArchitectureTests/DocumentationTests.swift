import Foundation
import Testing

/// Every declaration that others see says what its name does not: units, ranges, what nil means, errors.
@Suite struct DocumentationTests {
    @Test(arguments: Repository.sources) func everyDeclarationIsDocumented(room: Manifest.Module) throws {
        var all = 0
        var missing: [String] = []
        for file in try Repository.files(of: room) {
            let scan = DeclarationScan(try String(contentsOf: file, encoding: .utf8))
            all += scan.declarations.count
            missing += scan.declarations.filter { !$0.isDocumented }
                .map { "\(file.lastPathComponent):\($0.line): \($0.text)" }
        }
        #expect(
            missing.isEmpty,
            "\(room.name): \(missing.count) of \(all) without a comment:\n\(missing.joined(separator: "\n"))"
        )
    }

    @Test func theScanFindsWhatOthersSee() {
        let text = """
            /// Documented.
            @safe
            package struct Door: Sendable {
                var width: Int
                private var key = 0
                /// Read by others.
                private(set) var count = 0
                @Flag(
                    help: "Whether it is open."
                )
                var isOpen = false
                init(
                    width: Int
                ) {
                    let local = width
                    func inner() {}
                }
                var description: String { "" }
                static func == (one: Door, other: Door) -> Bool { true }
                private enum Hidden { case one }
            }

            extension Door {
                func close() {
                    switch width {
                    case 1: break
                    }
                }
            }

            private extension Door {
                func hide() {}
            }
            """
        let found = DeclarationScan(text).declarations.map { "\($0.line) \($0.isDocumented)" }
        #expect(found == ["3 true", "4 false", "7 true", "11 true", "12 false", "24 false"])
    }
}
