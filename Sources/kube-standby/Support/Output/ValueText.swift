import Foundation
import KubernetesClient
import PlainText
import StandbyConfiguration

/// Values for programs, as JSON or YAML.
enum ValueText {
    /// Indented, with sorted keys; what steers a terminal is escaped.
    static func json(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let data = (try? encoder.encode(value)) ?? Data()
        return PrintableText.document(String(decoding: data, as: UTF8.self)) + "\n"
    }

    /// The same as YAML.
    static func yaml(_ value: some Encodable) -> String {
        let data = (try? JSONEncoder().encode(value)) ?? Data()
        let tree = (try? JSONDecoder().decode(JSONFragment.self, from: data)) ?? .null
        return YAMLText.write(self.value(of: tree))
    }

    private static func value(of tree: JSONFragment) -> ConfigurationValue {
        switch tree {
        case .null: .null
        case .bool(let flag): .bool(flag)
        case .int(let number): .integer(Int(number))
        case .double(let number): .number(number)
        case .string(let text): .string(text)
        case .array(let items): .list(items.map(value))
        case .object(let members):
            .mapping(members.sorted { $0.key < $1.key }.map { .init($0.key, value(of: $0.value)) })
        }
    }
}
