import NIOCore
import NIOPosix

/// The applications of the sandbox's pods: HTTP servers on loopback addresses, one for each pod, that can be broken.
package actor ToyApplications {
    /// How an application behaves.
    package enum Behaviour: Sendable, Hashable {
        /// Answers every request with 200.
        case healthy
        /// Answers every request with this status.
        case status(Int)
        /// Accepts connections and never answers.
        case hanging
        /// Nothing listens.
        case refusing
        /// Sends everybody to `/login`, which answers with this status.
        case redirecting(Int)
        /// Answers 200 after this long.
        case slow(Duration)
        /// Answers 200 with this body.
        case body(String)
    }

    /// One application.
    private struct Application {
        var name: String
        var namespace: String
        var address: String
        var port: Int
        var behaviour: SharedBehaviour
        var listener: (any Channel)?
    }

    private var applications: [String: Application] = [:]
    private let addresses: AddressRange

    /// `addresses`: where the applications listen, each at an address of its own.
    package init(addresses: AddressRange = .loopback) {
        self.addresses = addresses
    }

    // MARK: Behaviours

    /// The pods that have an application.
    package var pods: [(namespace: String, name: String, address: String)] {
        applications.values.map { ($0.namespace, $0.name, $0.address) }.sorted { $0 < $1 }
    }

    /// Changes the behaviour of the application of a pod.
    package func set(_ behaviour: Behaviour, pod: String, namespace: String) async {
        for uid in applications.filter({ $0.value.name == pod && $0.value.namespace == namespace }).keys {
            applications[uid]?.behaviour.set(behaviour)
            if behaviour == .refusing { await close(uid) } else { await open(uid) }
        }
    }

    /// Leaves some clients of a pod's application without an answer, whatever its behaviour, as if they alone were cut off from it.
    ///
    /// `line`: a line of their requests' heads, such as `X-From: a`; nil: everybody is answered.
    package func shun(_ line: String?, pod: String, namespace: String) {
        for application in applications.values where application.name == pod && application.namespace == namespace {
            application.behaviour.shun(line)
        }
    }

    /// The requests that a pod's application gets from now on; ends at once if there is no such pod.
    package func requests(pod: String, namespace: String) -> AsyncStream<Void> {
        let application = applications.values.first { $0.name == pod && $0.namespace == namespace }
        return application?.behaviour.requests() ?? AsyncStream { $0.finish() }
    }

    /// The address of a pod's application.
    package func address(pod: String, namespace: String) -> String? {
        applications.values.first { $0.name == pod && $0.namespace == namespace }?.address
    }

    /// What a command in a pod can see of its application.
    struct State: Sendable {
        /// IPv4; also the `status.podIP` of the pod.
        var address: String
        /// `healthy`, or what is wrong.
        var health: String
        /// Whether the API server cannot reach its kubelet.
        var isCutOff: Bool
    }

    /// The state of an application; nil if it does not run.
    func state(uid: String) -> State? {
        applications[uid].map { application in
            let (behaviour, isCutOff) = application.behaviour.current
            return State(address: application.address, health: "\(behaviour)", isCutOff: isCutOff)
        }
    }

    // MARK: For the kubelet

    /// Starts an application.
    ///
    /// - Returns: its address; nil if no address of ours is free.
    package func start(name: String, namespace: String, uid: String, port: Int) async -> String? {
        for _ in 0..<32 {
            let address = addresses.next()
            let behaviour = SharedBehaviour(.healthy)
            guard let listener = try? await Self.listen(address, port, behaviour) else { continue }
            applications[uid] = Application(
                name: name,
                namespace: namespace,
                address: address,
                port: port,
                behaviour: behaviour,
                listener: listener
            )
            return address
        }
        return nil
    }

    /// Ends the application of the pod with this uid and closes its connections; nothing happens if there is none.
    package func stop(uid: String) async {
        await close(uid)
        applications[uid] = nil
    }

    /// Ends the applications of all pods.
    package func stopAll() async {
        for uid in applications.keys { await stop(uid: uid) }
    }

    /// Between the API server and the application's kubelet nothing passes, or it does again.
    func cutOff(uid: String, _ isCutOff: Bool) {
        applications[uid]?.behaviour.cutOff(isCutOff)
    }

    /// The application's machine has stopped: connections are accepted by nobody and answered by nobody.
    func freeze(uid: String) {
        applications[uid]?.behaviour.freeze(true)
    }

    /// The application runs again, and is healthy.
    func thaw(uid: String) async {
        applications[uid]?.behaviour.freeze(false)
        applications[uid]?.behaviour.set(.healthy)
        await open(uid)
    }

    private func close(_ uid: String) async {
        let listener = applications[uid]?.listener
        applications[uid]?.listener = nil
        applications[uid]?.behaviour.closeConnections()
        try? await listener?.close()
    }

    private func open(_ uid: String) async {
        guard let application = applications[uid], application.listener == nil else { return }
        let listener = try? await Self.listen(application.address, application.port, application.behaviour)
        applications[uid]?.listener = listener
    }

    private static func listen(
        _ address: String,
        _ port: Int,
        _ behaviour: SharedBehaviour
    ) async throws -> any Channel {
        try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 128)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    behaviour.opened(channel)
                    try channel.pipeline.syncOperations.addHandler(ToyHTTPHandler(behaviour: behaviour))
                }
            }
            .bind(host: address, port: port).get()
    }
}
