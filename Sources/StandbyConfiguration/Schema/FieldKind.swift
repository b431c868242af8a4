import Patterns

/// What a field may hold: the schema that it is checked by, and the way from the file to the model and back.
struct FieldKind<Value: Sendable>: Sendable {
    /// What the checker and the JSON Schema know of it.
    let schema: ValueSchema
    /// The value; nil if it is absent or cannot be read.
    ///
    /// A mapping begins with the other value, if there is one.
    let read: @Sendable (NodeReader, () -> Value?) -> Value?
    /// What is printed; nil: nothing is.
    let write: @Sendable (Value) -> ConfigurationValue?

    private init(
        _ schema: ValueSchema,
        reading read: @escaping @Sendable (NodeReader, () -> Value?) -> Value?,
        write: @escaping @Sendable (Value) -> ConfigurationValue?
    ) {
        self.schema = schema
        self.read = read
        self.write = write
    }

    private init(
        _ schema: ValueSchema,
        read: @escaping @Sendable (NodeReader) -> Value?,
        write: @escaping @Sendable (Value) -> ConfigurationValue?
    ) {
        self.init(schema, reading: { reader, _ in read(reader) }, write: write)
    }
}

// MARK: Scalars

extension FieldKind<Bool> {
    /// True or false.
    static var bool: Self { Self(.bool, read: { $0.bool }, write: { .bool($0) }) }
}

extension FieldKind<Int> {
    /// A whole number.
    static func integer(_ range: ClosedRange<Int>) -> Self {
        Self(.integer(range), read: { $0.int }, write: { .integer($0) })
    }

    /// A port number.
    static var portNumber: Self { Self(.port(mayBeNamed: false), read: { $0.int }, write: { .integer($0) }) }
}

extension FieldKind<Double> {
    /// Any number that is finite.
    static var number: Self { Self(.number, read: { $0.double }, write: { .number($0) }) }
}

extension FieldKind<Duration> {
    /// A number of seconds, whole or fractional.
    static func seconds(_ range: ClosedRange<Double>) -> Self {
        Self(.seconds(range), read: { $0.duration }, write: { .seconds($0) })
    }
}

extension FieldKind<String> {
    /// A text of a certain form.
    static func string(_ format: StringFormat) -> Self {
        Self(.string(format), read: { $0.string }, write: { .string($0) })
    }

    /// A path of HTTP; a slash that was left out is put before it.
    static var path: Self {
        Self(
            .string(.path),
            read: { $0.string.map { $0.hasPrefix("/") ? $0 : "/" + $0 } },
            write: { .string($0) }
        )
    }
}

extension FieldKind<Pattern> {
    /// A regular expression that is sought in a text.
    static var regularExpression: Self {
        Self(
            .string(.regularExpression),
            read: { $0.string.flatMap { try? Pattern.shared($0) } },
            write: { .string($0.text) }
        )
    }
}

extension FieldKind<PreemptWindow> {
    /// A time of the week.
    static var window: Self {
        Self(.string(.window), read: { $0.string.flatMap { try? PreemptWindow($0) } }, write: { .string($0.text) })
    }
}

extension FieldKind<PortReference> {
    /// A port number or the name of a container port.
    static var port: Self {
        Self(.port(mayBeNamed: true), read: { $0.port }, write: { $0.value })
    }
}

extension FieldKind<StatusRange> {
    /// A status code, or a range of them.
    static var statusRange: Self {
        Self(
            .statusRange,
            read: { node in node.int.map { StatusRange($0...$0) } ?? node.string.flatMap(StatusRange.init) },
            write: { $0.value }
        )
    }
}

extension FieldKind where Value: CaseIterable & RawRepresentable<String> {
    /// The name of a case.
    static var choice: Self {
        Self(
            .enumeration(Value.allCases.map(\.rawValue)),
            read: { $0.string.flatMap(Value.init(rawValue:)) },
            write: { .string($0.rawValue) }
        )
    }
}

// MARK: Collections

extension FieldKind<[String: String]> {
    /// A mapping from label keys to label values.
    static var labels: Self {
        Self(
            .labels,
            read: { $0.isPresent ? $0.labels : nil },
            write: { .mapping($0.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) }) }
        )
    }
}

extension FieldKind {
    /// A mapping with fields of its own; one without any is not printed.
    static func object(_ table: FieldTable<Value>) -> Self {
        Self(
            .object(table.schema),
            reading: { table.read($0, startingFrom: $1()) },
            write: { value in
                let mapping = table.write(value)
                return mapping == .mapping([]) ? nil : mapping
            }
        )
    }

    /// A list.
    static func list<Item>(_ item: FieldKind<Item>, isEmptyAllowed: Bool = true) -> Self where Value == [Item] {
        Self(.list(item.schema, isEmptyAllowed: isEmptyAllowed)) { reader in
            let items = reader.items.compactMap { item.read($0) { nil } }
            return items.isEmpty && !(isEmptyAllowed && reader.isPresent) ? nil : items
        } write: {
            .list($0.compactMap(item.write))
        }
    }

    /// The same as another kind, or null.
    static func nullable<Wrapped>(_ kind: FieldKind<Wrapped>) -> Self where Value == Wrapped? {
        Self(.nullable(kind.schema)) { reader in
            reader.isPresent ? .some(kind.read(reader) { nil }) : nil
        } write: { value in
            value.map(kind.write) ?? .null
        }
    }
}
