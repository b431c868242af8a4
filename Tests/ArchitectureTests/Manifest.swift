import Foundation
import Testing

/// The targets of Package.swift, read from its text: asking SwiftPM takes seconds, and its lock is held by whoever runs the tests.
struct Manifest {
    /// One target.
    struct Module: Hashable, Sendable, CustomTestStringConvertible {
        /// What a target is.
        enum Kind: Hashable, Sendable {
            case library
            case executable
            case tests
            /// A module map for a library of the system.
            case system
        }

        var name: String
        var kind: Kind
        /// The folder, from the root of the repository.
        var path: String
        /// The modules that it may import, ours and those of packages.
        var dependencies: Set<String>
        /// Whether it is one of the rooms, in the order in which arrows may point: upwards in the list.
        var isRoom = false

        /// What an import line calls it.
        var importName: String { name.replacing("-", with: "_") }

        var testDescription: String { name }
    }

    /// The text cannot be read any more, so that nothing could be held against it.
    struct Unreadable: Error, CustomStringConvertible {
        var description: String
    }

    /// In the order of the text.
    private(set) var modules: [Module] = []
    /// What packages offer, and our own targets that a trait leaves out, by the name that the text gives it: `nioCore` is `NIOCore`.
    private(set) var products: [String: String] = [:]

    /// Reads the text.
    ///
    /// - Throws: `Unreadable` if a target has no literal name, a list holds anything but names, or there is no room at all.
    init(_ text: String) throws {
        let tokens = Self.tokens(of: text)
        readProducts(tokens)
        guard let start = tokens.firstRange(of: [.word("let"), .word("rooms")])?.upperBound else {
            throw Unreadable(description: "there is no list of rooms")
        }
        for index in tokens.indices.dropFirst(start).dropLast() where tokens[index + 1] == .mark("(") {
            guard case .word(let word) = tokens[index] else { continue }
            switch (word, tokens[index - 1]) {
            case ("Room", _): try readRoom(Self.arguments(in: tokens, from: index + 1))
            case ("target", .mark(".")): try read(.library, Self.arguments(in: tokens, from: index + 1))
            case ("executableTarget", .mark(".")): try read(.executable, Self.arguments(in: tokens, from: index + 1))
            case ("testTarget", .mark(".")): try read(.tests, Self.arguments(in: tokens, from: index + 1))
            case ("systemLibrary", .mark(".")): try read(.system, Self.arguments(in: tokens, from: index + 1))
            default: break
            }
        }
        if rooms.isEmpty { throw Unreadable(description: "the list of rooms is empty") }
    }

    /// The rooms' own targets, without their tests.
    var rooms: [Module] { modules.filter { $0.isRoom && $0.kind == .library } }

    // MARK: Targets

    private mutating func readProducts(_ tokens: [Token]) {
        for kind in ["product", "target"] {
            let form: [Token] = [
                .mark("="), .word("Target"), .mark("."), .word("Dependency"), .mark("."), .word(kind), .mark("("),
                .word("name"), .mark(":"),
            ]
            for range in tokens.ranges(of: form) {
                guard case .word(let alias) = tokens[range.lowerBound - 1],
                    case .string(let name) = tokens[range.upperBound]
                else { continue }
                products[alias] = name
            }
        }
    }

    private mutating func readRoom(_ arguments: [String: [Token]]) throws {
        let name = try Self.literal(arguments["name"])
        let source = Module(
            name: name,
            kind: .library,
            path: "Sources/\(name)",
            dependencies: try names(in: arguments["dependencies"], of: name),
            isRoom: true
        )
        let tests = Module(
            name: name + "Tests",
            kind: .tests,
            path: "Tests/\(name)Tests",
            dependencies: try names(in: arguments["testDependencies"], of: name).union([name]),
            isRoom: true
        )
        modules += [source, tests]
    }

    private mutating func read(_ kind: Module.Kind, _ arguments: [String: [Token]]) throws {
        let name = try Self.literal(arguments["name"])
        let path = try arguments["path"].map { try Self.literal($0) }
        modules.append(
            Module(
                name: name,
                kind: kind,
                path: path ?? (kind == .tests ? "Tests/\(name)" : "Sources/\(name)"),
                dependencies: try names(in: arguments["dependencies"], of: name)
            )
        )
    }

    private static func literal(_ tokens: [Token]?) throws -> String {
        guard case .string(let text)? = tokens?.first, tokens?.count == 1 else {
            throw Unreadable(description: "a target's name or path is no literal: \(tokens ?? [])")
        }
        return text
    }

    /// `tokens`: an array of literals and of products' names; nil: none.
    private func names(in tokens: [Token]?, of target: String) throws -> Set<String> {
        guard let tokens else { return [] }
        guard tokens.first == .mark("["), tokens.last == .mark("]") else {
            throw Unreadable(description: "the dependencies of \(target) are no list")
        }
        var names: Set<String> = []
        for token in tokens.dropFirst().dropLast() where token != .mark(",") {
            switch token {
            case .string(let name): names.insert(name)
            case .word(let alias):
                guard let name = products[alias] else {
                    throw Unreadable(description: "\(target) depends on \(alias), which is no product")
                }
                names.insert(name)
            case .mark(let mark):
                throw Unreadable(description: "the dependencies of \(target) hold \"\(mark)\"")
            }
        }
        return names
    }

    // MARK: Tokens

    /// A piece of Swift, as far as it matters here.
    enum Token: Equatable {
        case word(String)
        case string(String)
        case mark(Character)
    }

    /// Words, literals without escapes, and single marks; comments are left out.
    static func tokens(of text: String) -> [Token] {
        var tokens: [Token] = []
        var rest = Substring(text)
        while let first = rest.first {
            if rest.hasPrefix("//") {
                rest = rest.drop { !$0.isNewline }
            } else if first == "\"" {
                let content = rest.dropFirst().prefix { $0 != "\"" }
                tokens.append(.string(String(content)))
                rest = rest[content.endIndex...].dropFirst()
            } else if first.isLetter || first.isNumber || first == "_" {
                let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
                tokens.append(.word(String(word)))
                rest = rest[word.endIndex...]
            } else {
                if !first.isWhitespace { tokens.append(.mark(first)) }
                rest = rest.dropFirst()
            }
        }
        return tokens
    }

    /// The arguments of a call by their labels.
    ///
    /// `start`: of its opening bracket.
    private static func arguments(in tokens: [Token], from start: Int) throws -> [String: [Token]] {
        var arguments: [String: [Token]] = [:]
        var label: String?
        var depth = 0
        for index in tokens.indices[start...] {
            let token = tokens[index]
            if ["(", "[", "{"].map(Token.mark).contains(token) { depth += 1 }
            if [")", "]", "}"].map(Token.mark).contains(token) { depth -= 1 }
            if depth == 0 { return arguments }
            if depth == 1, case .word(let word) = token, tokens[index + 1] == .mark(":") {
                label = word
                arguments[word] = []
            } else if let label, !(depth == 1 && [",", ":"].map(Token.mark).contains(token)), index > start {
                arguments[label]?.append(token)
            }
        }
        throw Unreadable(description: "a call does not end")
    }
}
