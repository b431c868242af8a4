import YAMLDocument

/// What a mapping of the file may hold, as a checker sees it: names of fields, and what their values may be.
///
/// Made from a `FieldTable`, which alone knows the properties that the fields come to.
final class ObjectSchema: Sendable {
    /// One field.
    struct Field: Sendable {
        /// The key.
        let name: String
        /// What it may hold.
        let value: ValueSchema
        /// What the field says, in one sentence without a period.
        var summary = ""
        /// What holds when the field is absent.
        var absence: Absence
        /// Whether it is one of those of which exactly one must be given.
        let isAlternative: Bool
        /// Whether an empty string is as good as none, as in the kubelet's probes.
        var isAbsentIfEmpty = false
        /// Whether null is a value of its own beside these other fields, looked up by name; nil: wherever it is one at all.
        var takesNull: (@Sendable ((String) -> NodeReader) -> Bool)?
        /// Whether groups can have it in common, by `defaults`.
        var isInheritable = true

        /// A field that groups can have in common.
        init(_ name: String, _ value: ValueSchema, absence: Absence = .contextual, isAlternative: Bool = false) {
            self.name = name
            self.value = value
            self.absence = absence
            self.isAlternative = isAlternative
        }

        /// Whether the field must be given.
        var isRequired: Bool {
            if case .required = absence { true } else { false }
        }
    }

    /// What the absence of a field means.
    enum Absence: Sendable {
        /// It is a mistake.
        case required
        /// This value holds.
        case value(ConfigurationValue)
        /// What holds depends on something else; the field's summary says on what.
        case contextual
    }

    /// Names the schema where others refer to it.
    let name: String
    /// Whether the mapping of a group is completed, field by field, by that of `defaults`.
    let isMerged: Bool
    /// In the order in which they are listed.
    let fields: [Field]
    /// The names of the fields that must be given.
    let requiredNames: [String]
    /// Fields of which exactly one must be given; empty if there is no such choice.
    let choice: [String]

    /// `fields`: with unique names.
    init(_ name: String, isMerged: Bool, _ fields: [Field]) {
        self.name = name
        self.isMerged = isMerged
        self.fields = fields
        requiredNames = fields.filter(\.isRequired).map(\.name)
        choice = fields.filter(\.isAlternative).map(\.name)
    }

    /// The field of that name; nil if there is none.
    func field(_ name: String) -> Field? { place(of: name).map { fields[$0] } }

    /// What the field of that name may hold; nil if there is no such field.
    func value(of name: String) -> ValueSchema? { place(of: name).map { fields[$0].value } }

    private func place(of name: String) -> Int? {
        for index in fields.indices where fields[index].name == name { return index }
        return nil
    }

    /// Whether the field may come from `defaults`, so that it cannot be required here.
    func isSupplied(_ field: Field) -> Bool { isMerged && field.isInheritable }

    /// The same under another name, with those fields only that groups can have in common.
    func inheritable(named name: String) -> ObjectSchema {
        ObjectSchema(name, isMerged: isMerged, fields.filter(\.isInheritable))
    }
}

/// What a value of the configuration file may be.
indirect enum ValueSchema: Sendable {
    /// A text of a certain form.
    case string(StringFormat)
    /// True or false.
    case bool
    /// A whole number.
    case integer(ClosedRange<Int>)
    /// Any number that is finite.
    case number
    /// A duration in seconds, whole or fractional.
    case seconds(ClosedRange<Double>)
    /// One of these names.
    case enumeration([String])
    /// A port number or, if allowed, the name of a container port.
    case port(mayBeNamed: Bool)
    /// A status code or a range of them: `200`, `"200-399"`.
    case statusRange
    /// A list of such values.
    case list(ValueSchema, isEmptyAllowed: Bool)
    /// A mapping from label keys to label values.
    case labels
    /// A mapping with fields of its own.
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
        case (.number, .int): true
        case (.number, .float(let number)): number.isFinite
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

    /// The fields of a mapping that has fields of its own, whether or not it may be null; nil for anything else.
    var object: ObjectSchema? {
        switch self {
        case .object(let object): object
        case .nullable(let wrapped): wrapped.object
        case .string, .bool, .integer, .number, .seconds, .enumeration, .port, .statusRange, .list, .labels: nil
        }
    }

    /// The values in words, after "allowed is".
    var words: String {
        switch self {
        case .string(let format): format.words
        case .bool: "true or false"
        case .integer(let range): "a whole number \(range.lowerBound)…\(range.upperBound)"
        case .number: "a number"
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

    /// The same where a secret may stand: nothing of a value but its kind.
    var kind: String {
        guard case .scalar(let scalar) = content else { return words }
        return switch scalar.value {
        case .string: "a string"
        case .null: words
        case .bool: "a boolean"
        case .int, .float: "a number"
        }
    }
}
