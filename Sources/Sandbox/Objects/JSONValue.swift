package import YAMLDocument

/// Any JSON value: the sandbox stores objects as they come and looks only at the fields it has rules for.
package enum JSONValue: Sendable, Hashable {
    /// Also the value of a member that is not there.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A whole number of up to 64 bits.
    case int(Int)
    /// Any other number.
    case double(Double)
    /// Text, also for times, resourceVersions and quantities.
    case string(String)
    /// A list, in its order.
    case array([JSONValue])
    /// Members by name; their order is not kept.
    case object([String: JSONValue])

    /// A member of an object; null where there is none.
    ///
    /// Setting null removes the member.
    package subscript(key: String) -> JSONValue {
        get {
            if case .object(let members) = self { members[key] ?? .null } else { .null }
        }
        set {
            var members = object ?? [:]
            members[key] = newValue == .null ? nil : newValue
            self = .object(members)
        }
    }

    /// The text; nil for a value of any other kind.
    package var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The whole number; nil for a value of any other kind, also for a text of digits.
    package var int: Int? {
        if case .int(let value) = self { value } else { nil }
    }

    /// The truth value; nil for a value of any other kind.
    package var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The items; nil for a value of any other kind, also for one that is not there.
    package var array: [JSONValue]? {
        if case .array(let value) = self { value } else { nil }
    }

    /// The members; nil for a value of any other kind, also for one that is not there.
    package var object: [String: JSONValue]? {
        if case .object(let value) = self { value } else { nil }
    }

    /// The object with one member set.
    func with(_ key: String, _ value: JSONValue) -> JSONValue {
        var result = self
        result[key] = value
        return result
    }

    /// The members of an object whose values are strings.
    package var strings: [String: String] { (object ?? [:]).compactMapValues(\.string) }

    /// A YAML document as JSON.
    package init(_ node: YAMLNode) {
        switch node.content {
        case .sequence(let items): self = .array(items.map(JSONValue.init))
        case .mapping(let entries):
            self = .object(Dictionary(entries.map { ($0.key, JSONValue($0.value)) }) { first, _ in first })
        case .scalar(let scalar):
            switch scalar.value {
            case .null: self = .null
            case .bool(let value): self = .bool(value)
            case .int(let value): self = .int(value)
            case .float(let value): self = .double(value)
            case .string(let value): self = .string(value)
            }
        }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// Lets a Swift string literal stand for a JSON string.
    package init(stringLiteral value: String) { self = .string(value) }
    /// Lets a Swift integer literal stand for a JSON number.
    package init(integerLiteral value: Int) { self = .int(value) }
    /// Lets `true` and `false` stand for themselves.
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    /// Lets a Swift array literal stand for a JSON array.
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// Lets a Swift dictionary literal stand for a JSON object; members that are null are kept.
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements) { _, last in last })
    }
}
