import Foundation

/// A column of the table that kubectl prints.
struct Column: Sendable {
    /// The heading; kubectl prints it in capitals.
    var name: String
    /// The OpenAPI type of the cells: `string` or `integer`.
    var type = "string"
    /// Columns above 0 are shown with `-o wide` only.
    var priority = 0
    /// The cell of an object.
    var cell: @Sendable (JSONValue, _ now: Date) -> JSONValue

    /// `cell`: makes a cell of the object and the time of the request.
    init(
        _ name: String,
        type: String = "string",
        priority: Int = 0,
        _ cell: @escaping @Sendable (JSONValue, _ now: Date) -> JSONValue
    ) {
        self.name = name
        self.type = type
        self.priority = priority
        self.cell = cell
    }

    /// A column of text.
    static func text(_ name: String, priority: Int = 0, _ text: @escaping @Sendable (JSONValue) -> String?) -> Column {
        Column(name, priority: priority) { object, _ in
            let text = text(object) ?? ""
            return .string(text.isEmpty ? "<none>" : text)
        }
    }

    /// A column of numbers.
    static func number(_ name: String, _ number: @escaping @Sendable (JSONValue) -> Int?) -> Column {
        Column(name, type: "integer") { object, _ in .int(number(object) ?? 0) }
    }

    /// The first column of every table: `metadata.name`.
    static let name = Column("Name") { object, _ in object["metadata"]["name"] }

    /// The time since the creation, in kubectl's short form.
    static let age = Column("Age") { object, now in
        .string(Timestamp.age(object["metadata"]["creationTimestamp"], now: now))
    }

    /// Names and images of the containers of a workload.
    static let containers: [Column] = [
        .text("Containers", priority: 1) { names(of: $0["spec"]["template"]["spec"]["containers"], "name") },
        .text("Images", priority: 1) { names(of: $0["spec"]["template"]["spec"]["containers"], "image") },
    ]

    private static func names(of containers: JSONValue, _ key: String) -> String {
        (containers.array ?? []).compactMap { $0[key].string }.joined(separator: ",")
    }

    /// `a=b,c=d`.
    static func selector(_ labels: JSONValue) -> String {
        labels.strings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
    }
}
