import FailoverCore
import KubernetesClient
import StandbyConfiguration

/// The EndpointSlices of a Service without a selector, as a group of mode EndpointSlice last saw them.
struct Publication: Sendable {
    /// The Service whose slices are followed; nil: none.
    let service: String?
    /// Which Service this is of those that the group has followed: news of another are none.
    let number: Int
    /// Names the subscription; nil: there is none.
    var subscription: Int?
    /// As the informer showed them last; nil: not yet.
    private(set) var shown: InformerSnapshot<ServiceEndpoints>?
    /// As answers to reads and writes showed ours last.
    private var answered: [String: EndpointSlice] = [:]
    /// Who was active when that was looked at last.
    var actives: Set<Member.ID> = []

    /// Nothing is known; `service`: the Service that is to be followed, nil: none; `number`: how many were before.
    init(of service: String? = nil, number: Int = 0) {
        self.service = service
        self.number = number
    }

    /// The informer shows them.
    mutating func observed(_ snapshot: InformerSnapshot<ServiceEndpoints>) {
        shown = snapshot
    }

    /// An answer showed one of ours.
    mutating func found(_ slice: EndpointSlice) {
        if let name = slice.metadata.name { answered[name] = slice }
    }

    /// Whether a version of one of ours is that which an answer to this process showed.
    func isAnswered(_ name: String, at version: ObjectVersion) -> Bool {
        answered[name]?.metadata.resourceVersion == version.rawValue
    }

    /// One of ours at a version; nil: it was not seen.
    func slice(_ name: String, at version: ObjectVersion) -> EndpointSlice? {
        let seen = [answered[name], shown?.objects.lazy.compactMap(\.slice).first { $0.metadata.name == name }]
        return seen.lazy.compactMap(\.self).first { $0.metadata.resourceVersion == version.rawValue }
    }
}

/// How a read of an EndpointSlice ended.
enum SliceReadOutcome: Sendable {
    /// As it is stored now; nil: there is none.
    case found(EndpointSlice?)
    /// Nothing is known of it.
    case failed(OperationFailure)
}

/// How a write of an EndpointSlice ended.
enum SliceWriteOutcome: Sendable {
    /// As it is stored now.
    case written(EndpointSlice)
    /// It was not written, for this reason, or because it is right as it is.
    case unwritten(EndpointsWriteOutcome)

    /// What became of a write that the API server did not accept.
    init(_ error: KubernetesError) {
        // It was deleted, created or replaced meanwhile; what a creation finds absent is the namespace.
        if error.isAbsence || error.isConflict || error.isOfAnotherObject {
            self = .unwritten(.conflict)
        } else {
            let failure = OperationFailure(error)
            self = .unwritten(error.isRefusalOfWrite ? .refused(failure) : .failed(failure))
        }
    }
}

extension Lease {
    /// The same, saying of which mode its group is; that of labels says nothing.
    func of(_ mode: GroupConfiguration.Mode) -> Lease {
        var lease = self
        lease.metadata.annotations?[RecordMapping.Annotation.mode] = mode == .label ? nil : mode.rawValue
        return lease
    }
}
