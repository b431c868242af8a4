/// What has to be known of whoever was active before another member is promoted: that it acts so no more.
///
/// A label says who is to be active. The process behind it learns of that late, or never.
package struct PromotionGate: Sendable, Hashable {
    /// What proves it.
    package enum Method: String, Sendable, Hashable, CaseIterable {
        /// One success of its passive probe that began after its demotion: it has stepped down.
        case passive = "Passive"
        /// Its pod is deleted, and its containers were seen terminated.
        case deletePod = "DeletePod"
    }

    /// What becomes of the promotion when there is no proof in time.
    package enum OnTimeout: String, Sendable, Hashable, CaseIterable {
        /// Nobody is active until there is one, or an operator insists.
        case hold = "Hold"
        /// It is made all the same.
        case promote = "Promote"
    }

    /// What proves it.
    package var method: Method
    /// How long a proof is waited for, from the demotion on; 1...3600 s.
    package var wait: Duration
    /// What becomes of the promotion then.
    package var onTimeout: OnTimeout

    /// The defaults are those of the file.
    package init(_ method: Method, wait: Duration = .seconds(30), onTimeout: OnTimeout = .hold) {
        self.method = method
        self.wait = wait
        self.onTimeout = onTimeout
    }
}
