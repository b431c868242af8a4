import Sandbox

/// What an answer looks like, values aside: which fields are there, and which are null.
struct Shape {
    let fields: Set<String>

    /// Maps whose keys are anybody's.
    private static let maps: Set = [
        "labels", "annotations", "matchLabels", "selector", "nodeSelector", "capacity", "allocatable",
    ]
    /// Who wrote which field, which the sandbox does not keep.
    private static let unknown: Set = ["managedFields"]

    init(_ value: JSONValue) {
        var fields: Set<String> = []
        Self.collect(value, "", &fields)
        self.fields = fields
    }

    private static func collect(_ value: JSONValue, _ path: String, _ fields: inout Set<String>) {
        switch value {
        case .object(let members):
            if !path.isEmpty { fields.insert(path) }
            let name = path.split(separator: ".").last.map(String.init) ?? ""
            // A selector of a workload has fields of its own.
            if maps.contains(name), members["matchLabels"] == nil { return }
            for (key, member) in members where !unknown.contains(key) {
                collect(member, path.isEmpty ? key : "\(path).\(key)", &fields)
            }
        case .array(let items):
            fields.insert(path)
            for item in items { collect(item, path + "[]", &fields) }
        case .null: fields.insert(path + " = null")
        case .bool, .int, .double, .string: fields.insert(path)
        }
    }
}
