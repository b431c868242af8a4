/// A property that lies apart from the value that has it; copies share it until they differ.
///
/// A group's configuration passes through many asynchronous functions, and each frame keeps room for copies: whole, it cost
/// every group 20 KB.
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
