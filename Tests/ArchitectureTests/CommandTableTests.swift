import Foundation
import Testing

/// Whoever adds a command is told where else it is to be named.
@Suite struct CommandTableTests {
    private struct Command {
        var name: String
        var type: String
        /// Those that its help names.
        var exitCodes: Set<String>
    }

    private static let commands = Result {
        let rooms = Repository.sources.filter { $0.name == "kube-standby" }
        let texts = try rooms.flatMap(Repository.files).map { try String(contentsOf: $0, encoding: .utf8) }
        return texts.compactMap { text -> Command? in
            guard let name = text.firstMatch(of: #/commandName: "([a-z]+)"/#)?.1 else { return nil }
            guard let type = text.firstMatch(of: #/struct ([A-Za-z]+Command): /#)?.1 else { return nil }
            let help = text.split(separator: "EXIT CODES").dropFirst().first?.split(separator: "\"\"\"").first ?? ""
            let codes = help.matches(of: #/[0-9]+/#).map { String($0.output) }
            return Command(name: String(name), type: String(type), exitCodes: Set(codes))
        }
    }

    private static func rows() throws -> [Substring] {
        try Repository.text(of: "README.md").split(separator: "\n").filter { $0.hasPrefix("| `") }
    }

    @Test func theReadmeAndTheCommandLineNameThemAll() throws {
        let commands = try Self.commands.get()
        #expect(commands.count > 10)
        let rows = try Self.rows()
        let commandLine = try Repository.text(of: "Sources/kube-standby/KubeStandby.swift")
        for command in commands {
            let start = "`\(command.name)"
            let isListed = rows.contains { row in
                row.split(separator: "|")[0].split(separator: ",").contains { cell in
                    let text = cell.drop { $0 == " " }
                    return text.hasPrefix(start) && "` ".contains(text.dropFirst(start.count).first ?? "x")
                }
            }
            #expect(isListed, "README.md's table of commands lacks \(command.name)")
            #expect(commandLine.contains("\(command.type).self"), "KubeStandby.swift lacks \(command.type)")
        }
    }

    /// Of a code that not all commands of a row have, the row says whose it is.
    @Test func theReadmeNamesNoExitCodeThatTheHelpDoesNot() throws {
        let commands = try Self.commands.get()
        var checked = 0
        for row in try Self.rows() {
            let cells = row.split(separator: "|")
            let ofRow = Self.quoted(in: cells[0])
            for meaning in try #require(cells.last).matches(of: #/([0-9]+)([^0-9]*)/#) {
                let named = Self.quoted(in: meaning.output.2)
                for command in commands where (named.isEmpty ? ofRow : named).contains(command.name) {
                    if command.exitCodes.isEmpty { continue }
                    let code = String(meaning.output.1)
                    #expect(command.exitCodes.contains(code), "README.md: \(command.name) ends with \(code)")
                    checked += 1
                }
            }
        }
        #expect(checked > 40)
    }

    /// The words with which code in a line of Markdown begins.
    private static func quoted(in text: Substring) -> [String] {
        text.matches(of: #/`([a-z]+)/#).map { String($0.output.1) }
    }
}
