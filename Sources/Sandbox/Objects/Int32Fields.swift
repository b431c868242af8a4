/// The fields that are an int32 in Kubernetes: a number that does not fit is refused while the body is decoded, before any rule
/// is asked.
enum Int32Fields {
    private static let template = ports("spec.template.spec")
    private static let workload = ["spec.replicas", "spec.minReadySeconds", "spec.revisionHistoryLimit"] + template

    private static func ports(_ spec: String) -> [String] {
        ["containers", "initContainers"].flatMap { list in
            ["containerPort", "hostPort"].map { "\(spec).\(list)[].ports[].\($0)" }
        }
    }

    private static let byKind: [Kind: [String]] = [
        .leases: ["spec.leaseDurationSeconds", "spec.leaseTransitions"],
        .pods: ports("spec") + ["spec.priority", "status.containerStatuses[].restartCount"],
        .services: ["spec.ports[].port", "spec.ports[].nodePort", "spec.healthCheckNodePort"],
        .endpointSlices: ["ports[].port"],
        .endpoints: ["subsets[].ports[].port"],
        .events: ["series.count", "deprecatedCount"],
        .statefulSets: workload + ["spec.ordinals.start"],
        .deployments: workload + ["spec.progressDeadlineSeconds"],
        .replicaSets: workload,
    ]

    /// - Throws: 400 in Go's words.
    static func check(_ object: JSONValue, of kind: Kind) throws(APIFailure) {
        for path in byKind[kind] ?? [] {
            for value in values(path.split(separator: ".")[...], of: object) {
                if case .null = value { continue }
                if let number = value.int, Int32(exactly: number) != nil { continue }
                let shown = String(decoding: value.json, as: UTF8.self)
                let found = value.string == nil ? "number \(shown)" : "string"
                let field = path.replacing("[]", with: "")
                throw .badRequest(
                    "\(kind.kind) in version \"\(kind.version)\" cannot be handled as a \(kind.kind): json: cannot unmarshal"
                        + " \(found) into Go struct field \(kind.kind).\(field) of type int32"
                )
            }
        }
    }

    /// What stands at a path; of a list, in each element.
    private static func values(_ path: ArraySlice<Substring>, of value: JSONValue) -> [JSONValue] {
        guard let step = path.first else { return [value] }
        if step.hasSuffix("[]") {
            return (value[String(step.dropLast(2))].array ?? []).flatMap { values(path.dropFirst(), of: $0) }
        }
        return values(path.dropFirst(), of: value[String(step)])
    }
}
