import Foundation
import Supervision

/// An explanation as people read it: paragraphs and tables.
struct ExplanationText {
    /// Windows that are told at most.
    private static let mostWindows = 7

    /// Whether the reader sees colours.
    var isColoured = false
    /// For ages.
    var now: Date

    /// `source`: where the settings come from.
    func text(of explanation: GroupExplanation, source: String, gaps: [String]) -> String {
        let group = explanation.group
        let who = group.active.isEmpty ? "nobody is active" : "\(group.active.joined(separator: ", ")) is active"
        let since = group.activeSince == nil ? "" : " for \(Age.since(group.activeSince, now: now))"
        var parts = [line("\(group.name) in \(group.namespace): \(who)\(since); \(group.state)")]
        if let settings = explanation.settings {
            parts.append("SETTINGS \(line("(\(source))"))" + self.settings(settings))
            parts.append("FAILOVER TIME\n" + times(settings))
            if !explanation.kubelet.isEmpty {
                parts.append("THE KUBELET'S OWN PROBES\n" + kubelet(explanation.kubelet, settings))
            }
        }
        if group.members.contains(where: { $0.noResultSince != nil }) {
            parts.append("PODS WHOSE PROBES GIVE NO RESULT, WHICH KEEP THEIR LAST VERDICT\n" + blind(group.members))
        }
        if let words = explanation.ifActiveFailed { parts.append("IF THE ACTIVE POD FAILED NOW\n  \(line(words))") }
        if let words = explanation.follows { parts.append("SYNC\n  \(line(words))") }
        if !explanation.verdicts.isEmpty { parts.append("THE OTHER PODS\n" + verdicts(explanation.verdicts)) }
        parts += gaps.map { line("missing: \($0)") }
        return parts.joined(separator: "\n")
    }

    /// What is of others, on one line.
    private func line(_ text: String) -> String { TextTable.Cell(text).text + "\n" }

    private func indented(_ table: TextTable) -> String {
        table.text(isColoured: isColoured).split(separator: "\n").map { "  \($0)\n" }.joined()
    }

    // MARK: Settings

    private func settings(_ settings: GroupSettings) -> String {
        let s = settings
        let flap =
            s.flapMaxSwitches == 0
            ? "never held"
            : "held for \(number(s.flapHoldSeconds)) s after \(s.flapMaxSwitches) moves in \(number(s.flapWindowSeconds)) s"
        let windows = s.preemptWindows.map { words(of: $0) } ?? ""
        let lines = [
            "\(s.probe) every \(number(s.periodSeconds)) s, every \(number(s.fastPeriodSeconds)) s while it counts; "
                + "each may take \(number(s.timeoutSeconds)) s",
            "unhealthy after \(s.failureThreshold) failures in a row, healthy after \(s.successThreshold) successes",
            "\(s.order); when nobody is healthy: \(s.whenNoneHealthy)"
                + (s.requireReady ? "; candidates must be Ready" : ""),
            "a pod that was just promoted may fail for \(number(s.activationSeconds)) s; voluntary moves rest "
                + "\(number(s.cooldownSeconds)) s" + (s.preempt ? "; preempts" + windows : ""), flap,
        ]
        return lines.map { "  \($0)\n" }.joined()
    }

    private func words(of windows: [String]) -> String {
        let told = windows.prefix(Self.mostWindows).joined(separator: ", ")
        return ", but only \(TextTable.Cell(told).text)"
    }

    private func times(_ s: GroupSettings) -> String {
        var table = TextTable(["THE ACTIVE POD", "WORST", "TYPICAL", "WORST IS"])
        let more = "\(s.furtherFailures)"
        let wait = max(s.delaySeconds, s.opinionPatienceSeconds ?? 0)
        let waits = (s.waits ?? []).compactMap { wait in wait.seconds.map { " + \(number($0)) \(wait.field)" } }
        let endless = s.endlessWaits.isEmpty ? "" : "; \(s.endlessWaits.joined(separator: ", ")): without end"
        let switched = " + \(number(GroupSettings.switchSeconds)) switch\(waits.joined())\(endless)"
        let tail = (wait > 0 ? " + \(number(wait)) wait" : "") + switched
        let proof = s.needsProof ? " + \(number(s.timeoutSeconds)) proof" : ""
        let slow = max(s.fastPeriodSeconds, s.timeoutSeconds)
        table.add([
            "answers failures", worst(s.worstSeconds.answering, s),
            .init("\(number(s.typicalSeconds.answering)) s"),
            .init("\(number(s.periodSeconds)) period + \(more) x \(number(s.fastPeriodSeconds)) fast period\(tail)"),
        ])
        table.add([
            "hangs", worst(s.worstSeconds.hanging, s), .init("\(number(s.typicalSeconds.hanging)) s"),
            .init(
                "\(number(s.periodSeconds)) period + \(more) x \(number(slow)) fast period or timeout + "
                    + "\(number(s.timeoutSeconds)) timeout\(proof)\(tail)"
            ),
        ])
        table.add([
            "is deleted", worst(s.worstDeletionSeconds, s), .init("\(number(GroupSettings.switchSeconds)) s"),
            .init("seen by the watch, without a threshold\(s.waits == nil ? "; the switch alone" : switched)"),
        ])
        return indented(table)
    }

    private func worst(_ seconds: Double, _ settings: GroupSettings) -> TextTable.Cell {
        .init("\(number(seconds)) s" + (settings.endlessWaits.isEmpty ? "" : " or more"))
    }

    private func kubelet(_ tolerances: [GroupExplanation.Tolerance], _ settings: GroupSettings) -> String {
        var table = TextTable(["CONTAINER", "PROBE", "NOTICES WITHIN", "WHICH IS", "WE, IF IT HANGS"])
        for tolerance in tolerances {
            let rule =
                "\(tolerance.periodSeconds) x \(tolerance.failureThreshold) + \(tolerance.timeoutSeconds) timeout"
            table.add([
                .init(tolerance.container), .init(tolerance.probe), .init("\(tolerance.seconds) s"), .init(rule),
                .init("\(number(settings.worstSeconds.hanging)) s"),
            ])
        }
        return indented(table)
    }

    private func blind(_ members: [GroupView.Member]) -> String {
        var table = TextTable(["POD", "VERDICT", "NO RESULT FOR", "WHY"])
        for member in members {
            // One that lacks its port is asked nothing, and keeps no verdict.
            guard let reason = member.noResult, let since = member.noResultSince else { continue }
            table.add([
                .init(member.name), .init(member.health ?? ""), .init(Age.since(since, now: now)),
                .init(reason),
            ])
        }
        return indented(table)
    }

    private func verdicts(_ verdicts: [GroupExplanation.Verdict]) -> String {
        var table = TextTable(["POD", "NEXT", "WHY"])
        for verdict in verdicts {
            table.add([
                .init(verdict.pod), .init(verdict.isNext ? "yes" : "no", verdict.isNext ? .good : .plain),
                .init(verdict.why),
            ])
        }
        return indented(table)
    }

    private func number(_ seconds: Double) -> String { GroupExplanation.number(seconds) }
}
