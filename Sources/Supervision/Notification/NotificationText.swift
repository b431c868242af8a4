import Foundation
import PlainText

/// Makes the body of a notification from its template.
struct NotificationText: Sendable {
    /// Nil: a JSON object of all values.
    private let template: String?
    /// Whether values are written as they stand within a JSON string.
    private let escapes: Bool

    /// `contentType`: values are escaped for JSON if it names that; nil: the usual one.
    init(_ template: String?, contentType: String?) {
        self.template = template
        escapes = (contentType ?? PostRequest.usualType).lowercased().contains("json")
    }

    /// The body that tells of this.
    func body(of notification: GroupNotification) -> String {
        let values = Self.values(of: notification)
        guard let template else { return Self.object(values) }
        return CommandExpansion.expand(template, escapes ? values.mapValues(Self.escaped) : values)
    }

    private static func object(_ values: [String: String]) -> String {
        let members = values.sorted { $0.key < $1.key }.map { name, value in
            "\"\(name)\": " + (name == "count" ? value : PrintableText.json(value))
        }
        return "{" + members.joined(separator: ", ") + "}"
    }

    private static func values(of notification: GroupNotification) -> [String: String] {
        [
            "group": notification.group, "namespace": notification.namespace, "reason": notification.reason.rawValue,
            "message": notification.text, "from": notification.from.joined(separator: ", "),
            "to": notification.to ?? "",
            "time": notification.time.formatted(.iso8601), "count": "\(notification.count)",
        ]
    }

    /// The text as it stands between the quotes of a JSON string.
    private static func escaped(_ text: String) -> String { String(PrintableText.json(text).dropFirst().dropLast()) }
}
