@testable import FailoverCore

/// One step of a schedule; processes, requests and answers by their position.
enum ModelAction: Hashable {
    /// A request is executed, and answered at once.
    case exchange(Int, Int)
    /// A request is executed; its answer is late.
    case execute(Int, Int)
    /// A late answer arrives.
    case deliver(Int, Int)
    /// A request is executed, and its answer is lost.
    case loseAnswer(Int, Int)
    /// A request seems to be lost, and may still land.
    case loseRequest(Int, Int)
    /// A hook fails, as often as it is tried.
    case failHook(Int, Int)
    /// A request that seemed to be lost, or whose sender died, lands.
    case land(Int)
    /// The informers of a process catch up.
    case observe(Int)
    /// The informer of a process that follows the slices catches up.
    case observeSlices(Int)
    case crash(Int)
    case changeVerdict(Int, String)
    case recreate(String)
    case terminate(String)
    case deny(String)
    case admit(String)
    /// A pod is a member no more, or again.
    case select(String, Bool)
    case pause
    /// A switchover; nil: to the best.
    case request(String?)
    case deleteLease
    case deleteSlices
    /// Somebody writes another pod into the slices.
    case publishByHand(String)
    /// The process in a pod learns of its role.
    case learn(String)
    /// The containers of a pod that terminates stop.
    case stop(String)
    /// A pod that has stopped is gone, and another has its name.
    case replace(String)
    /// A process probes every pod anew.
    case probe(Int)
    /// A standby agrees with a process that asks, or does not.
    case opine(Int, Health)

    /// The process that goes on by it; nil if something happens to the cluster, or to a process.
    var process: Int? {
        switch self {
        case .exchange(let index, _), .execute(let index, _), .deliver(let index, _), .observe(let index): index
        case .observeSlices(let index), .probe(let index): index
        case .loseAnswer(let index, _), .loseRequest(let index, _), .failHook(let index, _), .opine(let index, _): index
        case .land, .crash, .changeVerdict, .recreate, .terminate, .deny, .admit, .select, .pause, .request,
            .deleteLease, .deleteSlices, .publishByHand, .learn, .stop, .replace:
            nil
        }
    }
}
