import FailoverCore
import Foundation
package import KubernetesClient

/// An order on a group's Lease: JSON that whoever may patch the Lease can write.
package struct StoredOrder: Codable, Sendable, Hashable {
    /// What can be ordered.
    package enum Action: String, Codable, Sendable, Hashable, CaseIterable {
        case switchover = "Switchover"
        case pause = "Pause"
        case resume = "Resume"
        case fence = "Fence"
        case unfence = "Unfence"
    }

    /// Chosen by whoever gives the order; the answer names it.
    package var id: String
    package var action: Action
    /// The pod to switch to (nil: the best), to fence or to unfence.
    package var pod: String?
    /// Switch also to a pod that is not known to be healthy.
    package var force: Bool?
    /// How long to pause; nil: until further notice.
    package var seconds: Double?
    /// When it was given.
    package var at: MicroTime?
    /// Who gave it, for people.
    package var by: String?

    package init(id: String, action: Action) {
        self.id = id
        self.action = action
    }

    /// Characters that an order's id may have.
    static let longestID = 128

    /// How long an order waits for a supervisor; whoever comes later must not act on what nobody remembers.
    private static let lifetime: Duration = .seconds(600)

    /// The order that an annotation gives, as far as it can be read, to tell people of it.
    init(annotation: String) {
        let unknown = StoredOrder(id: "", action: .resume)
        self = (try? JSONDecoder().decode(StoredOrder.self, from: Data(annotation.utf8))) ?? unknown
    }

    /// What an annotation asks for.
    static func order(annotation: String, now: Date) -> Order {
        do {
            let stored = try JSONDecoder().decode(StoredOrder.self, from: Data(annotation.utf8))
            let age = stored.at.map { Duration.microseconds(MicroTime(now).microseconds - $0.microseconds) } ?? .zero
            if let problem = stored.problem {
                return Order(id: String(stored.id.prefix(longestID)), action: .unintelligible(problem))
            }
            if age <= lifetime { return stored.order }
            return Order(id: stored.id, action: .unintelligible("it was given more than \(lifetime) ago"))
        } catch {
            let actions = Action.allCases.map(\.rawValue).joined(separator: ", ")
            let advice = "expected is {\"id\": …, \"action\": one of \(actions), \"pod\": …}"
            return Order(id: "", action: .unintelligible(advice))
        }
    }

    /// What makes it no order, in words; nil: nothing.
    private var problem: String? {
        if id.count > Self.longestID { return "its id has more than \(Self.longestID) characters" }
        if let pod, !ObjectName.isValid(pod) { return "\"\(pod.prefix(253))\" is no name of a pod" }
        if action == .pause, let seconds, Duration(readSeconds: seconds) == nil {
            return "a pause is 0…1000000000 seconds"
        }
        return nil
    }

    private var order: Order {
        switch (action, pod) {
        case (.switchover, _): Order(id: id, action: .switchover(to: pod, isForced: force ?? false))
        case (.pause, _): Order(id: id, action: .pause(seconds.flatMap(Duration.init(readSeconds:))))
        case (.resume, _): Order(id: id, action: .resume)
        case (.fence, let pod?): Order(id: id, action: .fence(pod))
        case (.unfence, let pod?): Order(id: id, action: .unfence(pod))
        case (.fence, nil), (.unfence, nil): Order(id: id, action: .unintelligible("\(action.rawValue) of which pod?"))
        }
    }
}
