import YAMLDocument

/// What a value of the configuration file may be.
indirect enum ValueSchema: Sendable {
    case string(StringFormat)
    case bool
    case integer(ClosedRange<Int>)
    /// A duration in seconds, whole or fractional.
    case seconds(ClosedRange<Double>)
    case enumeration([String])
    /// A port number or, if allowed, the name of a container port.
    case port(mayBeNamed: Bool)
    /// A status code or a range of them: `200`, `"200-399"`.
    case statusRange
    case list(ValueSchema, isEmptyAllowed: Bool)
    /// A mapping from label keys to label values.
    case labels
    case object(ObjectSchema)
    /// The same, or null.
    case nullable(ValueSchema)
}

extension ValueSchema {
    /// Whether a scalar is a value of this schema; collections are never.
    func accepts(_ scalar: YAMLScalar) -> Bool {
        switch (self, scalar.value) {
        case (.string(let format), .string(let text)): format.accepts(text)
        case (.bool, .bool): true
        case (.integer(let range), .int(let number)): range.contains(number)
        case (.seconds(let range), .int(let number)): range.contains(Double(number))
        case (.seconds(let range), .float(let number)): range.contains(number)
        case (.enumeration(let names), .string(let text)): names.contains(text)
        case (.port, .int(let number)): (1...65_535).contains(number)
        case (.port(let mayBeNamed), .string(let text)): mayBeNamed && PortReference.isPortName(text)
        case (.statusRange, .int(let code)): (100...599).contains(code)
        case (.statusRange, .string(let text)): StatusRange(text) != nil
        default: false
        }
    }

    /// The values in words, after "allowed is".
    var words: String {
        switch self {
        case .string(let format): format.words
        case .bool: "true or false"
        case .integer(let range): "a whole number \(range.lowerBound)…\(range.upperBound)"
        case .seconds(let range):
            "a number of seconds \(range.lowerBound.plain)…\(range.upperBound.plain)"
        case .enumeration(let names): names.joined(separator: " or ")
        case .port(let mayBeNamed): "a port number 1…65535" + (mayBeNamed ? " or the name of a container port" : "")
        case .statusRange: "a status code 100…599 or a range like \"200-399\""
        case .list: "a list"
        case .labels, .object: "a mapping"
        case .nullable(let wrapped): wrapped.words + ", or null"
        }
    }
}

extension YAMLNode {
    /// What was found, for a message: strings in quotes, other scalars as written, collections by their kind.
    var words: String {
        switch content {
        case .sequence: "a list"
        case .mapping: "a mapping"
        case .scalar(let scalar):
            switch scalar.value {
            case .string(let text): text.quoted
            case .null: scalar.text.isEmpty ? "nothing" : scalar.text
            case .bool, .int, .float: String(scalar.text.prefix(100)).escaped
            }
        }
    }
}
