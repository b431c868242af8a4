/// JSON whose meaning this version does not know, kept so that it can be written as it came.
///
/// Whole numbers of up to 64 bits stay exact; the order of an object's members is not kept.
package enum JSONFragment: Sendable, Hashable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A whole number of up to 64 bits.
    case int(Int64)
    /// Any other number.
    case double(Double)
    /// A text.
    case string(String)
    /// A list, in its order.
    case array([JSONFragment])
    /// Members by name.
    case object([String: JSONFragment])

    /// About how many bytes it is as text.
    package var size: Int {
        switch self {
        case .null, .bool: 5
        case .int(let number): "\(number)".utf8.count
        case .double: 20
        case .string(let text): text.utf8.count + 2
        case .array(let items): items.reduce(2) { $0 + $1.size + 1 }
        case .object(let members): members.reduce(2) { $0 + $1.key.utf8.count + $1.value.size + 4 }
        }
    }

    /// The name of any member.
    package struct Key: CodingKey, Sendable {
        /// As the object has it.
        package let stringValue: String
        /// Objects of JSON have none.
        package var intValue: Int? { nil }

        /// Any text is a name.
        package init(stringValue: String) {
            self.stringValue = stringValue
        }

        /// No number is one.
        package init?(intValue: Int) { nil }
    }
}

// MARK: Coding

extension JSONFragment: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            self = .string(text)
        } else if let members = try? container.decode([String: JSONFragment].self) {
            self = .object(members)
        } else if let items = try? container.decode([JSONFragment].self) {
            self = .array(items)
        } else if let number = try? container.decode(Int64.self) {
            self = .int(number)
        } else if let number = try? container.decode(Double.self) {
            self = .double(number)
        } else if let truth = try? container.decode(Bool.self) {
            self = .bool(truth)
        } else if container.decodeNil() {
            self = .null
        } else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "is a number that is none here")
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let truth): try container.encode(truth)
        case .int(let number): try container.encode(number)
        case .double(let number): try container.encode(number)
        case .string(let text): try container.encode(text)
        case .array(let items): try container.encode(items)
        case .object(let members): try container.encode(members)
        }
    }
}

extension Decoder {
    /// The members of the object that is read, but for those that are `known`.
    ///
    /// - Throws: if it is no object.
    package func members(besides known: some Sequence<some CodingKey>) throws -> [String: JSONFragment] {
        let container = try container(keyedBy: JSONFragment.Key.self)
        let names = Set(known.map(\.stringValue))
        var members: [String: JSONFragment] = [:]
        for key in container.allKeys where !names.contains(key.stringValue) {
            members[key.stringValue] = try? container.decode(JSONFragment.self, forKey: key)
        }
        return members
    }
}

extension Encoder {
    /// Writes members beside those that are written by their own names.
    package func encode(members: [String: JSONFragment]) throws {
        guard !members.isEmpty else { return }
        var container = container(keyedBy: JSONFragment.Key.self)
        for (name, value) in members { try container.encode(value, forKey: .init(stringValue: name)) }
    }
}
