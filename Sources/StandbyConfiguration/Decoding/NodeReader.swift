import YAMLDocument

/// Reads values from a mapping that the schema has accepted.
///
/// Only called after the checker, so a missing value means that its default applies.
struct NodeReader {
    /// Nil: the value is absent.
    let node: YAMLNode?

    /// The value of a key; absent if there is none, or this is no mapping.
    subscript(key: String) -> NodeReader { NodeReader(node: node?[key]) }

    /// Whether there is a value, of whatever type.
    var isPresent: Bool { node != nil }

    /// Whether there is a mapping.
    var isMapping: Bool { node?.mapping != nil }

    /// The entries of a list; empty for anything else.
    var items: [NodeReader] { node?.sequence?.map { NodeReader(node: $0) } ?? [] }

    /// The text of a string; nil for anything else, also for a number.
    var string: String? { node?.string }

    /// True or false; nil for anything else.
    var bool: Bool? {
        if case .bool(let value) = node?.scalar?.value { value } else { nil }
    }

    /// A whole number; nil for anything else.
    var int: Int? {
        if case .int(let value) = node?.scalar?.value { value } else { nil }
    }

    /// A number that is finite; nil for anything else.
    var double: Double? {
        switch node?.scalar?.value {
        case .int(let value): Double(value)
        case .float(let value): value.isFinite ? value : nil
        case .null, .bool, .string, nil: nil
        }
    }

    /// Seconds as a duration; nil for what no field takes, which the schema has reported already.
    var duration: Duration? {
        switch node?.scalar?.value {
        case .int(let value): Self.bounds.contains(Double(value)) ? .seconds(value) : nil
        case .float(let value): Self.bounds.contains(value) ? .nanoseconds(Int64((value * 1e9).rounded())) : nil
        case .null, .bool, .string, nil: nil
        }
    }

    /// What can be turned into nanoseconds; infinities and NaN cannot.
    private static let bounds = -1e9...1e9

    /// The entries of a mapping whose values are strings.
    var labels: [String: String] {
        let pairs = node?.mapping?.compactMap { entry in entry.value.string.map { (entry.key, $0) } } ?? []
        return Dictionary(pairs) { first, _ in first }
    }

    /// A number or a name; nil for anything else.
    var port: PortReference? { int.map(PortReference.number) ?? string.map(PortReference.named) }
}
