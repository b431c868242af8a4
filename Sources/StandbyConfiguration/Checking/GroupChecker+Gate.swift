import FailoverCore

/// What a promotion gate needs beside itself.
extension GroupChecker {
    /// Checks the gate of a group of mode Label; the other mode has no use for one.
    func checkPromotionGate(_ failover: FailoverConfiguration) {
        let fields = reader["failover"]["promotionGate"]
        guard fields.isMapping, !isOfSlices else { return }
        // One part may be from `defaults`, so that what is missing shows here.
        for name in PromotionGate.fields.schema.requiredNames where !fields[name].isPresent {
            report(.missingKey(name), at: ["failover", "promotionGate"])
        }
        if failover.order == .promoteFirst { report(.gateBeforeFirstPromotion, at: ["failover", "promotionGate"]) }
        let isPassive = fields["method"].string == PromotionGate.Method.passive.rawValue
        if isPassive, !reader["passiveProbe"].isPresent {
            report(.gateWithoutPassiveProbe, at: ["failover", "promotionGate", "method"])
        }
    }
}
