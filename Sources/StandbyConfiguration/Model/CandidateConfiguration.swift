package import FailoverCore

/// What candidates are asked when one is to be chosen.
package struct CandidateConfiguration: Sendable, Hashable {
    /// The number by which candidates are told apart that are otherwise equal; nil: there is none.
    package var score: ScoreConfiguration?
}

/// How a candidate is asked for a number, and what that decides.
///
/// Never a health input: what becomes of it says nothing of the member but where it stands among candidates.
package struct ScoreConfiguration: Sendable, Hashable {
    /// An HTTP request, or a command; as in a probe.
    package var handler: ProbeConfiguration.Handler
    /// A JSON pointer (RFC 6901) to the number in what is answered; nil: the answer is the number.
    package var value: String?
    /// Which of two numbers is the better.
    package var prefer: ScorePolicy.Preference = .lowest
    /// Who has more is no candidate; nil: no bound.
    package var refuseAbove: Double?
    /// Who has less is no candidate; nil: no bound.
    package var refuseBelow: Double?
    /// Whether who gives no number is no candidate.
    package var isRequired = false
    /// How long a decision waits for answers at most; 0.05...10 s.
    package var timeout: Duration = .seconds(1)

    /// The field that holds the handler.
    package var handlerName: String? { Self.fields.choice(of: self) }
}

extension CandidateConfiguration {
    /// The fields of `candidate`.
    static let fields = FieldTable("candidate", CandidateConfiguration(), isMerged: true) {
        Field.optional("score", \.score, .object(ScoreConfiguration.fields))
            .says(
                "A number that candidates are asked for when a move is due; it ranks those that are otherwise equal; default: none"
            )
    }
}

extension ScoreConfiguration {
    /// What is filled in before it is used.
    private static let blank = ScoreConfiguration(handler: .exec(ExecProbe(command: [])))

    /// The fields of `score`; exactly one is a handler.
    static let fields = FieldTable("score", blank, isMerged: true) {
        Field.alternative("httpGet", \.handler, .object(HTTPProbe.fields), as: ProbeConfiguration.Handler.httpGet) {
            if case .httpGet(let probe) = $0 { probe } else { nil }
        }
        .says("Asks by an HTTP request; the number is in the body")
        Field.alternative("exec", \.handler, .object(ExecProbe.fields), as: ProbeConfiguration.Handler.exec) {
            if case .exec(let probe) = $0 { probe } else { nil }
        }
        .says("Asks by a command; the number is in what it prints")
        Field.optional("value", \.value, .string(.jsonPointer))
            .says(
                "Where the number is in a JSON answer, as a JSON pointer like /lag/bytes; default: the answer is the number"
            )
        Field.defaulted("prefer", \.prefer, .choice).says("Which of two numbers is the better")
        Field.optional("refuseAbove", \.refuseAbove, .number).says("Who has more is no candidate; default: no bound")
        Field.optional("refuseBelow", \.refuseBelow, .number).says("Who has less is no candidate; default: no bound")
        Field.defaulted("required", \.isRequired, .bool)
            .says("Whether who gives no number is no candidate, instead of the last choice")
        Field.defaulted("timeoutSeconds", \.timeout, .seconds(0.05...10))
            .says("How long a decision waits for the numbers at most")
    }
}
