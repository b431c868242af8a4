/// The fields that a mapping of the file may have, and how they come to a value of the model and back.
final class FieldTable<Owner: Sendable>: Sendable {
    /// What the checker, the JSON Schema and the merging of `defaults` work by.
    let schema: ObjectSchema
    /// In the order in which they are listed, read and printed.
    let fields: [Field<Owner>]
    /// Has every default; what must be given is still to be filled in.
    private let blank: Owner
    /// All fields in one: what they are made of is not looked up again for every mapping of a long file.
    private let fill: Field<Owner>.Read
    private let list: Field<Owner>.List

    /// - Parameters:
    ///   - name: what the JSON Schema calls the mapping.
    ///   - blank: an owner with every default; its other properties mean nothing.
    ///   - isMerged: whether a group's mapping is completed, field by field, by that of `defaults`.
    ///   - fields: in the order in which they are listed, read and printed.
    init(_ name: String, _ blank: Owner, isMerged: Bool = false, @FieldList _ fields: () -> [Field<Owner>]) {
        self.blank = blank
        self.fields = fields().map { $0.completed(for: blank) }
        schema = ObjectSchema(name, isMerged: isMerged, self.fields.map(\.schema))
        var fill: Field<Owner>.Read = { _, _ in true }
        var list: Field<Owner>.List = { _, _ in }
        for field in self.fields { (fill, list) = (field.read(after: fill), field.list(after: list)) }
        (self.fill, self.list) = (fill, list)
    }

    /// Lists fields, one after the other.
    @resultBuilder
    enum FieldList {
        /// One field.
        static func buildExpression(_ field: Field<Owner>) -> [Field<Owner>] { [field] }

        /// The fields of a part.
        static func buildExpression(_ fields: [Field<Owner>]) -> [Field<Owner>] { fields }

        /// All of them.
        static func buildBlock(_ fields: [Field<Owner>]...) -> [Field<Owner>] { fields.flatMap(\.self) }
    }

    /// Decodes a mapping that the checkers accepted; nil if it is none, or a required field is missing after all.
    ///
    /// `owner`: has what holds for absent fields, if that is not what it is elsewhere.
    func read(_ reader: NodeReader, startingFrom owner: Owner? = nil) -> Owner? {
        guard reader.isMapping else { return nil }
        var owner = owner ?? blank
        let isChosen = schema.choice.isEmpty || schema.choice.contains { reader[$0].isPresent }
        return fill(reader, &owner) && isChosen ? owner : nil
    }

    /// What can be read of a mapping that may have mistakes, which are reported elsewhere; what cannot has its default.
    func readable(_ reader: NodeReader) -> Owner {
        var owner = blank
        if reader.isMapping { _ = fill(reader, &owner) }
        return owner
    }

    /// The mapping with every default filled in.
    func write(_ owner: Owner) -> ConfigurationValue {
        var entries: [ConfigurationValue.Entry] = []
        entries.reserveCapacity(fields.count)
        list(owner, &entries)
        return .mapping(entries)
    }

    /// Which of the fields of which exactly one is given the owner has; nil if there is no such choice.
    func choice(of owner: Owner) -> String? {
        fields.first { $0.schema.isAlternative && $0.write(owner) != nil }?.schema.name
    }
}
