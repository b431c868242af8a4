/// What keeps a switch from being written for now.
package struct SwitchObstacle: Sendable, Hashable {
    /// The member because of which.
    package var member: Member
    /// What cannot be written of it.
    package var carrier: RoleCarrier
    /// Why.
    package var failure: OperationFailure

    /// All of it.
    package init(_ member: Member, _ carrier: RoleCarrier, _ failure: OperationFailure) {
        self.member = member
        self.carrier = carrier
        self.failure = failure
    }
}

extension SwitchObstacle: CustomStringConvertible {
    package var description: String {
        switch carrier {
        case .labels: "pod \(member.name) cannot be written: \(failure)"
        case .endpointSlices: "the endpoints of \(member.name) cannot be changed: \(failure)"
        }
    }
}
