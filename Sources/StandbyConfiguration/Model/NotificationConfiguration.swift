/// Who is told of what becomes of the groups, and of what.
package struct NotificationConfiguration: Sendable, Hashable {
    /// What a template may hold.
    package static let placeholders = ["group", "namespace", "reason", "message", "from", "to", "time", "count"]

    /// Where to.
    package var post: PostConfiguration
    /// What is told; not empty.
    package var reasons: [NotificationReason]
    /// The body, with placeholders; nil: a JSON object of all of them.
    package var template: String?
    /// How long one request may take, 0.05...300 s.
    package var timeout: Duration = .seconds(5)
}

extension NotificationConfiguration {
    /// The fields of an entry of `notifications`.
    static let fields = FieldTable("notification", NotificationConfiguration(post: .blank, reasons: [])) {
        Field.required("httpPost", \.post, .object(PostConfiguration.fields)).says("The request that tells it")
        Field.required("on", \.reasons, .list(.choice, isEmptyAllowed: false))
            .says(
                "Of what it tells: reasons of Events; Failover: FailingOver and FailedOver; NoActive: NoHealthyCandidate, "
                    + "ScoresRefused, PromotionHeld and PromotionWaitsForHook"
            )
        Field.optional("template", \.template, .string(.template))
            .says(
                "The body, in which $(group), $(namespace), $(reason), $(message), $(from), $(to), $(time) and $(count) are"
                    + " replaced; default: a JSON object of these"
            )
        Field.defaulted("timeoutSeconds", \.timeout, .seconds(0.05...300)).says("How long one request may take")
    }
}
