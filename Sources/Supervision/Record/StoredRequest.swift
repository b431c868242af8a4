import FailoverCore
import Foundation
package import KubernetesClient

/// A request on a group's Lease: JSON that whoever may patch the Lease can write.
package struct StoredRequest: Codable, Sendable, Hashable {
    /// What can be requested.
    package enum Action: String, Codable, Sendable, Hashable, CaseIterable {
        /// Move the role.
        case switchover = "Switchover"
        /// Suspend automatic moves.
        case pause = "Pause"
        /// End what suspends them.
        case resume = "Resume"
        /// A pod must not be active.
        case fence = "Fence"
        /// The pod may be active again.
        case unfence = "Unfence"
    }

    /// Chosen by whoever gives the request; the answer names it.
    package var id: String
    /// What is asked for.
    package var action: Action
    /// The pod to switch to (nil: the best), to fence or to unfence.
    package var pod: String?
    /// Switch also to a pod that is not known to be healthy.
    package var force: Bool?
    /// How long to pause; nil: until further notice.
    package var seconds: Double?
    /// Not before this time; nil: at once.
    package var due: MicroTime?
    /// When it was given.
    package var at: MicroTime?
    /// Who gave it, for people.
    package var by: String?

    /// `id`: names the answer; unique among the last requests.
    package init(id: String, action: Action) {
        self.id = id
        self.action = action
    }

    /// Characters that a request's id may have.
    static let longestID = 128

    /// Characters that are shown of who gave it.
    private static let longestName = 100

    /// How long a request waits for a supervisor; whoever comes later must not act on what nobody remembers.
    private static let lifetime: Duration = .seconds(600)

    /// How far ahead a request may be due.
    package static let longestWait: Duration = .seconds(30 * 86_400)

    /// The request that an annotation gives, its texts cut to what is shown of them; nil if it cannot be read.
    init?(annotation: String) {
        guard let stored = try? JSONDecoder().decode(StoredRequest.self, from: Data(annotation.utf8)) else {
            return nil
        }
        self = stored.cut
    }

    /// The request of an annotation that waits for its time, as it is shown; nil if it waits for none, is refused or cannot be read.
    init?(scheduled annotation: String) {
        guard let stored = try? JSONDecoder().decode(StoredRequest.self, from: Data(annotation.utf8)),
            stored.due != nil, stored.problem == nil
        else { return nil }
        self = stored.cut
        // Of a pause.
        seconds = nil
    }

    /// Whoever may patch the Lease can write texts of any length.
    private var cut: StoredRequest {
        var shown = self
        shown.id = id.cut(to: Self.longestID)
        shown.pod = pod?.cut(to: ObjectName.longest)
        shown.by = by?.cut(to: Self.longestName)
        return shown
    }

    /// What is asked, by whom and when, for people.
    package var summary: String {
        let what = [action.rawValue, pod].compactMap(\.self).joined(separator: " ")
        let time = due.map { " due \($0)," } ?? ""
        return "\(what)\(time) by \(by ?? "somebody") at \(at?.description ?? "an unknown time")"
    }

    /// What an annotation asks for.
    static func request(annotation: String, now: Date) -> OperatorRequest {
        do {
            let stored = try JSONDecoder().decode(StoredRequest.self, from: Data(annotation.utf8))
            if let problem = stored.problem {
                return OperatorRequest(id: stored.id.cut(to: longestID), action: .unintelligible(problem))
            }
            if !stored.isForgotten(now: now) { return stored.request }
            let words = "it was \(stored.due == nil ? "given" : "due") more than \(lifetime) ago"
            return OperatorRequest(id: stored.id, action: .unintelligible(words))
        } catch {
            let actions = Action.allCases.map(\.rawValue).joined(separator: ", ")
            let advice = "expected is {\"id\": …, \"action\": one of \(actions), \"pod\": …}"
            // Whoever asks for what only another version knows waits for the answer to this id.
            let id = (try? JSONDecoder().decode(Named.self, from: Data(annotation.utf8)))?.id ?? ""
            return OperatorRequest(id: id.cut(to: longestID), action: .unintelligible(advice))
        }
    }

    /// Whether it waited for too long to be carried out by anybody who sees it now.
    func isForgotten(now: Date) -> Bool { (due ?? at).map { now.since($0) > Self.lifetime } ?? false }

    /// What every version's requests have.
    private struct Named: Decodable {
        var id: String
    }

    /// What makes it no request, in words; nil: nothing.
    private var problem: String? {
        if id.isEmpty { return "it has no id" }
        if id.unicodeScalars.count > Self.longestID { return "its id has more than \(Self.longestID) characters" }
        if let pod, !ObjectName.isValid(pod) { return "\"\(pod.cut(to: 253))\" is no name of a pod" }
        if action == .pause, let seconds, Duration(readSeconds: seconds) == nil {
            return "a pause is 0…1000000000 seconds"
        }
        return due.flatMap(problem)
    }

    /// What is wrong with the time at which it is due; nil: nothing.
    private func problem(of due: MicroTime) -> String? {
        if action != .switchover { return "only a Switchover may be due at a time" }
        guard let at else { return "a request that is due at a time has to say when it was given: \"at\"" }
        return Self.problem(ofDue: due, givenAt: at)
    }

    /// Why a request that is given at a time cannot be due at another; nil: it can.
    package static func problem(ofDue due: MicroTime, givenAt now: MicroTime) -> String? {
        if due <= now { return "\(due) lies in the past" }
        let isFar = Duration.microseconds(due.microseconds - now.microseconds) > longestWait
        return isFar ? "\(due) is more than 30 days ahead" : nil
    }

    private var request: OperatorRequest {
        var request = plain
        request.due = due?.microseconds
        return request
    }

    private var plain: OperatorRequest {
        switch (action, pod) {
        case (.switchover, _): OperatorRequest(id: id, action: .switchover(to: pod, isForced: force ?? false))
        case (.pause, _): OperatorRequest(id: id, action: .pause(seconds.flatMap(Duration.init(readSeconds:))))
        case (.resume, _): OperatorRequest(id: id, action: .resume)
        case (.fence, let pod?): OperatorRequest(id: id, action: .fence(pod))
        case (.unfence, let pod?): OperatorRequest(id: id, action: .unfence(pod))
        case (.fence, nil), (.unfence, nil):
            OperatorRequest(id: id, action: .unintelligible("\(action.rawValue) of which pod?"))
        }
    }
}

extension Date {
    /// How long a time is ago; negative if it is yet to come.
    fileprivate func since(_ time: MicroTime) -> Duration {
        .microseconds(MicroTime(self).microseconds.subtractingReportingOverflow(time.microseconds).partialValue)
    }
}
