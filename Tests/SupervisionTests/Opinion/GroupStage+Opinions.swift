import KubernetesClient
import Testing

@testable import FailoverCore
@testable import Supervision

/// Groups that need a second opinion, and what stands on their Lease of it.
extension GroupStage {
    /// Of a group: it needs the opinion of one standby.
    static let asking = ", failover: {secondOpinion: {from: [Replica]}}"

    /// A group whose leader this supervisor is, with `web-0` active; `more`: of its configuration.
    static func leading(
        standbys: Int = 1,
        authority: WriteAuthority = WriteAuthority(until: nil),
        _ more: String = asking
    ) throws -> GroupStage {
        let group = try Samples.group("web", service: "web", more)
        let stage = GroupStage(group, authority: authority, standbys: standbys)
        try stage.place(["active", "passive"])
        return stage
    }

    /// A group that another leads, who has `web-0` on record.
    static func standby(isDryRun: Bool = false, _ roles: [String?] = ["active", "passive"]) throws -> GroupStage {
        let group = try Samples.group("web", service: "web", asking)
        let stage = GroupStage(group, isDryRun: isDryRun, standing: .standby, authority: .none)
        try stage.place(roles)
        let holder = GroupRecord.Holder(name: "web-0", id: .init("uid-web-0"))
        stage.placeLease(GroupRecord(holder: holder, epoch: Epoch(1), origin: .adopted, writer: "other", reason: ""))
        return stage
    }

    /// What is asked and answered now.
    var opinions: StoredOpinions { StoredOpinions(cluster.objects.leases["kube-standby-web"]) }

    /// Another replica, the leader, asks.
    func ask(_ id: String, _ pod: String = "web-0") {
        let since = MicroTime(microseconds: 0)
        let question = StoredOpinions.Question(id: id, pod: pod, uid: "uid-\(pod)", since: since)
        changeLease { $0 = StoredOpinions.ask(question, on: $0) }
    }

    /// Another replica, a standby, answers what is asked now.
    func answer(_ health: String, by replica: String = "r") throws {
        let question = try #require(opinions.question)
        let answer = StoredOpinions.Answer(question: question.id, uid: question.uid, health: health, ageSeconds: 0)
        changeLease { $0 = StoredOpinions.answer(answer, of: StoredOpinions.name(of: replica), on: $0) ?? $0 }
    }
}
