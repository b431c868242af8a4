/// A property that has a value for moments only, and room for none in between: thousands of groups are at rest at a time.
///
/// The value lies apart from what has it; whole, what a group needs for a switch took two thirds of its memory.
@propertyWrapper
struct Seldom<Value: Sendable & Hashable>: Sendable, Hashable {
    private indirect enum Place: Sendable, Hashable {
        /// No value, and nothing is allocated.
        case nowhere
        /// Apart.
        case here(Value)
    }

    private var place = Place.nowhere

    /// There is no value.
    init() {}

    /// Nil: there is no value.
    var wrappedValue: Value? {
        get {
            switch place {
            case .nowhere: nil
            case .here(let value): value
            }
        }
        set {
            place = newValue.map(Place.here) ?? .nowhere
        }
    }
}
