import FailoverCore
import Foundation
import Testing

@testable import StandbyConfiguration
@testable import Supervision

/// What is sent for three kinds of receivers, and what of it is escaped.
@Suite struct NotificationTextTests {
    private static let notification = GroupNotification(
        reason: .failedOver,
        group: "web",
        namespace: "shop",
        message: "moved to \"web-1\"\nbecause web-0 is unhealthy \\",
        from: ["web-0"],
        to: "web-1",
        time: Date(timeIntervalSince1970: 1_700_000_000),
        count: 3
    )

    private static func json(_ template: String?, type: String? = nil) throws -> Any {
        let body = NotificationText(template, contentType: type).body(of: notification)
        return try JSONSerialization.jsonObject(with: Data(body.utf8))
    }

    @Test func withoutATemplateItIsAnObjectOfEverything() throws {
        let object = try #require(try Self.json(nil) as? [String: Any])
        #expect(object["message"] as? String == Self.notification.message && object["count"] as? Int == 3)
        let texts = ["group": "web", "namespace": "shop", "reason": "FailedOver", "from": "web-0", "to": "web-1"]
        for (name, value) in texts { #expect(object[name] as? String == value) }
        #expect(object["time"] as? String == "2023-11-14T22:13:20Z")
        #expect(object.count == 8)
    }

    @Test func slackGetsAText() throws {
        let object = try #require(
            try Self.json(#"{"text": "*$(reason)* $(namespace)/$(group) ($(count)): $(message)"}"#) as? [String: String]
        )
        #expect(object == ["text": "*FailedOver* shop/web (3): \(Self.notification.message)"])
    }

    @Test func alertmanagerGetsAListOfAlerts() throws {
        let template = """
            [{"labels": {"alertname": "kube-standby", "reason": "$(reason)", "group": "$(group)", "namespace": "$(namespace)"},
              "annotations": {"summary": "$(message)"}, "startsAt": "$(time)"}]
            """
        let alerts = try #require(try Self.json(template, type: "application/json; charset=utf-8") as? [[String: Any]])
        #expect(alerts.count == 1 && alerts[0]["startsAt"] as? String == "2023-11-14T22:13:20Z")
        #expect((alerts[0]["annotations"] as? [String: String])?["summary"] == Self.notification.message)
        #expect((alerts[0]["labels"] as? [String: String])?["group"] == "web")
    }

    @Test func anotherTypeIsNotEscaped() {
        let text = NotificationText("$(message)|$(from)|$$(to)|$(other)", contentType: "text/plain")
        #expect(text.body(of: Self.notification) == "\(Self.notification.message)|web-0|$(to)|$(other)")
    }

    /// Words of the cluster are not looked into again.
    @Test func aValueIsNoTemplate() {
        var notification = Self.notification
        notification.message = "$(group) \"quoted\""
        let body = NotificationText("{\"m\": \"$(message)\"}", contentType: nil).body(of: notification)
        #expect(body == #"{"m": "$(group) \"quoted\""}"#)
    }
}
