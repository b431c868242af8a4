import FailoverCore
import KubernetesClient
import StandbyConfiguration

/// How a group of mode EndpointSlice follows its Service's slices, and writes them.
extension GroupSupervisor {
    /// What is heard of the slices.
    enum SliceNews: Sendable {
        /// They are these now; `of`: the number of the publication.
        case shown(InformerSnapshot<ServiceEndpoints>, of: Int)
        /// A slice was read, or cannot be.
        case read(OperationID, AddressFamily, SliceReadOutcome)
        /// A slice was written, or cannot be.
        case written(OperationID, AddressFamily, SliceWriteOutcome)
        /// A pod's decoration was written, or cannot be.
        case decorated(Member.ID, RoleWriteOutcome)
        /// Labels that could not be written may be tried again.
        case decorationDue

        /// Under which it waits to be read.
        var key: GroupInput.Key {
            switch self {
            case .shown: .slices
            case .read(let id, _, _), .written(let id, _, _): .operation(id)
            case .decorated(let member, _): .decoration(member)
            case .decorationDue: .decorationDue
            }
        }
    }

    /// Whether EndpointSlices of ours say who is active.
    var ownsEndpoints: Bool { configuration.mode == .endpointSlice }

    // MARK: Following

    /// Follows the slices of the Service that the configuration names, whoever leads the group: they say who is active.
    func followSlices() async {
        let wanted = ownsEndpoints ? configuration.service : nil
        guard wanted != publication.service else { return }
        if wanted == nil { await leaveSlices() }
        let (number, previous) = (publication.number + 1, publication.subscription)
        publication = Publication(of: wanted, number: number)
        machine.endpointsForgotten()
        guard let wanted else { return }
        publication.subscription = await surroundings.endpoints.subscribe(
            to: .labels([ServiceEndpoints.serviceLabel: wanted]),
            where: nil,
            replacing: previous,
            isEssential: true
        ) { [self] event in
            switch event {
            case .snapshot(let snapshot): post(.slices(.shown(snapshot, of: number)))
            case .failing(let error): post(.failing(.slices, "\(error)"))
            case .recovered: post(.recovered(.slices))
            }
        }
    }

    /// Follows them no more.
    func leaveSlices() async {
        if let subscription = publication.subscription { await surroundings.endpoints.unsubscribe(subscription) }
        publication.subscription = nil
        unreadable.recovered(.slices)
    }

    /// Takes in news of them.
    func slicesChanged(_ news: SliceNews) {
        switch news {
        case .shown(let snapshot, publication.number):
            retryRefused()
            publication.observed(snapshot)
            publish(isRelist: snapshot.isRelist)
        // They were on their way when the group went over to another Service.
        case .shown: break
        case .read(let id, let family, let outcome): sliceRead(id, family, outcome)
        case .written(let id, let family, let outcome): sliceWritten(id, family, outcome)
        case .decorated(let member, let outcome): decorated(member, outcome)
        case .decorationDue: decoration.isDue()
        }
    }

    /// How slices are read and written by what is known of Service and pods; nil: the Service is not known, or has a selector.
    private var slices: SliceMapping? { slices(seenPods?.objects ?? []) }

    private func slices(_ pods: [Pod]) -> SliceMapping? {
        guard ownsEndpoints, case .usable = service, let seenService else { return nil }
        return SliceMapping(mapping, namespace: namespace, service: seenService, pods: pods)
    }

    /// Tells the machine what the slices say, by the pods and the Service as they are known.
    func publish(isRelist: Bool = false) {
        guard seenPods != nil, let shown = publication.shown, let slices else { return }
        let published = slices.published(shown.objects)
        let (version, now) = (ObjectVersion(shown.resourceVersion), surroundings.clock.now())
        step { $0.endpointsObserved(published, version: version, isRelist: isRelist, at: now) }
        complainOfRivals()
    }

    /// Tells once of each slice of others that sends traffic to another member than the active one.
    private func complainOfRivals() {
        guard machine.actives.count == 1, let active = machine.actives.first else { return }
        complain(
            of: .slices,
            machine.view.rivals(of: active).map { member, slice in
                "EndpointSlice \(slice) is not ours, and sends traffic to pod \(member.name) beside the active pod \(active.name): "
                    + "kubectl delete endpointslice \(slice) -n \(namespace)"
            }
        )
    }

    // MARK: Writing

    /// Writes a slice for the machine.
    func writeSlice(_ write: EndpointsWrite, for id: OperationID) {
        let family = write.slice.family
        guard let slices, let wanted = slices.slice(for: write) else {
            let failure = OperationFailure("the pod or the Service is not known yet")
            return post(.slices(.written(id, family, .unwritten(.failed(failure)))))
        }
        let base = write.slice.version.map { publication.slice(slices.name(family), at: $0) }
        // What others wrote on it is not known: it is read first.
        if case .some(nil) = base { return post(.slices(.written(id, family, .unwritten(.conflict)))) }
        if let base = base ?? nil, base.addressType != family.rawValue {
            let words =
                "its addressType is \(base.addressType), which nobody can change: kubectl delete endpointslice "
                + "\(slices.name(family)) -n \(namespace)"
            return post(.slices(.written(id, family, .unwritten(.refused(OperationFailure(words, isLasting: true))))))
        }
        let doubted = doubted(by: write, slices.name(family))
        self.write(write.urgency, of: .slice(slices.name(family))) { [self] api in
            guard let doubted, let base = base ?? nil, let fresh = await api.readPod(doubted) else { return nil }
            return await right(base, by: fresh, write).map { .slices(.written(id, family, .unwritten(.written($0)))) }
        } inTurn: { [self] api, turn in
            let outcome = await api.writeSlice(
                wanted,
                over: base ?? nil,
                under: write.announcement?.ground,
                urgency: write.urgency,
                in: turn
            ) {
                await self.turnCame(id)
            }
            return .slices(.written(id, family, outcome))
        }
    }

    /// The pod that a slice of somebody else's hand shows as this supervisor means to, but otherwise: it may be newer than what the
    /// informer shows of it; nil: that is no question.
    private func doubted(by write: EndpointsWrite, _ name: String) -> String? {
        guard let ready = write.ready, write.slice.ready == [ready], !write.slice.hasStrangers,
            let version = write.slice.version, !publication.isAnswered(name, at: version)
        else { return nil }
        return machine.view[ready]?.name
    }

    /// A slice as it is read by a pod as that is now, if nothing of it has to be written; the informer catches up.
    private func right(_ slice: EndpointSlice, by fresh: Pod, _ write: EndpointsWrite) -> PublishedSlice? {
        let others = (seenPods?.objects ?? []).filter { $0.metadata.uid != fresh.metadata.uid }
        guard let read = slices(others + [fresh])?.published(slice), read.isFaithful, read.epoch == write.epoch,
            read.draining.isSubset(of: write.draining)
        else { return nil }
        return read
    }

    /// Reads a slice for the machine.
    func readSlice(_ family: AddressFamily, for id: OperationID) {
        run { [name = family.sliceName(of: configuration.service)] in
            .slices(.read(id, family, await $0.readSlice(name)))
        }
    }

    private func sliceWritten(_ id: OperationID, _ family: AddressFamily, _ outcome: SliceWriteOutcome) {
        let told: EndpointsWriteOutcome
        switch outcome {
        case .written(let slice):
            publication.found(slice)
            told = slices?.published(slice).map { .written($0) } ?? .conflict
        case .unwritten(let outcome): told = outcome
        }
        let now = surroundings.clock.now()
        step { $0.endpointsWritten(id, told, at: now) }
    }

    private func sliceRead(_ id: OperationID, _ family: AddressFamily, _ outcome: SliceReadOutcome) {
        let now = surroundings.clock.now()
        let told: EndpointsReadOutcome
        switch outcome {
        case .found(let slice?):
            publication.found(slice)
            let failure = OperationFailure("the Service cannot be used")
            told = slices?.published(slice).map { .found($0) } ?? .failed(failure)
        case .found(nil): told = .found(absent(family))
        case .failed(let failure): told = .failed(failure)
        }
        step { $0.endpointsRead(id, told, at: now) }
    }

    private func absent(_ family: AddressFamily) -> PublishedSlice {
        let wanted = slices?.published([]).slices.first { $0.family == family }
        return wanted ?? PublishedSlice(family: family)
    }

    // MARK: Roles

    /// Who is active may be another: members are probed as their roles say, and labels follow.
    func followRoles() async {
        guard ownsEndpoints else { return }
        let actives = Set(machine.actives.map(\.id))
        if actives != publication.actives, let pods = seenPods?.objects {
            publication.actives = actives
            await setTargets(pods)
        }
        decorate()
        if areAllDecorated { await labelsComplete() }
    }
}
