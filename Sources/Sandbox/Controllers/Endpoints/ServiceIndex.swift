/// Which Services select which pods, kept up from the changes of both.
struct ServiceIndex {
    private var pods = LabelIndex()
    private var services = SelectorIndex()

    /// Begins with what a store holds; later changes have to be followed from before.
    init(of store: ObjectStore) async {
        for pod in await store.list(.pods, namespace: nil) {
            pods.set(pod["metadata"]["labels"].strings, of: ObjectKey(pod: pod))
        }
        for service in await store.list(.services, namespace: nil) {
            services.set(service["spec"]["selector"].strings, of: Self.key(of: service))
        }
    }

    /// Takes a change of a pod or of a Service; any other is passed over.
    ///
    /// - Returns: the Services that it concerns, the Service itself among them.
    mutating func take(_ change: StoreChange) -> Set<ObjectKey> {
        let isGone = change.action == .deleted
        switch change.key.kind {
        case .services:
            services.set(isGone ? nil : change.object["spec"]["selector"].strings, of: change.key)
            return [change.key]
        case .pods:
            let labels = change.object["metadata"]["labels"].strings
            pods.set(isGone ? nil : labels, of: change.key)
            var concerned = services.selecting(labels, namespace: change.key.namespace)
            if let before = change.previous?["metadata"]["labels"].strings, before != labels {
                concerned.formUnion(services.selecting(before, namespace: change.key.namespace))
            }
            return concerned
        default: return []
        }
    }

    /// The pods that a Service selects, by name; one without a selector selects none.
    func pods(of service: JSONValue) -> [ObjectKey] {
        let selector = service["spec"]["selector"].strings
        return pods.having(all: selector, namespace: service["metadata"]["namespace"].string ?? "")
    }

    /// The key of a Service.
    static func key(of service: JSONValue) -> ObjectKey {
        ObjectKey(
            .services,
            namespace: service["metadata"]["namespace"].string ?? "",
            name: service["metadata"]["name"].string ?? ""
        )
    }
}
