import Foundation
import KubernetesClient

/// Lists that an annotation holds as JSON.
enum StoredJSON {
    /// The elements; those that cannot be read are left out, and a text that is no list counts as an empty one.
    static func list<Element: Decodable>(of type: Element.Type, _ text: String?) -> [Element] {
        guard let text else { return [] }
        let list = try? JSONDecoder().decode([Lenient<Element>].self, from: Data(text.utf8))
        return (list ?? []).compactMap(\.value)
    }

    /// Whether a text is a list of objects, each readable or not; no text is the empty list.
    static func isList(_ text: String?) -> Bool {
        struct Anything: Decodable {}
        guard let text else { return true }
        return (try? JSONDecoder().decode([Anything].self, from: Data(text.utf8))) != nil
    }

    /// The text; nil for an empty list.
    static func text(_ list: [some Encodable]) -> String? {
        list.isEmpty ? nil : text(list as (any Encodable))
    }

    /// The text of one value.
    static func text(_ value: any Encodable) -> String? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Bytes of what another version wrote beside our own members of one object that are kept.
    private static let mostOthers = 1000

    /// The members of an object that this version does not know; none if they are more than any version writes.
    static func others(_ decoder: any Decoder, besides known: some Sequence<some CodingKey>) -> [String: JSONFragment] {
        let others = (try? decoder.members(besides: known)) ?? [:]
        return JSONFragment.object(others).size <= mostOthers ? others : [:]
    }

    /// An element that may be unreadable.
    private struct Lenient<Value: Decodable>: Decodable {
        let value: Value?

        init(from decoder: any Decoder) {
            value = try? Value(from: decoder)
        }
    }
}

extension String {
    /// The beginning, of so many Unicode scalars: what is one character to a reader can be any number of bytes.
    func cut(to limit: Int) -> String { String(String.UnicodeScalarView(unicodeScalars.prefix(limit))) }
}

extension Duration {
    /// In seconds, for JSON.
    package var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
