import FailoverCore
import Foundation
import KubernetesClient
import Probing
import Repeatable
import StandbyConfiguration
import Supervision
import Transport

/// One answer of an API server, through everything that reads it.
struct ClusterTrial {
    /// A group and its Lease, as an input of our own objects gives them.
    private struct Group: Decodable {
        var pods: [Pod]?
        var lease: Lease?
    }

    private let observation: GroupObservation
    /// Of a group of mode EndpointSlice, with its Service and pods.
    private let (sliced, service, pods): (GroupObservation, Service, [Pod])
    /// What ages are counted from; the same for every run, so that inputs can be made again.
    private let now = Date(timeIntervalSince1970: 1_795_000_000)

    /// - Throws: if the sample configuration is none.
    init() throws {
        let text = """
            apiVersion: kube-standby.io/v1
            kind: StandbyConfiguration
            groups:
            - {name: web, service: web, probe: {httpGet: {port: http}, initialDelaySeconds: 30}}
            - name: db
              service: db
              mode: EndpointSlice
              selector: {matchLabels: {app: web}}
              probe: {httpGet: {port: http}}
            """
        let pods = [0, 1].map { number in
            #"{"metadata":{"name":"web-\#(number)","uid":"u\#(number)","resourceVersion":"1"},"spec":{"nodeName":"n","#
                + #""containers":[{"name":"a","ports":[{"name":"http","containerPort":8080}]}]},"#
                + #""status":{"phase":"Running","podIP":"10.0.0.\#(number)"}}"#
        }
        let service =
            #"{"metadata":{"name":"db","uid":"s"},"spec":{"ports":[{"name":"http","port":80,"targetPort":"http"}]}}"#
        let decoder = JSONDecoder()
        guard let groups = ConfigurationReading(Array(text.utf8)).configuration?.groups, groups.count == 2,
            let service = try? decoder.decode(Service.self, from: Data(service.utf8)),
            let pods = try? pods.map({ try decoder.decode(Pod.self, from: Data($0.utf8)) })
        else { throw Trial.Broken(description: "the sample configuration is not valid") }
        observation = GroupObservation(groups[0])
        (sliced, self.service, self.pods) = (GroupObservation(groups[1]), service, pods)
    }

    /// - Returns: whether the input could be decoded.
    func run(_ input: ClusterMutator.Input, number: UInt64) throws(Trial.Broken) -> Trial.Verdict {
        let text = Data(input.text)
        switch input.form {
        case .pods: return try use(decoded(ResourceList<Pod>.self, text)?.items, nil, number)
        case .pod: return try use(decoded(Pod.self, text).map { [$0] }, nil, number)
        case .podEvent: return try take(watched: input.text, number)
        case .lease:
            guard let lease = decoded(Lease.self, text) else { return .refused }
            return try use([], lease, number)
        case .group:
            guard let group = decoded(Group.self, text) else { return .refused }
            return try use(group.pods ?? [], group.lease, number)
        case .service: return verdict(decoded(Service.self, text).map(observation.accepts) != nil)
        case .status: return try refuse(input.text)
        case .review: return verdict(decoded(SelfSubjectAccessReview.self, text) != nil)
        case .event: return verdict(decoded(Event.self, text) != nil)
        case .slice: return try publish(text)
        case .workload: return verdict(decoded(StatefulSet.self, text) != nil)
        case .command: return command(input.text, number)
        }
    }

    private func decoded<Value: Decodable>(_ type: Value.Type, _ text: Data) -> Value? {
        try? JSONDecoder().decode(type, from: text)
    }

    private func verdict(_ isDecoded: Bool) -> Trial.Verdict { isDecoded ? .valid : .refused }

    // MARK: Objects

    private func use(_ pods: [Pod]?, _ lease: Lease?, _ number: UInt64) throws(Trial.Broken) -> Trial.Verdict {
        guard let pods else { return .refused }
        for complaint in observation.oddities(pods, lease) where complaint.utf8.count > 4000 {
            throw Trial.Broken(description: "a complaint of \(complaint.utf8.count) bytes")
        }
        for target in observation.targets(pods, now: now) {
            guard target.initialWait >= .zero, target.initialWait <= .seconds(30) else {
                throw Trial.Broken(description: "a probe waits \(target.initialWait)")
            }
        }
        let record = lease.map { observation.record($0, now: now) }
        if let lease {
            for move in observation.moves(lease) {
                // As the history is printed.
                let seconds = (move.durationSeconds ?? 0) + (move.nobodyActiveSeconds ?? 0)
                guard (0...2e9).contains(seconds), MicroTime("\(move.time)") == move.time else {
                    throw Trial.Broken(description: "a move that cannot be printed: \(move)")
                }
            }
        }
        let opinions = lease.map(observation.opinions) ?? []
        if opinions.count > SecondOpinion.mostReplicas {
            throw Trial.Broken(description: "\(opinions.count) opinions are heard")
        }
        var group = GroupTrial(
            observation.members(pods),
            record,
            opinions,
            random: SeededGenerator(seed: number)
        ) { record in
            observation.lease(record, base: lease, now: now)
        }
        try group.run()
        return .valid
    }

    /// The frame as it comes over the wire, in two pieces.
    private func take(watched text: [UInt8], _ number: UInt64) throws(Trial.Broken) -> Trial.Verdict {
        var buffer = FrameBuffer()
        let cut = text.count / 2
        let frames =
            (buffer.frames(adding: Array(text[..<cut])) ?? []) + (buffer.frames(adding: text[cut...] + [0x0A]) ?? [])
        for frame in frames {
            guard let event = decoded(WatchEvent<Pod>.self, Data(frame)) else { return .refused }
            switch event {
            case .added(let pod), .modified(let pod), .deleted(let pod): return try use([pod], nil, number)
            case .bookmark, .error: return .valid
            }
        }
        return .refused
    }

    // MARK: Slices

    /// A slice beside one that is ours, to a group whose slices say who is active.
    private func publish(_ text: Data) throws(Trial.Broken) -> Trial.Verdict {
        let slices = [decoded(ServiceEndpoints.self, text), decoded(EndpointSlice.self, text).map(ours)]
        let shown = sliced.published(slices.compactMap(\.self), service, pods)
        guard let first = shown.slices.first else { throw Trial.Broken(description: "a Service without a family") }
        guard first.ready.isDisjoint(with: first.draining), !(first.isFaithful && first.hasStrangers) else {
            throw Trial.Broken(description: "a slice is read as \(first)")
        }
        for pod in pods {
            let id = Member.ID(pod.metadata.uid ?? "")
            guard let slice = sliced.slice(id, at: Epoch(7), service, pods) else {
                throw Trial.Broken(description: "\(id) cannot be published")
            }
            let read = sliced.published([ServiceEndpoints(slice)], service, pods).slices[0]
            guard read.ready == [id], read.isFaithful, !read.hasStrangers, read.epoch == Epoch(7) else {
                throw Trial.Broken(description: "what was written of \(id) is read as \(read)")
            }
        }
        return verdict(slices.contains { $0 != nil })
    }

    private func ours(_ slice: EndpointSlice) -> ServiceEndpoints {
        var slice = slice
        slice.metadata.name = "db-kube-standby-ipv4"
        return ServiceEndpoints(slice)
    }

    // MARK: Refusals and commands

    private func refuse(_ text: [UInt8]) throws(Trial.Broken) -> Trial.Verdict {
        let retry = String(decoding: text.prefix(20), as: UTF8.self)
        let head = HTTPHead(status: 503, headers: [.init("Retry-After", retry)])
        let cause = APIClient.refusal(HTTPResponse(head: head, body: text))
        guard case .status(_, let status, let pause) = cause, pause >= .zero, pause <= .seconds(60) else {
            throw Trial.Broken(description: "a refusal is \(cause)")
        }
        return verdict(status != nil)
    }

    /// The text as messages of a command, cut in two, on channels that follow from the number.
    private func command(_ text: [UInt8], _ number: UInt64) -> Trial.Verdict {
        var transcript = ExecTranscript(outputLimit: 100)
        let cut = text.count / 2
        for (piece, channel) in [(text[..<cut], number % 5), (text[cut...], number / 5 % 5), (text[...], 3)] {
            _ = transcript.take([UInt8(channel)] + piece)
        }
        _ = transcript.take([])
        return verdict((try? transcript.outcome()) != nil)
    }
}
