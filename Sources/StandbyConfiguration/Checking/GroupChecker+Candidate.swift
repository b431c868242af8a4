import YAMLDocument

/// Finds what does not go together in what candidates are asked.
extension GroupChecker {
    /// Checks `candidate`.
    func checkCandidate() {
        let fields = reader["candidate"]["score"]
        guard fields.isMapping else { return }
        let step: [NodePath.Step] = ["candidate", "score"]
        let allowed = ScoreConfiguration.fields.schema.choice
        let given = allowed.filter { fields[$0].isPresent }
        if given.count != 1 { report(.handlerCount(given, allowed: allowed), at: step) }
        checkHandlers(fields, at: step)
        let request = HTTPProbe.fields.readable(fields["httpGet"])
        if request.method == .head { report(.scoreOfHead, at: step + ["httpGet", "method"]) }
        let score = ScoreConfiguration.fields.readable(fields)
        if let above = score.refuseAbove, let below = score.refuseBelow, above < below {
            report(
                .refusesEveryScore(above: above, below: below),
                at: step + ["refuseAbove"],
                comparedWith: step + ["refuseBelow"]
            )
        }
    }
}
