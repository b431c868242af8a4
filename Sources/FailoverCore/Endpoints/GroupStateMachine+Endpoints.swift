/// What comes in about EndpointSlices.
extension GroupStateMachine {
    /// The Service's endpoints show the demoted members no more, or it was waited for that long enough.
    package mutating func endpointsSettled(_ id: OperationID, at now: MonotonicTime) -> [Effect] {
        guard case .switching(var progress) = phase, progress.settled(id) else { return [] }
        return answered(advance(progress, at: now))
    }

    // MARK: Slices of ours

    /// The group has another Service from now on: nothing is decided before its slices were seen.
    package mutating func endpointsForgotten() {
        known.forgetEndpoints()
        outstanding.endpoints = nil
        if isSwitching { outstanding.settle() }
    }

    /// The informer shows the Service's slices as of `version`.
    ///
    /// `isRelist`: whether the source started anew, so that an older version may mean a server that was set back.
    package mutating func endpointsObserved(
        _ shown: PublishedEndpoints,
        version: ObjectVersion,
        isRelist: Bool = false,
        at now: MonotonicTime
    ) -> [Effect] {
        if isRelist, let endpoints = view.endpoints, version < endpoints.version {
            return answered(outstanding.checkEndpoints(endpoints.slices))
        }
        let wasServed = view.isServed
        known.published(shown, version: version)
        let effects = membersChanged(at: now)
        return answered(wasServed && !view.isServed ? effects + retryAll() : effects)
    }

    /// A slice was written, or was not.
    package mutating func endpointsWritten(
        _ id: OperationID,
        _ outcome: EndpointsWriteOutcome,
        at now: MonotonicTime
    ) -> [Effect] {
        guard outstanding.isAwaited(id) else { return [] }
        switch outcome {
        case .written(let stored): _ = known.found(stored)
        case .withheld(.found(let record)): return answered([.report(.steppedBack)] + recordKnown(record, at: now))
        case .withheld(.absent):
            known.dropObserved()
            return answered([.report(.steppedBack)] + recordKnown(nil, at: now))
        case .withheld(.failed), .conflict, .notSent, .refused, .failed: break
        }
        let effects = outstanding.changeEndpoints(awaiting: id) { $0.written(outcome, ids: &$1, effects: &$2) }
        return answered(effects + membersChanged(at: now))
    }

    /// A slice was read.
    package mutating func endpointsRead(
        _ id: OperationID,
        _ outcome: EndpointsReadOutcome,
        at now: MonotonicTime
    ) -> [Effect] {
        guard outstanding.isAwaited(id) else { return [] }
        if outstanding.isEndpointsCheck(id) { return answered(endpointsChecked(id, outcome, at: now)) }
        var outcome = outcome
        if case .found(let slice) = outcome { outcome = .found(known.found(slice)) }
        let effects = outstanding.changeEndpoints(awaiting: id) { $0.read(outcome, ids: &$1, effects: &$2) }
        return answered(effects + membersChanged(at: now))
    }

    private mutating func endpointsChecked(
        _ id: OperationID,
        _ outcome: EndpointsReadOutcome,
        at now: MonotonicTime
    ) -> [Effect] {
        switch outcome {
        case .found(let slice):
            known.confirmed(slice)
            return outstanding.endpointsChecked(id, nil) + membersChanged(at: now)
        case .failed(let failure): return outstanding.endpointsChecked(id, failure)
        }
    }
}
