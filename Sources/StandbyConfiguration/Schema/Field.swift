/// One entry of a table: a field of the file, and the property of `Owner` that it is read into and printed from.
///
/// Checking, decoding, the default, printing and the JSON Schema of the field all come from it.
struct Field<Owner: Sendable>: Sendable {
    /// A property of the owner.
    typealias Property<Value> = any WritableKeyPath<Owner, Value> & Sendable
    /// Puts what the file says into the owner; false if it says nothing and must, or what it says cannot be read.
    typealias Read = @Sendable (NodeReader, inout Owner) -> Bool
    /// What is printed; nil: nothing is.
    typealias Write = @Sendable (Owner) -> ConfigurationValue?
    /// Adds what is printed of several fields.
    typealias List = @Sendable (Owner, inout [ConfigurationValue.Entry]) -> Void

    /// What the checker and the JSON Schema know of the field.
    private(set) var schema: ObjectSchema.Field
    /// Reads the field's own value, which may be absent.
    private(set) var read: Read
    /// Prints the field's own value.
    private(set) var write: Write
    /// The default, of an owner that has nothing but defaults.
    private var standard: Write = { _ in nil }

    private init(_ schema: ObjectSchema.Field, read: @escaping Read, write: @escaping Write) {
        self.schema = schema
        self.read = read
        self.write = write
    }

    /// Reads the field from its mapping when those before it are read.
    func read(after before: @escaping Read) -> Read {
        let (name, read) = (schema.name, read)
        return { mapping, owner in
            let isComplete = before(mapping, &owner)
            return read(mapping[name], &owner) && isComplete
        }
    }

    /// Lists the field when those before it are listed.
    func list(after before: @escaping List) -> List {
        let (name, write) = (schema.name, write)
        return { owner, entries in
            before(owner, &entries)
            if let value = write(owner) { entries.append(.init(name, value)) }
        }
    }

    private func with(_ change: (inout Self) -> Void) -> Self {
        var field = self
        change(&field)
        return field
    }
}

// MARK: Kinds of fields

extension Field {
    /// A field that must be given.
    static func required<Value>(_ name: String, _ property: Property<Value>, _ kind: FieldKind<Value>) -> Self {
        Field(ObjectSchema.Field(name, kind.schema, absence: .required)) { reader, owner in
            guard let value = kind.read(reader, { nil }) else { return false }
            owner[keyPath: property] = value
            return true
        } write: {
            kind.write($0[keyPath: property])
        }
    }

    /// A field whose default is what a new owner has.
    static func defaulted<Value>(_ name: String, _ property: Property<Value>, _ kind: FieldKind<Value>) -> Self {
        Field(ObjectSchema.Field(name, kind.schema)) { reader, owner in
            let value = reader.isPresent ? kind.read(reader) { owner[keyPath: property] } : nil
            if let value { owner[keyPath: property] = value }
            return true
        } write: {
            kind.write($0[keyPath: property])
        }
        .with { $0.standard = $0.write }
    }

    /// A field whose default follows from the fields before it, as its summary says.
    static func derived<Value>(
        _ name: String,
        _ property: Property<Value>,
        _ kind: FieldKind<Value>,
        from standard: @escaping @Sendable (Owner) -> Value
    ) -> Self {
        Field(ObjectSchema.Field(name, kind.schema)) { reader, owner in
            let standard = standard(owner)
            owner[keyPath: property] = kind.read(reader) { standard } ?? standard
            return true
        } write: {
            kind.write($0[keyPath: property])
        }
    }

    /// A field without a default: nil if it is absent.
    static func optional<Value>(_ name: String, _ property: Property<Value?>, _ kind: FieldKind<Value>) -> Self {
        Field(ObjectSchema.Field(name, kind.schema)) { reader, owner in
            let value = kind.read(reader) { nil }
            owner[keyPath: property] = value
            // What was given is never dropped: a probe without its pattern would pass for healthy what is not.
            return value != nil || !reader.isPresent
        } write: {
            $0[keyPath: property].flatMap(kind.write)
        }
    }

    /// One of the fields of which exactly one is given: a case of an enumeration, made of the field's value.
    static func alternative<Choice, Value>(
        _ name: String,
        _ property: Property<Choice>,
        _ kind: FieldKind<Value>,
        as make: @escaping @Sendable (Value) -> Choice,
        value: @escaping @Sendable (Choice) -> Value?
    ) -> Self {
        Field(ObjectSchema.Field(name, kind.schema, isAlternative: true)) { reader, owner in
            guard let value = kind.read(reader, { nil }) else { return !reader.isPresent }
            owner[keyPath: property] = make(value)
            return true
        } write: {
            value($0[keyPath: property]).flatMap(kind.write)
        }
    }

    /// A field that must have this one value.
    static func fixed(_ name: String, _ value: String) -> Self {
        let schema = ObjectSchema.Field(name, .enumeration([value]), absence: .required)
        return Field(schema, read: { _, _ in true }, write: { _ in .string(value) })
    }

    /// A field that is accepted and checked, and comes to no property.
    static func unread(_ name: String, _ value: ValueSchema) -> Self {
        Field(ObjectSchema.Field(name, value), read: { _, _ in true }, write: { _ in nil })
    }

    /// The fields of a part of the owner that the file does not write as a mapping of its own.
    static func fields<Part>(of table: FieldTable<Part>, at part: Property<Part>) -> [Self] {
        table.fields.map { field in
            Field(field.schema) {
                field.read($0, &$1[keyPath: part])
            } write: {
                field.write($0[keyPath: part])
            }
        }
    }
}

// MARK: Traits

extension Field {
    /// The same with its summary: one sentence without a period.
    func says(_ summary: String) -> Self { with { $0.schema.summary = summary } }

    /// The same; an empty string is as good as none.
    var absentIfEmpty: Self { with { $0.schema.isAbsentIfEmpty = true } }

    /// The same; null is a value of its own only where the other fields, looked up by name, say so, and elsewhere as good as none.
    func nullable(where applies: @escaping @Sendable ((String) -> NodeReader) -> Bool) -> Self {
        with { $0.schema.takesNull = applies }
    }

    /// The same; groups cannot have it in common.
    var notInDefaults: Self { with { $0.schema.isInheritable = false } }

    /// The same, read and printed only if the fields before it say that it has a meaning.
    func only(if applies: @escaping @Sendable (Owner) -> Bool) -> Self {
        with { field in
            field.read = { applies($1) ? read($0, &$1) : true }
            field.write = { applies($0) ? write($0) : nil }
        }
    }

    /// The same; what was read, and what is printed, is changed by the fields before it.
    func meaning(
        _ change: @escaping @Sendable (inout Owner) -> Void,
        printed: @escaping @Sendable (ConfigurationValue, Owner) -> ConfigurationValue
    ) -> Self {
        with { field in
            field.read = { reader, owner in
                defer { change(&owner) }
                return read(reader, &owner)
            }
            field.write = { owner in write(owner).map { printed($0, owner) } }
        }
    }

    /// The same with its default known; mappings have none, their fields do.
    func completed(for blank: Owner) -> Self {
        guard let standard = standard(blank) else { return self }
        if case .mapping = standard { return self }
        return with { $0.schema.absence = .value(standard) }
    }
}
