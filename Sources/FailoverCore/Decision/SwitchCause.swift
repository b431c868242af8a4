/// Why a switch is made.
package enum SwitchCause: String, Sendable, Hashable {
    /// Nobody is active, and a member can be.
    case noActive = "NoActive"
    /// The active member was deleted, failed or completed.
    case activeGone = "ActiveGone"
    /// The active member is being deleted.
    case activeTerminating = "ActiveTerminating"
    /// The active member has no IP, so the Service has no endpoint.
    case activeWithoutAddress = "ActiveWithoutAddress"
    /// The active member's probes failed as often as the threshold says.
    case activeUnhealthy = "ActiveUnhealthy"
    /// Several members are active.
    case multipleActive = "MultipleActive"
    /// An earlier switch was announced and not finished.
    case unfinishedSwitch = "UnfinishedSwitch"
    /// The member on record lost its label.
    case labelLost = "LabelLost"
}

extension SwitchCause: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noActive: "nobody is active"
        case .activeGone: "the active pod is gone"
        case .activeTerminating: "the active pod is terminating"
        case .activeWithoutAddress: "the active pod has no IP"
        case .activeUnhealthy: "the active pod is unhealthy"
        case .multipleActive: "several pods are active"
        case .unfinishedSwitch: "an earlier switch was not finished"
        case .labelLost: "the active pod lost its label"
        }
    }
}
