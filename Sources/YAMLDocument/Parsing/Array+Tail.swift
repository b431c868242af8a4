extension Array {
    /// Takes away everything from `start` on, as an array of exactly that size; elements are moved, not copied.
    mutating func removeTail(from start: Int) -> [Element] {
        let size = count - start
        return unsafe Array(unsafeUninitializedCapacity: size) { buffer, initializedCount in
            for place in stride(from: size - 1, through: 0, by: -1) {
                unsafe buffer.initializeElement(at: place, to: removeLast())
            }
            initializedCount = size
        }
    }
}
