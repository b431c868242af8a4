import Foundation
import Testing

/// Whoever adds a command is told where else it is to be named.
@Suite struct CommandTableTests {
    /// The commands by name, each with its type.
    private static let commands = Result {
        let rooms = Repository.sources.filter { $0.name == "kube-standby" }
        let texts = try rooms.flatMap(Repository.files).map { try String(contentsOf: $0, encoding: .utf8) }
        return texts.compactMap { text -> (name: String, type: String)? in
            guard let name = text.firstMatch(of: #/commandName: "([a-z]+)"/#)?.1 else { return nil }
            guard let type = text.firstMatch(of: #/struct ([A-Za-z]+Command): /#)?.1 else { return nil }
            return (String(name), String(type))
        }
    }

    @Test func theReadmeAndTheCommandLineNameThemAll() throws {
        let commands = try Self.commands.get()
        #expect(commands.count > 10)
        let rows = try Repository.text(of: "README.md").split(separator: "\n").filter { $0.hasPrefix("| `") }
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
}
