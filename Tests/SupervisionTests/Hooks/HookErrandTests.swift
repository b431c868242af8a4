import Foundation
import Testing

@testable import FailoverCore
@testable import StandbyConfiguration
@testable import Supervision

/// What a hook is told.
@Suite struct HookErrandTests {
    /// An errand for a move at noon.
    static func errand(
        _ kind: HookKind = .demote,
        _ action: HookConfiguration.Hook.Action = .exec(.init(command: ["drain"])),
        to: String? = "web-1",
        time: Int64? = 1_767_268_800_000_001
    ) -> HookErrand {
        let call = HookCall(
            kind: kind,
            pod: "web-0",
            id: .init("uid-0"),
            epoch: Epoch(7),
            from: ["web-0", "web-2"],
            to: to,
            cause: .activeUnhealthy,
            time: time
        )
        return HookErrand(
            group: "web",
            namespace: "shop",
            hook: .init(action: action),
            call: call,
            now: Date(timeIntervalSince1970: 1)
        )
    }

    @Test func theBodyHasEveryField() {
        let body =
            #"{"cause":"ActiveUnhealthy","epoch":7,"from":["web-0","web-2"],"group":"web","member":"web-0","namespace":"shop","#
            + #""role":"passive","time":"2026-01-01T12:00:00.000001Z","to":"web-1"}"#
        #expect(Self.errand().body == body)
    }

    @Test func aMoveToNobodyAndOneWithoutATimeAreToldAsSuch() {
        let body = Self.errand(.promote, to: nil, time: nil).body
        #expect(body.contains(#""to":null"#) && body.contains(#""time":"1970-01-01T00:00:01.000000Z""#))
        #expect(body.contains(#""role":"active""#))
    }

    @Test func aCommandHasTheSameAsVariables() {
        let expected = [
            "GROUP": "web", "NAMESPACE": "shop", "MEMBER": "web-0", "ROLE": "passive", "FROM": "web-0,web-2",
            "TO": "web-1",
            "CAUSE": "ActiveUnhealthy", "EPOCH": "7", "TIME": "2026-01-01T12:00:00.000001Z",
        ]
        #expect(Self.errand().variables == expected)
        #expect(Self.errand(to: nil).variables["TO"] == "")
    }
}
