import Logging

/// What an informer says in the log: each kind of failure once until it is over, whichever comes first, and of an object that
/// cannot be decoded once for each of its versions.
struct InformerLog: Sendable {
    /// What somebody else has to mend.
    private enum Failure: Hashable {
        /// The API server is not reached, or has trouble of its own.
        case away
        /// It will not have the request: a right is missing.
        case refused
        /// What it answers is not understood.
        case undecodable
    }

    /// What was said.
    private struct Told: Hashable {
        let failure: Failure
        /// Whether as of a loss that can be borne.
        let isLoss: Bool
    }

    /// Objects that are remembered.
    private static let mostObjects = 100

    private let logger: Logger
    private let metadata: Logger.Metadata
    /// What is lost without the collection, in words, for those who can do without it; nil: nobody can.
    let loss: String?
    /// Whether somebody cannot do without the collection although others can; what was said of a loss is said anew then, in other words.
    var isNeeded = false {
        didSet { if oldValue != isNeeded { undecodable = [] } }
    }
    /// What was said since the collection could be read last.
    private var told: Set<Told> = []
    /// The objects, each at a version, that could not be decoded, and of which that was said.
    private var undecodable: Set<String> = []

    /// `namespace`: nil: all; `loss`: what is lost without the collection, if it can be done without.
    init(_ logger: Logger, of resource: ResourceType, namespace: String?, loss: String?) {
        self.logger = logger
        self.loss = loss
        metadata = ["resource": "\(resource.plural)", "namespace": "\(namespace ?? "*")"]
    }

    /// The collection cannot be read.
    ///
    /// That the server is away is said by whoever cannot do without it.
    mutating func failed(_ error: KubernetesError) {
        guard isNews(error) else { return }
        guard let loss, !isNeeded else { return logger.error("\(error)", metadata: metadata) }
        logger.warning("\(loss)", metadata: metadata.merging(["cause": "\(error)"]) { $1 })
    }

    /// Whether this is to be said, and was not.
    private mutating func isNews(_ error: KubernetesError) -> Bool {
        let isLoss = loss != nil && !isNeeded
        if error.isUndecodable {
            if undecodable.count >= Self.mostObjects { undecodable = [] }
            guard undecodable.insert(error.object ?? "\(error)").inserted else { return false }
            told.insert(.init(failure: .undecodable, isLoss: isLoss))
            return true
        }
        let failure: Failure = error.isRefusal ? .refused : .away
        if failure == .away, isLoss { return false }
        return told.insert(.init(failure: failure, isLoss: isLoss)).inserted
    }

    /// The collection can be read again: whoever was told that it cannot is told that.
    mutating func recovered() {
        if told.isEmpty { return }
        let wasLoss = told.contains(where: \.isLoss)
        told = []
        guard wasLoss else { return logger.info("API server answers again", metadata: metadata) }
        logger.warning("it can be read again", metadata: metadata)
    }

    /// The server knows nothing of the version that is here.
    func setBack() {
        logger.notice("the API server was set back, reading everything anew", metadata: metadata)
    }

    /// A watch that was open broke, and is resumed.
    func watchBroke(_ error: KubernetesError) {
        logger.debug("watch broke, resuming", metadata: ["error": "\(error)"])
    }

    /// The server ended a watch with an error.
    func watchEnded(_ status: APIStatus) {
        logger.debug("watch ended by the server", metadata: ["message": "\(status.message ?? "")"])
    }
}
