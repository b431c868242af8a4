import YAMLDocument

/// Reads values from a mapping that the schema has accepted.
///
/// Only called after the checker, so a missing value means that its default applies.
struct NodeReader {
    let node: YAMLNode?

    subscript(key: String) -> NodeReader { NodeReader(node: node?[key]) }

    var isPresent: Bool { node != nil }

    var isMapping: Bool { node?.mapping != nil }

    var items: [NodeReader] { node?.sequence?.map { NodeReader(node: $0) } ?? [] }

    var string: String? { node?.string }

    var strings: [String] { items.compactMap(\.string) }

    var bool: Bool? {
        if case .bool(let value) = node?.scalar?.value { value } else { nil }
    }

    var int: Int? {
        if case .int(let value) = node?.scalar?.value { value } else { nil }
    }

    /// Seconds as a duration; nil for what no field takes, which the schema has told already.
    var duration: Duration? {
        switch node?.scalar?.value {
        case .int(let value): Self.bounds.contains(Double(value)) ? .seconds(value) : nil
        case .float(let value): Self.bounds.contains(value) ? .nanoseconds(Int64((value * 1e9).rounded())) : nil
        case .null, .bool, .string, nil: nil
        }
    }

    /// What can be turned into nanoseconds; infinities and NaN cannot.
    private static let bounds = -1e9...1e9

    var labels: [String: String] {
        let pairs = node?.mapping?.compactMap { entry in entry.value.string.map { (entry.key, $0) } } ?? []
        return Dictionary(pairs) { first, _ in first }
    }

    var port: PortReference? { int.map(PortReference.number) ?? string.map(PortReference.named) }

    func choice<Choice: RawRepresentable>(_ type: Choice.Type) -> Choice? where Choice.RawValue == String {
        string.flatMap(Choice.init(rawValue:))
    }
}
