/// A property that lies apart from the value that has it; copies share it until they differ.
///
/// A group's configuration passes through many asynchronous functions, and each frame keeps room for copies: whole, it cost
/// every group 20 KB. An informer keeps thousands of objects in a table with a third of its places free, and each subscriber a
/// list of its own.
@propertyWrapper
package struct Boxed<Value: Sendable>: Sendable {
    private final class Box: Sendable {
        let value: Value

        init(_ value: Value) {
            self.value = value
        }
    }

    private var box: Box

    /// Takes a box of its own.
    package init(wrappedValue: Value) {
        box = Box(wrappedValue)
    }

    /// The value; setting it leaves other copies as they are.
    package var wrappedValue: Value {
        get { box.value }
        set { box = Box(newValue) }
    }

    /// The place of the value, so that others can share it.
    package var projectedValue: Self {
        get { self }
        set { self = newValue }
    }
}

extension Boxed: Equatable where Value: Equatable {
    /// Whether the values are equal; copies that share are so at once.
    package static func == (left: Self, right: Self) -> Bool {
        left.box === right.box || left.wrappedValue == right.wrappedValue
    }
}

extension Boxed: Hashable where Value: Hashable {
    /// Hashes the value.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(wrappedValue)
    }
}

extension Boxed: Decodable where Value: Decodable {
    /// As the value is decoded.
    package init(from decoder: any Decoder) throws {
        self.init(wrappedValue: try Value(from: decoder))
    }
}

extension Boxed: Encodable where Value: Encodable {
    /// As the value is encoded.
    package func encode(to encoder: any Encoder) throws {
        try wrappedValue.encode(to: encoder)
    }
}
