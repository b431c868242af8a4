import Crypto

/// A short name for a pod template, by which revisions are told apart.
enum TemplateHash {
    /// The same template has the same hash, whatever the order of its members.
    static func text(of template: JSONValue) -> String {
        let digest = SHA256.hash(data: sortedText(template))
        return digest.prefix(5).map { String(UInt16($0) + 0x100, radix: 16).dropFirst() }.joined()
    }

    /// A text that is the same for equal values.
    private static func sortedText(_ value: JSONValue) -> [UInt8] {
        switch value {
        case .object(let members):
            members.sorted { $0.key < $1.key }.flatMap { Array("\($0.key):".utf8) + sortedText($0.value) + [0] }
        case .array(let items): items.flatMap { sortedText($0) + [1] }
        default: value.json
        }
    }
}
