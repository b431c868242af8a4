import FailoverCore
import KubernetesClient
import Testing

@testable import Supervision

/// EndpointSlices in memory.
extension FakeGroupAPI {
    func readPod(_ name: String) async -> Pod? {
        await enter("read \(name)") == nil ? cluster.objects.pods[name] : nil
    }

    func readSlice(_ name: String) async -> SliceReadOutcome {
        switch await enter("read \(name)") {
        case nil, .conflict: break
        case .failure, .lostAnswer, .hold: return .failed(Self.failure)
        case .refusal: return .failed(Self.refusal)
        }
        return .found(cluster.objects.slices?[name])
    }

    func writeSlice(
        _ wanted: EndpointSlice,
        over base: EndpointSlice?,
        under ground: StoredRecord.Version?,
        urgency: WriteUrgency,
        in turn: WriteScheduler.Turn?,
        isWanted: @escaping @Sendable () async -> Bool
    ) async -> SliceWriteOutcome {
        guard await isWanted() else { return .unwritten(.notSent) }
        if let ground, case let read = await readRecord() {
            guard case .found(let stored) = read, stored.version == ground else { return .unwritten(.withheld(read)) }
        }
        let names = (wanted.endpoints ?? []).filter(\.isReady).compactMap(\.targetRef?.name)
        if names.count > 1 { Issue.record("several ready endpoints: \(names)") }
        let epoch = wanted.metadata.annotations?[SliceMapping.epochAnnotation] ?? "none"
        let fault = await enter("\(wanted.addressType)=\(names.first ?? "nobody")@\(epoch)")
        switch fault {
        case nil, .lostAnswer: break
        case .conflict: return .unwritten(.conflict)
        case .failure, .hold: return .unwritten(.failed(Self.failure))
        case .refusal: return .unwritten(.refused(Self.refusal))
        }
        let stored = store(wanted, over: base)
        if case .lostAnswer = fault { return .unwritten(.failed(Self.failure)) }
        return stored.map { .written($0) } ?? .unwritten(.conflict)
    }

    private func store(_ wanted: EndpointSlice, over base: EndpointSlice?) -> EndpointSlice? {
        cluster.change { objects in
            let name = wanted.metadata.name ?? ""
            guard objects.slices?[name]?.metadata.resourceVersion == base?.metadata.resourceVersion else { return nil }
            let before = base?.metadata.annotations?[SliceMapping.epochAnnotation].flatMap { Int($0) }
            let after = wanted.metadata.annotations?[SliceMapping.epochAnnotation].flatMap { Int($0) }
            if let before, let after, after < before { Issue.record("the epoch of \(name) goes back") }
            var slice = wanted
            slice.metadata.uid = base?.metadata.uid ?? "uid-\(name)"
            slice.metadata.resourceVersion = objects.nextVersion()
            objects.slices = (objects.slices ?? [:]).merging([name: slice]) { $1 }
            return slice
        }
    }
}
