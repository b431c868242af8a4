/// A part of an object that lies apart from the rest of it, so that copies of the object share it.
///
/// An informer keeps thousands of objects in a table with a third of its places free, and each subscriber a list of its own.
@propertyWrapper
package struct Apart<Value: Codable & Sendable & Hashable>: Sendable, Hashable {
    private final class Place: Sendable {
        let value: Value

        init(_ value: Value) {
            self.value = value
        }
    }

    private var place: Place

    /// Takes a place of its own.
    package init(wrappedValue: Value) {
        place = Place(wrappedValue)
    }

    /// The value; setting it leaves other copies as they are.
    package var wrappedValue: Value {
        get { place.value }
        set { place = Place(newValue) }
    }

    /// Whether the values are equal; copies that share are so at once.
    package static func == (left: Self, right: Self) -> Bool {
        left.place === right.place || left.wrappedValue == right.wrappedValue
    }

    /// Hashes the value.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(wrappedValue)
    }
}

extension Apart: Codable {
    /// As the value is decoded.
    package init(from decoder: any Decoder) throws {
        self.init(wrappedValue: try Value(from: decoder))
    }

    /// As the value is encoded.
    package func encode(to encoder: any Encoder) throws {
        try wrappedValue.encode(to: encoder)
    }
}
