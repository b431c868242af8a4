import FailoverCore
import KubernetesClient
import Transport

/// What supervisors answer to one question that is put to each of them.
struct SupervisorAnswers: Sendable {
    /// What one of them answers.
    typealias Answer = (place: SupervisorPods.Place, said: Result<[GroupStatus], Silence>)

    /// In the order in which they came.
    private(set) var all: [Answer] = []
    /// Who was not asked, because the answers of those before took too long.
    private(set) var unasked = 0

    /// Supervisors that are asked at once.
    private static let width = 16
    /// How long after the first question the last one may begin: longer than the deadline of one, `PodRequest.timeout`, so that others
    /// are asked where as many hang as are asked at once; no round takes longer than 25 s.
    static let patience: Duration = .seconds(15)

    /// Asks them in this order, a few at once, until an answer is enough: whoever was asked and has not answered then is waited for no
    /// longer.
    static func round(
        of places: [SupervisorPods.Place],
        clock: SupervisionClock = .system,
        isEnough: (Answer) -> Bool,
        asking ask: @escaping @Sendable (SupervisorPods.Place) async -> Result<[GroupStatus], Silence>
    ) async -> SupervisorAnswers {
        let end = clock.now() + patience
        return await withTaskGroup(of: Answer.self) { group in
            var answers = SupervisorAnswers()
            var waiting = places.dropFirst(width)
            for place in places.prefix(width) { group.addTask { (place, await ask(place)) } }
            for await answer in group {
                answers.all.append(answer)
                if isEnough(answer) {
                    group.cancelAll()
                    return answers
                }
                if clock.now() >= end {
                    answers.unasked += waiting.count
                    waiting = []
                }
                if let place = waiting.popFirst() { group.addTask { (place, await ask(place)) } }
            }
            return answers
        }
    }
}

/// Why a supervisor says nothing.
struct Silence: Error, Sendable {
    /// What came instead of what was asked for.
    enum Cause: Sendable {
        /// Nothing of the supervisor's.
        case failure(KubernetesError)
        /// A refusal: its status, and how it begins.
        case refusal(Int, String)
        /// Something that no supervisor of this version says.
        case nonsense
    }

    /// Whose it is.
    var place: SupervisorPods.Place
    /// Why.
    var cause: Cause

    /// So many that are silent for the same reason are told of in one line.
    private static let crowd = 3

    /// The reasons in words, in their order; many that differ in nothing but the pod's name, its address or a time are one.
    static func reasons(_ silences: [Silence]) -> [String] {
        var (order, alike): ([String], [String: [Silence]]) = ([], [:])
        for silence in silences {
            let words = silence.named("").withoutDetail.words(isOne: true)
            if alike[words] == nil { order.append(words) }
            alike[words, default: []].append(silence)
        }
        return order.compactMap { alike[$0] }.flatMap { silences in
            if silences.count < crowd { return silences.map { $0.words(isOne: true) } }
            let name = "\(silences[0].place.pod) and \(silences.count - 1) more"
            return [silences[0].named(name).words(isOne: false)]
        }
    }

    private func named(_ name: String) -> Silence {
        var renamed = self
        renamed.place.pod = name
        if case .failure(var error) = cause {
            error.request.name = name
            renamed.cause = .failure(error)
        }
        return renamed
    }

    /// Without what is another one's for each pod: who did not come through to it tells its address, or how long it took.
    private var withoutDetail: Silence {
        guard case .failure(var error) = cause else { return self }
        switch error.cause {
        case .transport(let failure): error.cause = .transport(TransportError(failure.kind))
        case .status(let code, _, let pause) where code >= 500:
            error.cause = .status(code: code, nil, retryAfter: pause)
        case .status, .undecodable, .credentials: break
        }
        return Silence(place: place, cause: .failure(error))
    }

    private func words(isOne: Bool) -> String {
        switch cause {
        case .failure(let error): place.silence(error, isOne: isOne)
        case .refusal(let code, let words): "\(place.pod) \(isOne ? "answers" : "answer") \(code): \(words)"
        case .nonsense: "what \(place.pod) \(isOne ? "answers" : "answer") is not understood"
        }
    }
}
