/// What an API server leaves out because it is empty.
///
/// Kubernetes marks most fields `omitempty`: an empty text, list or object, a 0 and a false are not sent, and a list may come
/// as null. https://github.com/kubernetes/community/blob/master/contributors/devel/sig-architecture/api-conventions.md
protocol Omissible: Decodable {
    /// What the absence of a field means.
    init()
}

extension String: Omissible {}
extension Bool: Omissible {}
extension Array: Omissible where Element: Decodable {}
extension ObjectMeta: Omissible {}

extension KeyedDecodingContainer {
    /// The value of a field; its empty value if the server left it out, or sent null.
    func omissible<Value: Omissible>(_ key: Key) throws -> Value {
        try decodeIfPresent(Value.self, forKey: key) ?? Value()
    }

    /// The whole number of a field that is an int32 in Kubernetes; nil if there is none, or none that fits.
    ///
    /// A number that no API server can have stored must not hide the object, and with it the whole list.
    func int32(_ key: Key) -> Int? {
        guard let number = try? decodeIfPresent(Double.self, forKey: key) else { return nil }
        return Int32(exactly: number).map { Int($0) }
    }
}
