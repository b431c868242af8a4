import Foundation
import Supervision

/// Groups and where they stand, as tables.
struct StatusText {
    /// Whether nodes, zones, epochs, the last moves and refusals are shown, too.
    var isWide = false
    /// Whether the reader sees colours.
    var isColoured = false
    /// For ages.
    var now: Date

    private static let columns = ["NAMESPACE", "GROUP", "ACTIVE", "SINCE", "HEALTHY", "NEXT", "STATE"]

    /// A line a group; `isSingle`: one that was named, whose members follow; `absence`: what is said if there is none.
    func text(of findings: ClusterSurvey.Findings, isSingle: Bool, absence: String = "no groups found") -> String {
        if findings.groups.isEmpty { return TextTable.Cell(absence).text + "\n" }
        var table = TextTable(Self.columns + (isWide ? ["EPOCH", "NODE", "ZONE", "LAST MOVE", "REFUSED"] : []))
        for group in findings.groups { table.add(cells(of: group)) }
        var text = table.text(isColoured: isColoured)
        if isSingle, let group = findings.groups.first, !group.members.isEmpty {
            text += "\n" + members(of: group).text(isColoured: isColoured)
        }
        return text + gaps(findings)
    }

    private func gaps(_ findings: ClusterSurvey.Findings) -> String {
        findings.gaps.map { gap in
            let line = TextTable.Cell("HEALTHY, NEXT and reasons are missing: \(gap)").text
            return "\(line)\n"
        }.joined() + findings.doubts.map { "\(TextTable.Cell("not believed: \($0)").text)\n" }.joined()
    }

    private func cells(of group: GroupView) -> [TextTable.Cell] {
        let tone: TextTable.Tone =
            !group.isServed ? .bad : group.state == "ok" || !group.isSupervised ? .good : .warning
        let healthy = group.healthy.map { "\($0)/\(group.members.count)" } ?? "-"
        let isWhole = group.healthy == group.members.count
        let common: [TextTable.Cell] = [
            .init(group.namespace), .init(group.name),
            .init(group.active.joined(separator: ","), group.active.count == 1 ? .plain : .bad),
            .init(Age.since(group.activeSince, now: now)),
            .init(healthy, isWhole || group.healthy == nil ? .plain : .warning),
            .init(group.next ?? ""), .init(group.state, tone),
        ]
        guard isWide else { return common }
        let active = group.members.first { $0.name == group.active.first }
        return common + [
            .init(group.epoch.map { "\($0)" } ?? ""), .init(active?.node ?? ""), .init(active?.zone ?? ""),
            .init(lastMove(of: group)), .init(refusals(of: group)),
        ]
    }

    /// When it was, and why.
    private func lastMove(of group: GroupView) -> String {
        group.history.last.map { "\(Age.since($0.time, now: now)) ago: \($0.pastReason)" } ?? ""
    }

    /// Who could not take over, and why.
    private func refusals(of group: GroupView) -> String {
        group.members.compactMap { member in member.refusal.map { "\(member.name): \($0)" } }.joined(separator: "; ")
    }

    private func members(of group: GroupView) -> TextTable {
        var table = TextTable(["POD", "ROLE", "HEALTH", "READY", "EPOCH", "NODE", "ZONE", "NOTE"])
        for member in group.members {
            let tone: TextTable.Tone = member.health == "unhealthy" ? .bad : member.health == "healthy" ? .good : .plain
            table.add([
                .init(member.name), .init(member.role ?? ""), .init(member.health ?? "", tone),
                .init(member.isReady ? "yes" : "no", member.isReady ? .plain : .warning),
                .init(member.epoch.map { "\($0)" } ?? ""), .init(member.node ?? ""), .init(member.zone ?? ""),
                .init(note(member, group)),
            ])
        }
        return table
    }

    private func note(_ member: GroupView.Member, _ group: GroupView) -> String {
        var words: [String] = []
        if member.name == group.next { words.append("next") }
        if let refusal = member.refusal { words.append(refusal) }
        if let since = member.failingSince { words.append("failing for \(Age.since(since, now: now))") }
        if let reason = member.noResult {
            let age = member.noResultSince.map { " for \(Age.since($0, now: now))" } ?? ""
            words.append("no result\(age): \(reason)")
        }
        if group.fenced.contains(member.name) { words.append("fenced") }
        return words.joined(separator: "; ")
    }
}
