/// What the EndpointSlices of a Service without a selector say, as far as decisions depend on it.
package struct PublishedEndpoints: Sendable, Hashable {
    /// Those that are ours to write, one for each address family, in the order in which they are written.
    ///
    /// Never empty; the first decides who is active.
    package var slices: [PublishedSlice]
    /// The members that slices of others publish as ready, each with the name of one such slice.
    package var foreign: [Member.ID: String]

    /// `slices`: at least one.
    package init(slices: [PublishedSlice], foreign: [Member.ID: String] = [:]) {
        self.slices = slices
        self.foreign = foreign
    }
}

/// One EndpointSlice of ours as it is stored, or that there is none.
package struct PublishedSlice: Sendable, Hashable {
    /// Which addresses it holds; it never changes.
    package var family: AddressFamily
    /// `metadata.resourceVersion`; nil: there is no such slice.
    package var version: ObjectVersion?
    /// The epoch of the write that stored it, as its annotation says; nil: it says none.
    package var epoch: Epoch?
    /// Why it was written, if that began a move which no record had announced; nil: it says nothing.
    package var cause: SwitchCause?
    /// The members that traffic is sent to, whose endpoints are ready.
    package var ready: Set<Member.ID>
    /// The names of those that are ready, as far as the slice says them, whether they are known as members or not.
    package var names: [Member.ID: String]
    /// The members that are shown as serving and terminating: what is connected to them may end in peace.
    package var draining: Set<Member.ID>
    /// Whether it sends traffic to an address that is no member's.
    package var hasStrangers: Bool
    /// Whether it is, to the last field of ours, what would be written for exactly these members.
    package var isFaithful: Bool
    /// The members that have an address of the family, so that it can show them.
    package var reachable: Set<Member.ID>

    /// By default a slice that is not there.
    package init(
        family: AddressFamily,
        version: ObjectVersion? = nil,
        epoch: Epoch? = nil,
        cause: SwitchCause? = nil,
        ready: Set<Member.ID> = [],
        names: [Member.ID: String] = [:],
        draining: Set<Member.ID> = [],
        hasStrangers: Bool = false,
        isFaithful: Bool = true,
        reachable: Set<Member.ID> = []
    ) {
        self.family = family
        self.version = version
        self.epoch = epoch
        self.cause = cause
        self.ready = ready
        self.names = names
        self.draining = draining
        self.hasStrangers = hasStrangers
        self.isFaithful = isFaithful
        self.reachable = reachable
    }
}

/// The type of addresses in an EndpointSlice.
package enum AddressFamily: String, Sendable, Hashable, CaseIterable {
    /// Addresses of the Internet Protocol, version 4.
    case ipv4 = "IPv4"
    /// Addresses of the Internet Protocol, version 6.
    case ipv6 = "IPv6"
}

/// One write of an EndpointSlice: it replaces all endpoints of exactly the version that it names, or creates the slice.
package struct EndpointsWrite: Sendable, Hashable {
    /// The slice as it was when the write was decided; its family and version are the write's conditions.
    package var slice: PublishedSlice
    /// The member that is to get all traffic; nil: nobody.
    package var ready: Member.ID?
    /// The members that are to be shown as serving and terminating.
    package var draining: Set<Member.ID>
    /// Written beside the endpoints, to fence off older writes.
    package var epoch: Epoch
    /// Its place among the writes of all groups.
    package var urgency: WriteUrgency
    /// That of the move which it begins; nil: the record announced it.
    package var announcement: Announcement?

    /// A move that is announced by no record but by the slice itself.
    package struct Announcement: Sendable, Hashable {
        /// Why it is made; stands beside the endpoints.
        package var cause: SwitchCause
        /// The record under which it was decided: it is read when the write's turn has come, and another one withholds the write.
        package var ground: StoredRecord.Version

        /// The parameters are the properties.
        package init(_ cause: SwitchCause, under ground: StoredRecord.Version) {
            self.cause = cause
            self.ground = ground
        }
    }

    /// A write that a record announced; the parameters are the properties.
    package init(
        slice: PublishedSlice,
        ready: Member.ID?,
        draining: Set<Member.ID>,
        epoch: Epoch,
        urgency: WriteUrgency
    ) {
        self.slice = slice
        self.ready = ready
        self.draining = draining
        self.epoch = epoch
        self.urgency = urgency
    }
}

/// How a read of an EndpointSlice of ours ended.
package enum EndpointsReadOutcome: Sendable, Hashable {
    /// The slice as it is stored now; without a version if there is none.
    case found(PublishedSlice)
    /// Nothing is known of it; it is read again after a backoff.
    case failed(OperationFailure)
}

/// How a write of an EndpointSlice ended.
package enum EndpointsWriteOutcome: Sendable, Hashable {
    /// The slice as it is stored now.
    case written(PublishedSlice)
    /// Another version is stored, or none.
    case conflict
    /// Nothing was asked of the API server, because other groups' requests go first.
    case notSent
    /// Nothing was written, for the record is not the one under which it was decided, or could not be read.
    case withheld(RecordReadOutcome)
    /// The API server denied it, and nothing was stored: the same write will be denied again until somebody mends something.
    case refused(OperationFailure)
    /// Of unknown outcome, or not now: to be read before anything else.
    case failed(OperationFailure)
}
