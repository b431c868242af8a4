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
        guard isGatePassive else { return }
        let place: [NodePath.Step] = ["failover", "promotionGate", "method"]
        if !reader["passiveProbe"].isPresent {
            report(.gateWithoutPassiveProbe, at: place)
        } else if hasEqualProbes {
            report(.gateWithEqualProbes, at: place, comparedWith: ["passiveProbe"])
        }
    }

    /// Whether promotions wait for the `passiveProbe` of the pod that was active.
    var isGatePassive: Bool {
        let fields = reader["failover"]["promotionGate"]
        return !isOfSlices && fields["method"].string == PromotionGate.Method.passive.rawValue
    }
}
