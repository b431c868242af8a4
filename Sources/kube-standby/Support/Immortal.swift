/// Values that live until the process ends.
enum Immortal {
    private final class Box<Value> {
        let value: Value

        init(_ value: Value) {
            self.value = value
        }
    }

    /// Keeps a value; nothing gives it back.
    static func keep<Value>(_ value: Value) {
        _ = unsafe Unmanaged.passRetained(Box(value))
    }
}
