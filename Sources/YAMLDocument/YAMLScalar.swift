/// A scalar, resolved by the YAML 1.2 core schema.
///
/// Only plain scalars are resolved; a quoted one is a string. `yes`, `on` and `0777` are what YAML 1.2 says: two strings
/// and the number 777. https://yaml.org/spec/1.2.2/#103-core-schema
package struct YAMLScalar: Sendable, Hashable {
    /// The resolved value.
    package enum Value: Sendable, Hashable {
        case null
        case bool(Bool)
        case int(Int)
        case float(Double)
        case string(String)
    }

    package var value: Value
    /// As written, quotes removed.
    package var text: String

    package init(value: Value, text: String) {
        self.value = value
        self.text = text
    }

    /// Resolves a plain scalar.
    package init(plain text: String) {
        self.init(value: CoreSchema.resolve(text), text: text)
    }

    /// The text of a string; nil for any other type.
    package var string: String? {
        if case .string(let string) = value { string } else { nil }
    }
}
