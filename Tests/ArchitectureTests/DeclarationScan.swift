/// The declarations of a source file that others can see, found by reading its lines.
///
/// The files are formatted: a declaration's body is indented deeper than the declaration, and ends at its indentation.
struct DeclarationScan {
    /// A declaration, and whether it is documented.
    struct Declaration {
        /// From 1.
        var line: Int
        /// Its first line.
        var text: String
        /// Whether a `///` block, or the help text of a command's argument, stands before it.
        var isDocumented: Bool
    }

    /// What the lines that follow belong to.
    private enum Scope {
        /// A type, or an extension, whose members are seen.
        case type
        /// Something private, with all that it holds.
        case hidden
        /// A function or a property.
        case body
    }

    /// In the order of the file.
    private(set) var declarations: [Declaration] = []
    private let lines: [Substring]
    private var scopes: [(indentation: Int, scope: Scope)] = []

    /// Reads a file.
    init(_ text: String) {
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        var isInLiteral = false
        for number in lines.indices {
            let wasInLiteral = isInLiteral
            if lines[number].split(separator: "\"\"\"", omittingEmptySubsequences: false).count.isMultiple(of: 2) {
                isInLiteral.toggle()
            }
            if !wasInLiteral { read(number) }
        }
    }

    private mutating func read(_ number: Int) {
        let indentation = Self.indentation(of: lines[number])
        let line = lines[number].dropFirst(indentation)
        guard let first = line.first, !line.hasPrefix("//") else { return }
        // A header of several lines ends at its own indentation: `) {`.
        scopes.removeLast(
            scopes.reversed().prefix {
                indentation < $0.indentation || indentation == $0.indentation && !")]}{>".contains(first)
            }.count
        )
        guard let header = Header(line) else { return }
        let isHidden = header.isPrivate || scopes.contains { $0.scope == .hidden }
        if !isHidden, !scopes.contains(where: { $0.scope == .body }), !header.isExempt {
            declarations.append(
                Declaration(line: number + 1, text: String(line), isDocumented: isDocumented(number, indentation))
            )
        }
        scopes.append((indentation, header.isPrivate ? .hidden : header.holdsMembers ? .type : .body))
    }

    /// Attributes may stand between the comment and the declaration, on lines of their own.
    private func isDocumented(_ number: Int, _ indentation: Int) -> Bool {
        if Self.isHelp(lines[number].dropFirst(indentation)) { return true }
        var above = lines[..<number]
        while let line = above.popLast() {
            let text = line.drop { $0 == " " }
            if text.hasPrefix("///") { return true }
            var attribute = String(text)
            if text == ")" {
                while let part = above.popLast() {
                    attribute = part.drop { $0 == " " } + attribute
                    if Self.indentation(of: part) == indentation { break }
                }
            }
            guard attribute.hasPrefix("@") else { return false }
            if Self.isHelp(Substring(attribute)) { return true }
        }
        return false
    }

    /// Whether the attribute of a command's argument says what it is for.
    private static func isHelp(_ text: Substring) -> Bool {
        ["@Option(", "@Flag(", "@Argument("].contains(where: text.hasPrefix) && text.contains("help:")
    }

    private static func indentation(of line: Substring) -> Int { line.prefix { $0 == " " }.count }
}

/// What a line says that declares something.
private struct Header {
    private static let modifiers: Set<Substring> = [
        "package", "internal", "fileprivate", "private", "public", "static", "final", "mutating", "nonmutating",
        "nonisolated", "indirect", "override", "lazy", "weak", "unowned", "consuming", "borrowing", "convenience",
        "required", "isolated", "prefix", "infix", "postfix",
    ]
    private static let types: Set<Substring> = ["struct", "enum", "class", "actor", "protocol", "extension"]
    private static let others: Set<Substring> = [
        "func", "var", "let", "init", "case", "typealias", "subscript", "associatedtype",
    ]
    /// Of a protocol that everybody knows: what they mean is said there.
    private static let witnesses: Set<String> = [
        "var description", "var debugDescription", "func ==", "func <", "func hash", "func encode", "func run",
        "func validate", "typealias InboundIn", "typealias InboundOut", "typealias OutboundOut", "func handlerAdded",
        "func channelActive", "func channelInactive", "func channelRead", "func errorCaught",
    ]

    private var modifiers: Set<Substring> = []
    private var keyword: Substring
    private var isWitness = false

    /// Nil for a line that declares nothing.
    init?(_ line: Substring) {
        var rest = line
        while true {
            rest = rest.drop { $0 == " " }
            if rest.first == "@" {
                rest = Self.withoutArguments(rest.dropFirst().drop { $0.isLetter || $0 == "_" })
                continue
            }
            let word = rest.prefix { $0.isLetter }
            let after = rest.dropFirst(word.count)
            // `class func` is a modifier, `class Name` is a type.
            let isModifier = Self.modifiers.contains(word) || word == "class" && after.hasPrefix(" func")
            guard isModifier else {
                guard Self.types.contains(word) || Self.others.contains(word) else { return nil }
                guard after.first.map({ " (?<".contains($0) }) ?? true else { return nil }
                keyword = word
                isWitness = Self.isWitness(word, after, rest)
                return
            }
            // The setter alone is private: the rest is seen.
            if !after.hasPrefix("(set)") { modifiers.insert(word) }
            rest = Self.withoutArguments(after)
        }
    }

    private static func isWitness(_ keyword: Substring, _ after: Substring, _ rest: Substring) -> Bool {
        if rest.hasPrefix("let configuration = CommandConfiguration") { return true }
        if keyword == "init" { return after.hasPrefix("(from ") }
        let name = after.drop { $0 == " " }
        let isOperator = name.first.map { !$0.isLetter && $0 != "_" } ?? false
        let word = name.prefix { isOperator ? $0 != " " && $0 != "(" : $0.isLetter || $0.isNumber || $0 == "_" }
        return witnesses.contains("\(keyword) \(word)")
    }

    /// Whether nobody outside of the file sees it.
    var isPrivate: Bool { !modifiers.isDisjoint(with: ["private", "fileprivate"]) }
    /// Whether what stands in it is declared, too.
    var holdsMembers: Bool { Self.types.contains(keyword) }
    /// Whether it needs no comment: an extension, an override, or what a well-known protocol asks for.
    var isExempt: Bool { keyword == "extension" || modifiers.contains("override") || isWitness }

    private static func withoutArguments(_ text: Substring) -> Substring {
        guard text.first == "(" else { return text }
        var depth = 0
        for index in text.indices {
            if text[index] == "(" { depth += 1 }
            if text[index] == ")" { depth -= 1 }
            if depth == 0 { return text[text.index(after: index)...] }
        }
        return text[text.endIndex...]
    }
}
