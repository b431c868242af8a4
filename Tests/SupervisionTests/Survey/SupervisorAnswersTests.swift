import Coordination
import Testing
import Transport

@testable import KubernetesClient
@testable import Supervision

/// How supervisors are asked, and what is told of those that say nothing.
@Suite(.timeLimit(.minutes(5))) struct SupervisorAnswersTests {
    private static func places(_ count: Int) -> [SupervisorPods.Place] {
        (0..<count).map { .init(namespace: "ops", pod: "d\($0)") }
    }

    private static func silence(
        _ pod: String,
        _ cause: KubernetesError.Cause = .status(code: 404, nil, retryAfter: .zero),
        in namespace: String = "ops",
        isGuess: Bool = false
    ) -> Silence {
        let request = RequestDescription(verb: "get", resource: Pod.resource, namespace: namespace, name: pod)
        let place = SupervisorPods.Place(namespace: namespace, pod: pod, isGuess: isGuess)
        return Silence(place: place, cause: .failure(KubernetesError(request, cause)))
    }

    private static func unreached(_ address: String) -> KubernetesError.Cause {
        .status(code: 503, APIStatus(message: "dial \(address)"), retryAfter: .zero)
    }

    /// Those that hang are waited for no longer, and nobody else is asked.
    @Test func anAnswerThatIsEnoughEndsTheRound() async {
        let (asked, never) = (Locked<Set<String>>([]), Latch())
        let answers = await SupervisorAnswers.round(of: Self.places(64)) { answer in
            answer.place.pod == "d5"
        } asking: { place in
            asked.withLock { _ = $0.insert(place.pod) }
            if place.pod != "d5" { await never.wait() }
            return .success([])
        }
        #expect(answers.all.map(\.place.pod).contains("d5") && answers.unasked == 0)
        #expect(asked.withLock { $0 }.isSubset(of: Self.places(16).map(\.pod)))
    }

    @Test(arguments: [(14, 20), (15, 16)]) func afterFifteenSecondsNobodyElseIsAsked(seconds: Int, count: Int) async {
        let (clock, isLate) = (TestClock(), Locked(false))
        let answers = await SupervisorAnswers.round(of: Self.places(20), clock: clock.clock) { _ in
            false
        } asking: { place in
            // Before any of them has answered.
            isLate.withLock { isLate in
                if !isLate { clock.advance(by: .seconds(seconds)) }
                isLate = true
            }
            return .failure(Self.silence(place.pod))
        }
        #expect(answers.all.count == count && answers.unasked == 20 - count)
    }

    @Test func allAreAskedWhereNoAnswerIsEnough() async {
        let answers = await SupervisorAnswers.round(of: Self.places(20)) { _ in
            false
        } asking: { _ in
            .success([])
        }
        #expect(Set(answers.all.map(\.place)) == Set(Self.places(20)) && answers.unasked == 0)
    }

    /// Only the pod's name may differ, and what tells where it is or how long it took.
    @Test func whatManyHaveInCommonIsToldOnce() {
        let reasons = Silence.reasons(
            [Self.silence("a", Self.unreached("10.0.0.1")), Self.silence("d20")]
                + (0..<40).map { Self.silence("e\($0)") }
                + [
                    Self.silence("b", Self.unreached("10.0.0.2")), Self.silence("b", Self.unreached("10.0.0.4")),
                    Self.silence("c", in: "shop"),
                    Self.silence("g", Self.unreached("10.0.0.3"), isGuess: true),
                    Self.silence("t", .transport(TransportError(.timedOut, "10004 ms"))),
                    Self.silence("u", .transport(TransportError(.timedOut, "10010 ms"))),
                    Self.silence("w", .transport(TransportError(.timedOut, "10007 ms"))),
                    Self.silence("v", .transport(TransportError(.refused))),
                    .init(place: .init(namespace: "ops", pod: "n"), cause: .nonsense),
                    .init(place: .init(namespace: "ops", pod: "o"), cause: .nonsense),
                    .init(place: .init(namespace: "ops", pod: "p"), cause: .nonsense),
                    .init(place: .init(namespace: "ops", pod: "r"), cause: .refusal(500, "no")),
                    .init(place: .init(namespace: "ops", pod: "s"), cause: .refusal(500, "no")),
                ]
        )
        #expect(
            reasons == [
                "cannot get pods \"a and 2 more\" in namespace \"ops\": 503 dial 10.0.0.1",
                "the supervisors d20 and 40 more are no pods of namespace ops; those that run by hand can only be asked at "
                    + "their own --listen addresses, and of those that are pods elsewhere --supervisor-namespace says where",
                "the supervisor c is no pod of namespace shop; one that runs by hand can only be asked at its own --listen "
                    + "address, and of one that is a pod elsewhere --supervisor-namespace says where",
                "cannot get pods \"g\" in namespace \"ops\": 503 dial 10.0.0.3; --supervisor-namespace says where supervisors run",
                "cannot get pods \"t and 2 more\" in namespace \"ops\": no answer in time: 10004 ms",
                "cannot get pods \"v\" in namespace \"ops\": connection refused",
                "what n and 2 more answer is not understood", "r answers 500: no", "s answers 500: no",
            ]
        )
        #expect(Silence.reasons([]).isEmpty)
    }
}
