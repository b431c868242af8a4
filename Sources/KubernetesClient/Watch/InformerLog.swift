import Logging

/// What an informer says in the log.
struct InformerLog: Sendable {
    private let logger: Logger
    private let metadata: Logger.Metadata
    /// What is lost without the collection, in words; nil: it cannot be done without.
    let loss: String?

    /// `namespace`: nil: all; `loss`: what is lost without the collection, if it can be done without.
    init(_ logger: Logger, of resource: ResourceType, namespace: String?, loss: String?) {
        self.logger = logger
        self.loss = loss
        metadata = ["resource": "\(resource.plural)", "namespace": "\(namespace ?? "*")"]
    }

    /// The collection cannot be read from now on.
    ///
    /// That the server is away is said by whoever cannot do without it.
    func failed(_ error: KubernetesError) {
        guard let loss else { return logger.error("\(error)", metadata: metadata) }
        guard error.isRefusal || error.isUndecodable else { return }
        logger.warning("\(loss)", metadata: metadata.merging(["cause": "\(error)"]) { $1 })
    }

    /// The collection can be read again.
    func recovered() {
        logger.log(level: loss == nil ? .info : .debug, "API server answers again", metadata: metadata)
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
