import FailoverCore
import Foundation

/// What people are told of a group, or of the supervisor itself.
struct GroupNotification: Sendable, Hashable {
    /// The reason of an Event, like `FailedOver`.
    var reason: EventReason
    /// The group's name; empty: it concerns the supervisor itself.
    var group = ""
    /// Where the group is; empty: it concerns the supervisor itself.
    var namespace = ""
    /// In words, as the Event says it.
    var message: String
    /// Of a move, the pods that were active before, by name.
    var from: [String] = []
    /// Of a move, the pod that is to be active, or is; nil: nobody, or it is no move.
    var to: String?
    /// When it was noticed.
    var time: Date
    /// How many it stands for, of one reason.
    var count = 1
    /// The groups of the others that it stands for.
    var others: Set<String> = []

    /// Groups that are named beside the first.
    private static let mostNamed = 10

    /// The words, with those who are concerned as well.
    var text: String {
        let names = others.subtracting([group]).sorted()
        if names.isEmpty { return message }
        let rest = names.count - Self.mostNamed
        return "\(message); also: " + names.prefix(Self.mostNamed).joined(separator: ", ")
            + (rest > 0 ? " and \(rest) more" : "")
    }

    /// The newest of several of one reason, in the order in which they came; nil: there is none.
    static func merged(_ notifications: [GroupNotification]) -> GroupNotification? {
        guard var merged = notifications.last else { return nil }
        merged.count = notifications.reduce(0) { $0 + $1.count }
        merged.others = Set(notifications.map(\.group)).subtracting(["", merged.group])
        return merged
    }
}

extension GroupNotification {
    /// What a notice says to people; nil: nothing that an Event would say.
    init?(_ notice: GroupNotice, at time: Date) {
        guard let note = NoticeDescription(notice.content).event else { return nil }
        self.init(reason: note.reason, group: notice.group, namespace: notice.namespace, message: note.text, time: time)
        switch notice.content {
        case .report(.moveStarted(let from, let target, _, _)): (self.from, to) = (from, target)
        case .report(.moved(let move)): (from, to) = (move.from.map(\.name), move.target?.name)
        case .report(.promoted(let member, _)): to = member.name
        case .report(.demoted(let member, _)): from = [member.name]
        default: break
        }
    }
}
