/// A scalar, resolved by the YAML 1.2 core schema.
///
/// Only plain scalars are resolved; a quoted one is a string. `yes`, `on` and `0777` are what YAML 1.2 says: two strings
/// and the number 777. https://yaml.org/spec/1.2.2/#103-core-schema
package struct YAMLScalar: Sendable, Hashable {
    /// The resolved value.
    package enum Value: Sendable, Hashable {
        /// `null`, `~` or nothing.
        case null
        /// `true` or `false`; `yes` and `on` are strings.
        case bool(Bool)
        /// Decimal, octal after `0o`, hexadecimal after `0x`.
        case int(Int)
        /// With a fraction or an exponent; also infinite, or no number.
        case float(Double)
        /// Everything else.
        case string(String)
    }

    /// How the scalar was written.
    package enum Style: UInt8, Sendable, Hashable {
        /// Without quotes.
        case plain
        /// In single or double quotes.
        case quoted
        /// A block whose lines are kept: `|`.
        case literal
        /// A block whose lines are joined: `>`.
        case folded
    }

    /// How the text is turned into a value.
    enum Typing: UInt8, Sendable, Hashable {
        /// As the core schema says.
        case core
        /// As a string, whatever it looks like.
        case string
        /// As a number with a fraction, whatever it looks like.
        case float
    }

    /// As written, quotes removed.
    package let text: String
    /// How it was written.
    package let style: Style
    private let typing: Typing

    /// `typing`: what a tag or quotes make of the text.
    init(text: String, style: Style, typing: Typing) {
        self.text = text
        self.style = style
        self.typing = typing
    }

    /// A scalar that was written without a tag.
    package init(_ text: String, style: Style = .plain) {
        self.init(text: text, style: style, typing: style == .plain ? .core : .string)
    }

    /// The value, resolved when it is asked for: most scalars are asked once.
    package var value: Value {
        switch typing {
        case .core: CoreSchema.resolve(text)
        case .string: .string(text)
        case .float: (CoreSchema.float(text) ?? CoreSchema.integer(text).map(Double.init)).map(Value.float) ?? .null
        }
    }

    /// The text of a string; nil for any other type.
    package var string: String? {
        if case .string(let string) = value { string } else { nil }
    }
}
