import FailoverCore
import Logging

/// What is said of hooks.
extension NoticeDescription {
    /// Says that a hook succeeded.
    static func hookSucceeded(_ call: HookCall) -> Self {
        Self(
            .init(.notice, "hook succeeded", metadata(of: call), .ofMany),
            event: .init(.hookRan, "\(words(of: call)) succeeded; epoch \(call.epoch)"),
            demo: "\(words(of: call)) succeeded"
        )
    }

    /// Says that a hook failed and is not tried again.
    static func hookFailed(_ call: HookCall, _ reason: String) -> Self {
        Self(
            .init(.warning, "hook failed", metadata(of: call, error: reason), .ofMany),
            event: .init(.hookFailed, "\(words(of: call)) failed: \(reason); epoch \(call.epoch)"),
            demo: "\(words(of: call)) failed: \(reason)"
        )
    }

    /// Says that nobody is promoted before a hook has succeeded which fails.
    static func hookHeld(_ call: HookCall, _ reason: String) -> Self {
        let target = call.to ?? "nobody"
        let advice =
            "it is tried again, and \(target) is not promoted before that. If it cannot succeed, make sure that \(call.pod) serves "
            + "nobody any more, then: kube-standby switchover GROUP --to \(target) --force"
        var metadata = metadata(of: call, error: reason)
        metadata["to"] = target
        return Self(
            .init(.warning, "promotion waits for a hook that fails", metadata),
            event: .init(.promotionWaitsForHook, "\(words(of: call)) fails: \(reason); \(advice)"),
            demo: "\(words(of: call)) fails: \(reason): nobody is promoted"
        )
    }

    /// Says that a hook is never run.
    static func hookDropped(_ call: HookCall, _ drop: HookDrop) -> Self {
        let isLost = drop == .tooMany
        return Self(
            .init(
                isLost ? .warning : .notice,
                "hook is not run",
                metadata(of: call).merging(["cause": "\(drop)"]) { $1 },
                .ofMany
            ),
            event: isLost ? .init(.hookFailed, "\(words(of: call)) is not run: \(drop); epoch \(call.epoch)") : nil
        )
    }

    private static func words(of call: HookCall) -> String { "\(call.kind.rawValue) of pod \(call.pod)" }

    private static func metadata(of call: HookCall, error: String? = nil) -> [String: String] {
        var metadata = ["hook": call.kind.rawValue, "member.name": call.pod, "epoch": "\(call.epoch)"]
        metadata["error"] = error
        return metadata
    }
}
